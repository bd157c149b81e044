package import HTTP

/// Why the server refuses a request itself, without asking its handler.
package enum RequestFault: Error, Hashable, Sendable {
  /// It is not a valid request; the text says why.
  case malformed(String, status: Int = 400)
  case unknownMethod(String)

  package var status: Int {
    switch self {
    case .malformed(_, let status): status
    case .unknownMethod: 501
    }
  }

  var reason: String {
    switch self {
    case .malformed(let problem, _): problem
    case .unknownMethod(let method): "the method \(method) is not known"
    }
  }

  /// A response in plain text.
  package var response: HTTPResponse {
    let text =
      switch self {
      case .malformed: "this is no HTTP request: \(reason)\n"
      case .unknownMethod: "\(reason)\n"
      }
    return HTTPResponse(
      status: status,
      headers: ["Content-Type": "text/plain; charset=utf-8", "Content-Length": String(text.utf8.count)],
      bytes: Array(text.utf8))
  }
}
