import Client
import Glibc

/// A server on this machine that does exactly what a test tells it, also what no server should.
final class LoopbackServer: Sendable {
  /// A request as it came in.
  struct Received: Sendable {
    var method: String
    var target: String
    var headers: HTTPHeaders
    var body: String
  }

  /// What the server does with a connection after a request, step by step.
  enum Step: Sendable {
    case send(String)
    case bytes([UInt8])
    case pause(milliseconds: UInt32)
    /// Says nothing more until the client goes away.
    case stall
    /// Drops every packet from now on, so that not even the kernel answers, until the server is gone.
    case vanish
    /// Passes bytes to a port of this machine and back, until either side has had enough.
    case tunnel(port: Int)
    case close
  }

  let base: String
  private let listener: Int32
  private let log = Locked<[Received]>([])
  private let answer: @Sendable (Received) -> [Step]

  private let gone = Locked(0)

  /// How many clients went away while the server stalled.
  var goneAway: Int { gone.withLock { $0 } }

  fileprivate func noteGone() { gone.withLock { $0 += 1 } }

  var requests: [Received] { log.withLock { $0 } }

  /// Listens on a free port of 127.0.0.1, or on a unix socket.
  init(socket path: String? = nil, _ answer: @escaping @Sendable (Received) -> [Step]) {
    self.answer = answer
    listener = path.map(Self.listen(path:)) ?? Self.listen()
    base = path.map { "unix://" + $0 } ?? "http://127.0.0.1:\(Self.port(of: listener))"
    let context = Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    pthread_create(&thread, nil, acceptConnections, context)
    pthread_detach(thread)
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func listen() -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    _ = Glibc.listen(descriptor, 64)
    return descriptor
  }

  private static func listen(path: String) -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    _ = Glibc.listen(descriptor, 64)
    return descriptor
  }

  private static func port(of descriptor: Int32) -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  fileprivate func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      let connection = Unmanaged.passRetained(LoopbackConnection(descriptor: descriptor, server: self)).toOpaque()
      var thread = pthread_t()
      pthread_create(&thread, nil, serveConnection, connection)
      pthread_detach(thread)
    }
    close(listener)
  }

  fileprivate func steps(after request: Received) -> [Step] {
    log.withLock { $0.append(request) }
    return answer(request)
  }
}

private func acceptConnections(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<LoopbackServer>.fromOpaque(context).takeRetainedValue().accept()
  return nil
}

private func serveConnection(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<LoopbackConnection>.fromOpaque(context).takeRetainedValue().serve()
  return nil
}

/// One connection, on a thread of its own.
private final class LoopbackConnection {
  private let descriptor: Int32
  private let server: LoopbackServer
  private var unread: [UInt8] = []

  init(descriptor: Int32, server: LoopbackServer) {
    self.descriptor = descriptor
    self.server = server
  }

  func serve() {
    var isOpen = true
    if let request = Tunnel.socksRequest(on: descriptor) {
      for step in server.steps(after: request) where isOpen { isOpen = perform(step) }
      isOpen = false
    }
    while isOpen, let request = receive() {
      for step in server.steps(after: request) where isOpen { isOpen = perform(step) }
    }
    close(descriptor)
  }

  private func perform(_ step: LoopbackServer.Step) -> Bool {
    switch step {
    case .send(let text): return send(Array(text.utf8))
    case .bytes(let bytes): return send(bytes)
    case .pause(let milliseconds):
      usleep(milliseconds * 1000)
      return true
    case .stall:
      while readMore() {}
      server.noteGone()
      return false
    case .vanish:
      dropEverything()
      return perform(.stall)
    case .tunnel(let port):
      if let other = Tunnel.connect(to: port) { Tunnel.join(descriptor, other) }
      return false
    case .close: return false
    }
  }

  /// Puts a filter on the socket that lets nothing through (`man 7 socket`, SO_ATTACH_FILTER).
  private func dropEverything() {
    struct Instruction { var code: UInt16 = 6, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0, constant: UInt32 = 0 }
    struct Program { var length: UInt16, instructions: UnsafeMutablePointer<Instruction> }
    var instruction = Instruction()
    withUnsafeMutablePointer(to: &instruction) { pointer in
      var program = Program(length: 1, instructions: pointer)
      setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout<Program>.size))
    }
  }

  private func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private func readMore() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    unread += buffer[..<count]
    return true
  }

  private func receive() -> LoopbackServer.Received? {
    var end = headEnd
    while end == nil {
      guard readMore() else { return nil }
      end = headEnd
    }
    guard let end else { return nil }
    let lines = String(decoding: unread[..<end], as: UTF8.self).split(separator: "\r\n")
    unread.removeFirst(end + 4)
    let words = lines[0].split(separator: " ").map(String.init)
    var headers = HTTPHeaders()
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers.add(String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
    }
    let length = headers["Content-Length"].flatMap { Int($0) } ?? 0
    while unread.count < length { guard readMore() else { return nil } }
    let body = String(decoding: unread[..<length], as: UTF8.self)
    unread.removeFirst(length)
    return LoopbackServer.Received(method: words[0], target: words[1], headers: headers, body: body)
  }

  private var headEnd: Int? {
    unread.indices.first { unread[$0...].starts(with: [13, 10, 13, 10]) }
  }
}

extension [LoopbackServer.Step] {
  /// A whole answer.
  static func answer(
    _ status: String = "200 OK", _ body: String = "{}", type: String = "application/json", headers: [String] = []
  ) -> [LoopbackServer.Step] {
    let fields = headers.map { $0 + "\r\n" }.joined()
    return [
      .send("HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    ]
  }
}

extension LoopbackServer.Step {
  /// The head of an answer whose body comes in chunks.
  static let chunkedHead: LoopbackServer.Step = .send(
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")

  /// A part of a body in chunks.
  static func chunk(_ text: String) -> LoopbackServer.Step {
    .send(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
  }

  static let lastChunk: LoopbackServer.Step = .send("0\r\n\r\n")
}
