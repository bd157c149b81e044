import HTTP
import NIOHTTP1

extension HTTPRequest {
  /// The request that `head` announces, still without its body.
  init(_ head: HTTPRequestHead) throws(RequestFault) {
    guard let method = Method(rawValue: head.method.rawValue) else {
      throw .unknownMethod(head.method.rawValue)
    }
    guard head.uri.hasPrefix("/") else { throw .malformed("it names no path") }
    self.init(method, head.uri)
    for field in head.headers { headers.add(field.name, field.value) }
  }
}
