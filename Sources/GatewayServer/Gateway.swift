package import Client
package import Extensions
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// Serves the routes of extensions in front of the Kubernetes API: `/kapis` and other paths of APIServices, `/dist` of
/// JSBundles, and the paths of ReverseProxies.
///
/// Callers have been authenticated and authorized before.
package struct Gateway: CallerHandler {
  /// The rules that it serves; `isComplete` says whether it is ready.
  package let rules: GatewayRules
  let settings: GatewaySettings
  let pools: UpstreamPools
  let ruleState = RuleState()
  let counts = GatewayMetrics()
  let openAPI: OpenAPISources
  let openAPIDocument = OpenAPIDocument()
  private let bundles: BundleReader
  private let kapis: KapisReader
  private let members: Members
  let dialect: Dialect
  let cluster: Cluster
  let api: any CallerHandler

  /// `cluster` is where the ConfigMaps and Secrets of bundles are read; `api` answers what no rule serves.
  package init(
    _ rules: GatewayRules, in cluster: Cluster, dialect: Dialect, settings: GatewaySettings = GatewaySettings(),
    around api: any CallerHandler
  ) {
    self.rules = rules
    self.settings = settings
    self.api = api
    pools = UpstreamPools(settings.upstreams)
    openAPI = OpenAPISources(settings, pools)
    self.dialect = dialect
    self.cluster = cluster
    bundles = BundleReader(cluster: cluster)
    kapis = KapisReader(cluster: cluster, dialect: dialect)
    members = Members(cluster: cluster, report: settings.report)
  }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    let snapshot = rules.snapshot
    switch snapshot.table.destination(of: request.head) {
    case .member: return await sendToMember(request, caller)
    case .explanation: return await explain(request, caller)
    case .metrics: return await metrics(request, caller)
    case .openAPIIndex: return await openAPIIndex(request, caller)
    case .openAPIv2: return await openAPIv2(request, caller)
    case .rule(.bundle(let rule, let file), _) where snapshot.isComplete:
      return await serve(file, of: rule, request, snapshot)
    case .reader(let path) where snapshot.isComplete:
      return await kapis.response(to: request.head, path) ?? .pageNotFound
    case .api: return await api.respond(to: request, from: caller)
    case .version: return await api.respond(to: Self.version(request), from: caller)
    case let other: return atOnce(other, request, caller, snapshot) ?? .pageNotFound
    }
  }

  package func immediateResponse(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? {
    let snapshot = rules.snapshot
    return atOnce(snapshot.table.destination(of: request.head), request, caller, snapshot)
  }

  /// The response, if it needs no waiting; otherwise `nil`.
  private func atOnce(
    _ destination: Destination, _ request: IncomingRequest, _ caller: Caller, _ snapshot: GatewayRules.Snapshot
  ) -> HTTPResponse? {
    switch destination {
    case .flaw(let flaw): return Status.badRequest(flaw.rawValue).response
    case .api: return api.immediateResponse(to: request, from: caller)
    case .openAPIv2: return openAPI.isEmpty ? api.immediateResponse(to: request, from: caller) : nil
    case .version: return api.immediateResponse(to: Self.version(request), from: caller)
    case .member, .explanation, .metrics, .openAPIIndex: return nil
    default: break
    }
    guard snapshot.isComplete else { return .unavailable("the gateway has not read its rules yet") }
    switch destination {
    case .bundleList: return snapshot.table.bundleList
    case .groups: return GroupDocuments.list(snapshot.table.servedGroups)
    case .group(let name, let versions): return GroupDocuments.one(name, versions)
    case .rule(.apiService(let shared), let path): return serve(shared, request, path, caller)
    case .rule(.proxy(let shared), let path): return serve(shared, request, path, caller)
    default: return nil
    }
  }

  private static func version(_ request: IncomingRequest) -> IncomingRequest {
    var moved = request
    moved.head.target = "/version"
    return moved
  }

  /// Relays a request below `/clusters/NAME` to the API of that member.
  private func sendToMember(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    let rest = request.head.target.dropFirst("/clusters/".count)
    let name = rest.prefix { $0 != "/" && $0 != "?" }
    var moved = request
    moved.head.target = String(rest.dropFirst(name.count))
    guard Destination.isAPI(moved.head.target) else { return .pageNotFound }
    do throws(Members.Refusal) {
      return try await members.relay(to: PercentEncoding.decode(name)).respond(to: moved, from: caller, isMember: true)
    } catch {
      return error.response
    }
  }

  private static func requester(_ request: IncomingRequest, _ caller: Caller?) -> UpstreamRequest.Requester {
    let peer = request.connection.peer
    let isIPv6 = peer.utf8.first == UInt8(ascii: "[")
    let end = UInt8(ascii: isIPv6 ? "]" : ":")
    let address = peer.utf8.dropFirst(isIPv6 ? 1 : 0).prefix { $0 != end }
    return UpstreamRequest.Requester(user: caller?.user, address: String(Substring(address)))
  }

  private func serve(
    _ shared: RouteTable.Shared<APIServiceRule>, _ request: IncomingRequest, _ path: RequestPath, _ caller: Caller
  ) -> HTTPResponse {
    guard shared.rule.object.isAvailable else {
      return .unavailable("apiService \(shared.rule.object.name) is not available")
    }
    let sent = UpstreamRequest(shared.rule, request.head, path, by: Self.requester(request, caller))
    return relay(sent, of: shared.rule.object, request) { [counts] outcome, since in
      counts.note(outcome, of: shared.rule.object, since: since)
    }
  }

  private func serve(
    _ shared: RouteTable.Shared<ReverseProxyRule>, _ request: IncomingRequest, _ path: RequestPath, _ caller: Caller
  ) -> HTTPResponse {
    guard shared.rule.object.isAvailable else {
      return .unavailable("reverseProxy \(shared.rule.object.name) is not available")
    }
    let requester = Self.requester(request, caller)
    if let refusal = ruleState.refusal(of: shared.rule, by: requester) {
      counts.note(refusal: refusal.status, of: shared.rule.object)
      return refusal
    }
    let (method, host) = (request.head.method.rawValue, request.head.headers["Host"] ?? "")
    if let redirect = shared.rule.redirect(path, method: method, host: host) {
      return HTTPResponse(
        status: redirect.status, headers: ["Location": redirect.location, "Content-Length": "0"], bytes: [])
    }
    let sent = UpstreamRequest(shared.rule, request.head, path, by: requester)
    return relay(sent, of: shared.rule.object, request) { [ruleState, counts, rules] outcome, since in
      // The status condition of the object reports the circuit breaker.
      if ruleState.note(outcome, of: shared.rule) { rules.notifyReader() }
      counts.note(outcome, of: shared.rule.object, since: since)
    }
  }

  private func serve(
    _ file: JSBundleRule.File, of rule: JSBundleRule, _ request: IncomingRequest, _ snapshot: GatewayRules.Snapshot
  ) async -> HTTPResponse {
    guard rule.object.isAvailable else { return .pageNotFound }
    guard request.head.method == .get || request.head.method == .head else {
      return .readOnly("a bundle is only read")
    }
    if case .endpoint(let endpoint) = file.source {
      let sent = UpstreamRequest(endpoint, of: file, request.head, by: Self.requester(request, nil))
      return relay(sent, of: rule.object, request) { [counts, object = rule.object] outcome, since in
        counts.note(outcome, of: object, since: since)
      }
    }
    do throws(BundleProblem) {
      if case .configMap(let reference) = file.source { try check(reference, rule, snapshot) }
      if case .secret(let reference) = file.source { try check(reference, rule, snapshot) }
      let content = try await bundles.content(of: file)
      return content.response(to: request.head, type: file.contentType ?? JSBundleRule.type(of: file.path))
    } catch {
      return .unavailable(error.description)
    }
  }

  private func check(
    _ reference: JSBundleRule.Reference, _ rule: JSBundleRule, _ snapshot: GatewayRules.Snapshot
  ) throws(BundleProblem) {
    if settings.allowsForeignReferences { return }
    if let problem = snapshot.problem(with: reference, of: rule.object) { throw BundleProblem(problem) }
  }

  /// `report` is called with each outcome, and with the time at which the request was sent.
  private func relay(
    _ sent: UpstreamRequest, of object: RuleObject, _ request: IncomingRequest,
    report: @escaping @Sendable (UpstreamRelay.Outcome, ContinuousClock.Instant) -> Void
  ) -> HTTPResponse {
    let response = relay(sent, request, report)
    if response.relay == nil { counts.note(refusal: response.status, of: object) }
    return response
  }

  private func relay(
    _ sent: UpstreamRequest, _ request: IncomingRequest,
    _ report: @escaping @Sendable (UpstreamRelay.Outcome, ContinuousClock.Instant) -> Void
  ) -> HTTPResponse {
    if let problem = sent.endpoint.problem { return .unavailable(problem.english) }
    if let flaw = sent.flaw { return Status.badRequest(flaw.rawValue).response }
    guard sent.target.utf8.count <= UpstreamRequest.longestTarget else {
      return .unavailable("the rule makes the path too long")
    }
    guard let address = settings.upstreamAddress(sent.endpoint) else { return .unavailable("the rule leads nowhere") }
    let since = ContinuousClock.now
    return UpstreamRelay(sent, to: address, for: request, pools) { report($0, since) }.response
  }

  /// Watches the rules, checks their upstreams and writes conditions until the task is cancelled.
  package func run(in cluster: Cluster) async {
    let checks = HealthChecks(rules: rules, ruleState: ruleState, pools: pools, address: settings.upstreamAddress)
    let conditions = RuleConditions(cluster: cluster, dialect: dialect, settings: settings)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await rules.run(in: cluster, dialect: dialect) }
      group.addTask { await checks.run() }
      group.addTask { await openAPI.run(rules) }
      guard settings.writesConditions else { return }
      group.addTask { await conditions.run(rules, ruleState) }
      group.addTask { await AddressChecks(settings: settings).run(rules, ruleState) }
    }
  }
}
