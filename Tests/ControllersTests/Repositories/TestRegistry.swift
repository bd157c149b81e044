import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport

@testable import Charts
@testable import Packages

/// A registry in memory that speaks as much of the OCI distribution API as is read, with tokens and pages.
final class TestRegistry: Sendable {
  private struct State {
    /// Manifests by `path:tag` and `path@digest`.
    var manifests: [String: (type: String, bytes: [UInt8])] = [:]
    var blobs: [String: [UInt8]] = [:]
    var tags: [String: [String]] = [:]
  }

  private let state: Locked<State>
  private let server: LoopbackServer

  /// `HOST:PORT`.
  var host: String { String(server.base.dropFirst("http://".count)) }

  /// Everything that was asked for, in order.
  var requests: [LoopbackServer.Received] { server.requests }

  /// With a `password`, tokens are wanted that are given out for it.
  init(password: String = "") {
    let state = Locked(State())
    self.state = state
    server = LoopbackServer { request in
      let answer = Self.answer(request, password, state)
      return request.method == "HEAD" ? answer.map(Self.withoutBody) : answer
    }
  }

  private static func withoutBody(_ step: LoopbackServer.Step) -> LoopbackServer.Step {
    guard case .send(let text) = step, let end = text.rangeOfText("\r\n\r\n") else { return step }
    return .send(String(text[..<end.upperBound]))
  }

  deinit { server.stop() }

  /// Puts a manifest there, under `tag` where one is given; its digest.
  @discardableResult
  func push(_ path: String, tag: String?, type: String, _ manifest: Value) -> String {
    let bytes = JSON.bytes(manifest)
    let digest = "sha256:" + SHA256.hex(bytes)
    state.withLock { state in
      state.manifests["\(path)@\(digest)"] = (type, bytes)
      guard let tag else { return }
      state.manifests["\(path):\(tag)"] = (type, bytes)
      if state.tags[path]?.contains(tag) != true { state.tags[path, default: []].append(tag) }
    }
    return digest
  }

  /// Keeps a blob, and gives what a manifest says of it.
  func blob(_ bytes: [UInt8], type: String) -> Value {
    let digest = "sha256:" + SHA256.hex(bytes)
    state.withLock { $0.blobs[digest] = bytes }
    return ["mediaType": .string(type), "digest": .string(digest), "size": .integer(bytes.count)]
  }

  /// Gives the blobs other bytes than they should have.
  func damageBlobs() { state.withLock { state in for digest in state.blobs.keys { state.blobs[digest]?.append(0) } } }

  /// Puts a chart there as `helm push` does.
  func push(_ path: String, tag: String, chart: [UInt8]) {
    push(
      path, tag: tag, type: ImageManifest.mediaTypes[0],
      [
        "schemaVersion": 2, "config": blob(Array("{}".utf8), type: "application/vnd.cncf.helm.config.v1+json"),
        "layers": [blob(chart, type: "application/vnd.cncf.helm.chart.content.v1.tar+gzip")],
      ])
  }

  /// Puts an image of some layers there, as they are.
  func push(_ path: String, tag: String?, layers: [[UInt8]], workingDirectory: String = "") -> String {
    let config: Value = ["config": ["WorkingDir": .string(workingDirectory)]]
    return push(
      path, tag: tag, type: ImageManifest.mediaTypes[0],
      [
        "schemaVersion": 2,
        "config": blob(JSON.bytes(config), type: "application/vnd.oci.image.config.v1+json"),
        "layers": .sequence(layers.map { blob($0, type: "application/vnd.oci.image.layer.v1.tar") }),
      ])
  }

