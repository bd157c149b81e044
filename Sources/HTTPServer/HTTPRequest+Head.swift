import HTTP
import NIOHTTP1

extension HTTPRequest {
  /// The request that `head` announces, still without its body.
  init(_ head: HTTPRequestHead) throws(RequestFault) {
    guard let method = Method(rawValue: head.method.rawValue) else {
      throw .unknownMethod(head.method.rawValue)
    }
    guard let target = Self.originForm(head.uri) else { throw .malformed("it names no path") }
    // Two servers on the way that believe different ones would see two different requests (RFC 9112 §3.2).
    let hosts = head.headers["host"]
    guard hosts.count == 1 || hosts.isEmpty && head.version != .http1_1 else {
      throw .malformed(hosts.isEmpty ? "it has no Host" : "it has more than one Host")
    }
    // A body of whose end there could be two opinions is none.
    let codings = head.headers["transfer-encoding"].map { $0.lowercased() }
    guard codings.isEmpty || codings == ["chunked"] && head.version == .http1_1 else {
      throw .malformed("the only transfer coding known is chunked, of HTTP/1.1")
    }
    self.init(method, target)
    for field in head.headers { headers.add(field.name, field.value) }
  }

  /// Path and query of `target`, which may be a whole URL (RFC 9112 §3.2.2: a server must accept that form).
  private static func originForm(_ target: String) -> String? {
    guard !target.hasPrefix("/") else { return target }
    let lowercased = target.prefix(8).lowercased()
    guard let scheme = ["http://", "https://"].first(where: lowercased.hasPrefix) else { return nil }
    let rest = target.dropFirst(scheme.count)
    let path = rest.drop { $0 != "/" && $0 != "?" }
    guard path.startIndex != rest.startIndex else { return nil }
    return path.hasPrefix("/") ? String(path) : "/" + path
  }
}
