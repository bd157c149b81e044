import Client
import HTTP
import Manifest

/// An answer as it came, for what the client does not offer or hides.
struct Answer: Sendable {
  var status: Int
  var headers: HTTPHeaders
  var text: String
  var json: Value

  subscript(path: String...) -> Value? { json[path: path] }
  var message: String { json["message"]?.string ?? "" }
  var reason: String { json["reason"]?.string ?? "" }
  /// The fields that `details.causes` name.
  var causes: [String] { json[path: "details", "causes"]?.sequence?.compactMap { $0["field"]?.string } ?? [] }
  var version: String { json[path: "metadata", "resourceVersion"]?.string ?? "" }
}

extension Cluster {
  /// Sends a request and reads its answer to the end, whatever it is.
  @discardableResult
  func raw(
    _ method: HTTPRequest.Method, _ target: String, _ body: Value? = nil, type: String = "application/json",
    headers: HTTPHeaders = [:]
  ) async throws -> Answer {
    try await raw(method, target, text: body.map { JSON.text($0) } ?? "", type: type, headers: headers)
  }

  /// As above, with a body as it is written.
  func raw(
    _ method: HTTPRequest.Method, _ target: String, text: String, type: String, headers: HTTPHeaders = [:]
  ) async throws -> Answer {
    var request = HTTPRequest(method, target, headers: headers, body: Array(text.utf8))
    if headers["Accept"] == nil { request.headers["Accept"] = "application/json" }
    if !text.isEmpty { request.headers["Content-Type"] = type }
    let response = try await transport.send(request)
    let bytes = try await response.body.collected()
    return Answer(
      status: response.status, headers: response.headers, text: String(decoding: bytes, as: UTF8.self),
      json: (try? JSON.parse(bytes)) ?? .null)
  }
}
