import HTTP
import Platform

/// The bearer token of a WebSocket handshake: a browser cannot set `Authorization`, so it offers the token as a
/// subprotocol with the prefix `base64url.bearer.authorization.k8s.io.` (Kubernetes, "Authenticating": WebSocket).
enum WebSocketCredential {
  private static let prefix = "base64url.bearer.authorization.k8s.io."
  private static let field = "Sec-WebSocket-Protocol"

  /// `request` with the token moved to `Authorization`.
  static func unpacked(_ request: IncomingRequest) -> IncomingRequest {
    guard request.upgrade != nil, let offered = request.head.headers[field] else { return request }
    let protocols = offered.split(separator: ",").map { $0.split(separator: " ").joined(separator: " ") }
    let others = protocols.filter { !$0.hasPrefix(prefix) }
    guard others.count < protocols.count else { return request }
    var unpacked = request
    unpacked.head.headers[field] = others.isEmpty ? nil : others.joined(separator: ", ")
    let token = protocols.first { $0.hasPrefix(prefix) }.flatMap { Base64.decodeForURL($0.dropFirst(prefix.count)) }
      .flatMap { String(validating: $0, as: UTF8.self) }
    if unpacked.head.headers["Authorization"] == nil {
      // An unreadable token counts as a wrong one, so that its caller is not anonymous.
      unpacked.head.headers["Authorization"] = "Bearer " + (token ?? "-")
    }
    return unpacked
  }
}
