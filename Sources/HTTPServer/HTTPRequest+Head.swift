import HTTP
import NIOHTTP1

extension HTTPRequest {
  /// The request that `head` announces, still without its body.
  init(_ head: HTTPRequestHead) throws(RequestFault) {
    guard let method = Method(rawValue: head.method.rawValue) else {
      throw .unknownMethod(head.method.rawValue)
    }
    guard let target = Self.originForm(head.uri) else { throw .malformed("it names no path") }
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