  private static func answer(
    _ request: LoopbackServer.Received, _ password: String, _ state: Locked<State>
  ) -> [LoopbackServer.Step] {
    let path = String(request.target.prefix { $0 != "?" })
    let host = request.headers["Host"] ?? ""
    if path == "/token" {
      guard request.headers["Authorization"] == "Basic " + Base64.encode(Array("ada:\(password)".utf8)) else {
        return .answer("401 Unauthorized", #"{"errors":[{"code":"DENIED","message":"no such user"}]}"#)
      }
      return .answer("200 OK", #"{"token":"opensesame"}"#)
    }
    if !password.isEmpty, request.headers["Authorization"] != "Bearer opensesame" {
      let challenge = #"WWW-Authenticate: Bearer realm="http://\#(host)/token",service="museum",scope="all""#
      return .answer("401 Unauthorized", "{}", headers: [challenge])
    }
    return state.withLock { state in take(request, path, &state) ?? page(request, path, state) }
  }

  /// What is put there.
  private static func take(
    _ request: LoopbackServer.Received, _ path: String, _ state: inout State
  ) -> [LoopbackServer.Step]? {
    if request.method == "POST", path.hasSuffix("/blobs/uploads/") {
      return .answer("202 Accepted", "", headers: ["Location: \(path)one?state=x"])
    }
    guard request.method == "PUT" else { return nil }
    let digest = "sha256:" + SHA256.hex(request.bytes)
    if let range = path.rangeOfText("/manifests/") {
      let (name, tag) = (path[..<range.lowerBound].dropFirst(4), path[range.upperBound...])
      let manifest = (type: request.headers["Content-Type"] ?? "", bytes: request.bytes)
      state.manifests["\(name):\(tag)"] = manifest
      state.manifests["\(name)@\(digest)"] = manifest
      return .answer("201 Created", "")
    }
    guard request.target.hasSuffix("digest=" + PercentEncoding.encode(digest)) else {
      return .answer("400 Bad Request", #"{"errors":[{"code":"DIGEST_INVALID","message":"another digest"}]}"#)
    }
    state.blobs[digest] = request.bytes
    return .answer("201 Created", "")
  }

  private static func page(
    _ request: LoopbackServer.Received, _ path: String, _ state: State
  ) -> [LoopbackServer.Step] {
    if path == "/v2/" { return .answer() }
    if path == "/v2/_catalog" { return .answer("200 OK", list("repositories", state.tags.keys.sorted())) }
    if path.hasSuffix("/tags/list") {
      let name = String(path.dropFirst(4).dropLast(10))
      guard let tags = state.tags[name] else { return missing }
      // Two to a page, as if there were many.
      let last = request.target.rangeOfText("last=").map {
        String(request.target[$0.upperBound...].prefix { $0 != "&" })
      }
      let rest = tags.drop { last != nil && $0 != last }.dropFirst(last == nil ? 0 : 1)
      let page = rest.prefix(2)
      let next = "Link: </v2/\(name)/tags/list?last=\(page.last ?? "")&n=2>; rel=\"next\""
      return .answer("200 OK", list("tags", Array(page)), headers: rest.count > 2 ? [next] : [])
    }
    if let range = path.rangeOfText("/manifests/") {
      let selector = path[range.upperBound...]
      let key = path[..<range.lowerBound].dropFirst(4) + (selector.hasPrefix("sha256:") ? "@" : ":") + selector
      guard let found = state.manifests[String(key)] else { return missing }
      return bytes(found.bytes, request, type: found.type)
    }
    if let range = path.rangeOfText("/blobs/"), let found = state.blobs[String(path[range.upperBound...])] {
      return bytes(found, request, type: "application/octet-stream")
    }
    return missing
  }

  private static let missing: [LoopbackServer.Step] = .answer(
    "404 Not Found", #"{"errors":[{"code":"NAME_UNKNOWN","message":"not known here"}]}"#)

  private static func list(_ key: String, _ names: [String]) -> String {
    JSON.text([key: .sequence(names.map(Value.string))] as Value)
  }

  private static func bytes(
    _ bytes: [UInt8], _ request: LoopbackServer.Received, type: String
  ) -> [LoopbackServer.Step] {
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nDocker-Content-Digest: sha256:\(SHA256.hex(bytes))\r\n"
      + "Content-Length: \(bytes.count)\r\n\r\n"
    return [.bytes(Array(head.utf8) + (request.method == "HEAD" ? [] : bytes))]
  }
}

/// Layers of images, written by hand.
enum TestLayer {
  /// A tar with these files; a name that ends in a slash is a folder.
  static func tar(_ files: [(String, String)]) -> [UInt8] {
    var files = files.map { ($0.0, Array($0.1.utf8)) }
    files.sort { $0.0 < $1.0 }
    return TarWriter.archive(Dictionary(files, uniquingKeysWith: { $1 }))
  }

  /// A tar with a link alone, of a type.
  static func link(_ path: String, _ type: Character, to target: String) -> [UInt8] {
    var layer = tar([(path, "")])
    layer.replaceSubrange(156..<157, with: String(type).utf8)
    layer.replaceSubrange(157..<157 + target.utf8.count, with: target.utf8)
    let sum = String(TarHeader.checksum(of: Array(layer[..<512])), radix: 8)
    let digits = String(repeating: "0", count: 6 - sum.utf8.count) + sum + "\0"
    layer.replaceSubrange(148..<155, with: digits.utf8)
    return layer
  }

  /// zstd that is not compressed, in blocks of 100 kB (RFC 8878 §3.1.1).
  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xa0]
    for shift in [0, 8, 16, 24] { frame.append(UInt8(truncatingIfNeeded: bytes.count >> shift)) }
    for start in stride(from: 0, to: bytes.count, by: 100_000) {
      let block = bytes[start..<min(start + 100_000, bytes.count)]
      let header = block.count << 3 | (block.endIndex == bytes.count ? 1 : 0)
      for shift in [0, 8, 16] { frame.append(UInt8(truncatingIfNeeded: header >> shift)) }
      frame += block
    }
    return frame
  }
}
