import HTTP
import NIOHTTP1

extension HTTPRequest {
  /// The request that `head` announces, still without its body.
  init(_ head: HTTPRequestHead) throws(RequestFault) {
    guard let method = Method(rawValue: head.method.rawValue) else {
      throw .unknownMethod(head.method.rawValue)
    }
    guard let target = Self.originForm(head.uri) else { throw .malformed("it names no path") }
    // What has come by HTTP/2 no reader of lines has looked at, and it may go on as one.
    guard head.version.major < 2 || target.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw .malformed("there is a character in the target that must be encoded")
    }
    // Two servers on the way that believe different ones would see two different requests (RFC 9112 §3.2).
    self.init(method, target)
    headers.reserve(head.headers.count)
    var (hosts, codings) = (0, [String]())
    for (name, value) in head.headers {
      if name.utf8.count == 4, HTTPHeaders.same(name, "host") { hosts += 1 }
      if name.utf8.count == 17, HTTPHeaders.same(name, "transfer-encoding") { codings.append(value.lowercased()) }
      headers.add(name, value)
    }
    guard hosts == 1 || hosts == 0 && head.version != .http1_1 else {
      throw .malformed(hosts == 0 ? "it has no Host" : "it has more than one Host")
    }
    // A body of whose end there could be two opinions is none.
    guard codings.isEmpty || codings == ["chunked"] && !head.version.isOlder else {
      throw .malformed("the only transfer coding known is chunked, of HTTP/1.1")
    }
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

extension HTTPVersion {
  /// Whether it is from before 1.1, and knows no chunks.
  var isOlder: Bool { major == 0 || self == .http1_0 }
}
