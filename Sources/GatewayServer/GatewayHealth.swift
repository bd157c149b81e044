package import HTTP

/// Answers the liveness and readiness probes, for every caller and without a request to another server.
package struct GatewayHealth: Handler {
  private let rules: GatewayRules
  private let monitor: APIServerMonitor
  private let handler: any Handler

  package init(rules: GatewayRules, monitor: APIServerMonitor, around handler: any Handler) {
    self.rules = rules
    self.monitor = monitor
    self.handler = handler
  }

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    if let health = health(request) { return health }
    return await handler.respond(to: request)
  }

  package func immediateResponse(to request: IncomingRequest) -> HTTPResponse? {
    health(request) ?? handler.immediateResponse(to: request)
  }

  private func health(_ request: IncomingRequest) -> HTTPResponse? {
    switch Substring(request.head.target.utf8.prefix { $0 != UInt8(ascii: "?") }) {
    case "/healthz", "/livez": .plain(200, "ok")
    case "/readyz": unreadiness.map { .plain(503, $0) } ?? .plain(200, "ok")
    default: nil
    }
  }

  private var unreadiness: String? {
    if !rules.isComplete { return "the rules have not been read yet" }
    return monitor.silence.map { "the API server has not answered for \($0.components.seconds) s" }
  }
}
