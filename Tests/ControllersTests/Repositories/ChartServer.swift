import HTTP
import Manifest
import Packages
import Platform
import TestSupport

@testable import Charts

/// A web server with a chart repository in memory, which says what it was asked.
final class ChartServer: Sendable {
  /// How one answer departs from the usual.
  enum Oddity: Sendable {
    case status(Int, headers: [String])
    case redirect(String)
    case bytes([UInt8])
    case silence
  }

  private let files: Locked<[String: [UInt8]]>
  private let oddities: Locked<[String: Oddity]>
  /// `user:password` that must be shown, or empty.
  private let credentials: Locked<String>
  private let server: LoopbackServer

  /// The address of the repository.
  var url: String { server.base + "/charts" }

  init(_ packages: [ChartRepository.Packed] = [], credentials: String = "") throws {
    let (files, oddities) = (Locked<[String: [UInt8]]>([:]), Locked<[String: Oddity]>([:]))
    let needed = Locked(credentials)
    (self.files, self.oddities, self.credentials) = (files, oddities, needed)
    server = LoopbackServer { request in
      let wanted = needed.withLock { $0 }
      if !wanted.isEmpty, request.headers["Authorization"] != "Basic " + Base64.encode(Array(wanted.utf8)) {
        return .answer("401 Unauthorized", "")
      }
      let path = String(request.target.prefix { $0 != "?" })
      let oddity = oddities.withLock { $0[path] }
      return Self.answer(request, files.withLock { $0[path] }, oddity)
    }
    try offer(packages)
  }

  deinit { server.stop() }

  /// Everything that was asked for, in order.
  var requests: [LoopbackServer.Received] { server.requests }

  /// The paths asked for since `count` requests.
  func paths(since count: Int = 0) -> [String] { server.requests.dropFirst(count).map(\.target) }

  /// Replaces the repository.
  func offer(_ packages: [ChartRepository.Packed]) throws {
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write(packages)
    var all: [String: [UInt8]] = [:]
    for name in try Files.names(in: folder.path) { all["/charts/" + name] = try Files.read(folder.path + "/" + name) }
    files.withLock { $0 = all }
  }

  /// Puts a file beside the charts, or takes it away.
  func put(_ bytes: [UInt8]?, at name: String) { files.withLock { $0["/charts/" + name] = bytes } }

  /// The file as it is.
  func file(_ name: String) -> [UInt8] { files.withLock { $0["/charts/" + name] ?? [] } }

  /// Answers in another way at `name`.
  func depart(_ name: String, _ oddity: Oddity?) { oddities.withLock { $0["/charts/" + name] = oddity } }

  private static func answer(
    _ request: LoopbackServer.Received, _ bytes: [UInt8]?, _ oddity: Oddity?
  ) -> [LoopbackServer.Step] {
    switch oddity {
    case .status(let code, let headers)?: return .answer("\(code) Odd", "", headers: headers)
    case .redirect(let place)?: return .answer("302 Found", "", headers: ["Location: \(place)"])
    case .bytes(let bytes)?: return [.bytes(bytes), .close]
    case .silence?: return [.stall]
    case nil: break
    }
    guard let bytes else { return .answer("404 Not Found", "") }
    let tag = "\"\(SHA256.hex(bytes).prefix(16))\""
    if request.headers["If-None-Match"] == tag {
      return [.send("HTTP/1.1 304 Not Modified\r\nETag: \(tag)\r\n\r\n")]
    }
    let isPacked = request.headers["Accept-Encoding"] == "gzip"
    let body = isPacked ? Gzip.pack(bytes) : bytes
    let packing = isPacked ? "Content-Encoding: gzip\r\n" : ""
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\nETag: \(tag)\r\n\(packing)\r\n"
    return [.bytes(Array(head.utf8) + body)]
  }
}
