import Controllers
import HTTP

/// Serves health checks and metrics of the controllers: `/livez`, `/healthz`, `/readyz` and `/metrics`.
struct ControllerHealth: Handler {
  let metrics: ControllerMetrics

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    switch request.head.target.prefix(while: { $0 != "?" }) {
    case "/livez", "/healthz": return Self.text(200, "ok")
    case "/readyz":
      guard let reason = await metrics.unreadiness() else { return Self.text(200, "ok") }
      return Self.text(503, reason)
    case "/metrics": return Self.text(200, await metrics.text())
    default: return Self.text(404, "/livez, /readyz and /metrics are here")
    }
  }

  private static func text(_ status: Int, _ text: String) -> HTTPResponse {
    let body = text.hasSuffix("\n") ? text : text + "\n"
    return HTTPResponse(status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], bytes: Array(body.utf8))
  }
}
