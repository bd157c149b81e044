import Client
import Glibc
package import HTTP
import Platform

/// A server on this machine that does exactly what a test tells it, also what no server should.
package final class LoopbackServer: Sendable {
  /// A request as it came in.
  package struct Received: Sendable {
    /// Its method, `SOCKS5` for a SOCKS request.
    package var method: String
    /// What was asked for, as it stood in the request.
    package var target: String
    /// Its headers.
    package var headers: HTTPHeaders
    /// Its body as text.
    package var body: String
    /// Its body as it came.
    package var bytes: [UInt8] = []
  }

  /// What the server does with a connection after a request, step by step.
  package enum Step: Sendable {
    /// Sends text.
    case send(String)
    /// Sends bytes.
    case bytes([UInt8])
    /// Says nothing for that long.
    case pause(milliseconds: UInt32)
    /// Says nothing until the test lets go.
    case hold(Hold)
    /// Says nothing more until the client goes away.
    case stall
    /// Drops every packet from now on, so that not even the kernel answers, until the server is gone.
    case vanish
    /// Passes bytes to a port of this machine and back, until either side has had enough.
    case tunnel(port: Int)
    /// Closes the connection.
    case close
  }

  /// What a server waits at until the test lets go: unlike a pause it is never too short on a busy machine.
  package final class Hold: Sendable {
    private let isOpen = Locked(false)

    /// One that holds.
    package init() {}

    /// Lets the server go on.
    package func letGo() { isOpen.withLock { $0 = true } }

    fileprivate func wait() { while !isOpen.withLock({ $0 }) { usleep(1000) } }
  }

  /// The address to give a client, with its scheme.
  package let base: String
  private let listener: Int32
  private let log = Locked<[Received]>([])
  private let answer: @Sendable (Received) -> [Step]

  private let gone = Locked(0)

  /// How many clients went away while the server stalled.
  package var disconnects: Int { gone.withLock { $0 } }

  fileprivate func noteGone() { gone.withLock { $0 += 1 } }

  /// What has come in so far.
  package var requests: [Received] { log.withLock { $0 } }

  /// Listens on a free port of 127.0.0.1, or on a unix socket.
  package init(socket path: String? = nil, _ answer: @escaping @Sendable (Received) -> [Step]) {
    self.answer = answer
    let place: Place
    (listener, place) = Sockets.listen(at: path)
    base =
      switch place {
      case .path(let path): "unix://" + path
      case .port(let port): "http://127.0.0.1:\(port)"
      }
    Thread.detach { [self] in accept() }
  }

  /// Takes no more connections.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  fileprivate func accept() {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      Thread.detach { [self] in LoopbackConnection(descriptor: descriptor, server: self).serve() }
    }
    close(listener)
  }

  fileprivate func steps(after request: Received) -> [Step] {
    log.withLock { $0.append(request) }
    return answer(request)
  }
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
    while isOpen, let request = nextRequest() {
      for step in server.steps(after: request) where isOpen { isOpen = perform(step) }
    }
    close(descriptor)
  }

  private func perform(_ step: LoopbackServer.Step) -> Bool {
    switch step {
    case .send(let text): return Sockets.send(text.utf8, to: descriptor)
    case .bytes(let bytes): return Sockets.send(bytes, to: descriptor)
    case .pause(let milliseconds):
      usleep(milliseconds * 1000)
      return true
    case .hold(let hold):
      hold.wait()
      return true
    case .stall:
      while readMore() {}
      server.noteGone()
      return false
    case .vanish:
      dropEverything()
      return perform(.stall)
    case .tunnel(let port):
      let other = Sockets.connect(to: .port(UInt16(port)))
      if other >= 0 { Tunnel.join(descriptor, other) }
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

  private func readMore() -> Bool {
    let bytes = Sockets.receive(from: descriptor)
    unread += bytes
    return !bytes.isEmpty
  }

  private func nextRequest() -> LoopbackServer.Received? {
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
    let bytes = Array(unread[..<length])
    unread.removeFirst(length)
    return LoopbackServer.Received(
      method: words[0], target: words[1], headers: headers, body: String(decoding: bytes, as: UTF8.self), bytes: bytes)
  }

  private var headEnd: Int? {
    unread.indices.first { unread[$0...].starts(with: [13, 10, 13, 10]) }
  }
}

extension [LoopbackServer.Step] {
  /// A whole answer.
  package static func answer(
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
  package static let chunkedHead: LoopbackServer.Step = .send(
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")

  /// A part of a body in chunks.
  package static func chunk(_ text: String) -> LoopbackServer.Step {
    .send(String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n")
  }

  /// The empty chunk that ends a body.
  package static let lastChunk: LoopbackServer.Step = .send("0\r\n\r\n")
}
