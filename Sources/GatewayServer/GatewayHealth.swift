package import HTTP

/// Answers whether the gateway lives and is ready, to every caller and without asking another server.
package struct GatewayHealth: Handler {
  private let rules: GatewayRules
  private let handler: any Handler

  package init(rules: GatewayRules, around handler: any Handler) {
    self.rules = rules
    self.handler = handler
  }

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    switch request.head.target.prefix(while: { $0 != "?" }) {
    case "/healthz", "/livez": return .plain(200, "ok")
    case "/readyz": return rules.isComplete ? .plain(200, "ok") : .plain(503, "the rules have not been read yet")
    default: return await handler.respond(to: request)
    }
  }
}
