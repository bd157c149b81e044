package import Client
package import Extensions
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// Serves what extensions bring, in front of the Kubernetes API: `/kapis` and other paths of APIServices, `/dist` of
/// JSBundles, the paths of ReverseProxies.
///
/// Who asks and whether they may has been found out before.
package struct Gateway: CallerHandler {
  /// What it serves by, which says whether it is ready.
  package let rules: GatewayRules
  private let settings: GatewaySettings
  private let pools: UpstreamPools
  private let guards = RuleGuards()
  private let metrics = GatewayMetrics()
  private let bundles: BundleReader
  private let kapis: KapisReader
  private let members: Members
  private let dialect: Dialect
  private let cluster: Cluster
  private let api: any CallerHandler

  /// Where it is asked which rule serves a request.
  package static let explainPath = "/kapis/gateway.ksx.dev/v1alpha1/explain"

  /// `cluster` is where bundles' ConfigMaps and Secrets are read; `api` answers what is no rule's.
  package init(
    _ rules: GatewayRules, in cluster: Cluster, dialect: Dialect, settings: GatewaySettings = GatewaySettings(),
    around api: any CallerHandler
  ) {
    self.rules = rules
    self.settings = settings
    self.api = api
    pools = UpstreamPools(settings.upstreams)
    self.dialect = dialect
    self.cluster = cluster
    bundles = BundleReader(cluster: cluster)
    kapis = KapisReader(cluster: cluster, dialect: dialect)
    members = Members(cluster: cluster)
  }

  package func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    switch destination(of: request, caller) {
    case .answer(let response): return response
    case .api(let moved): return await api.respond(to: moved, from: caller)
    case .member: return await sendToMember(request, caller)
    case .explanation: return await explain(request, caller)
    case .metrics: return await metrics(request, caller)
    case .openAPIIndex: return await openAPIIndex(request, caller)
    case .file(let file, let rule, let snapshot): return await serve(file, of: rule, request, snapshot)
    case .reader(let path): return await kapis.response(to: request.head, path) ?? .pageNotFound
    }
  }

  package func respondAtOnce(to request: IncomingRequest, from caller: Caller) -> HTTPResponse? {
    switch destination(of: request, caller) {
    case .answer(let response): response
    case .api(let moved): api.respondAtOnce(to: moved, from: caller)
    case .member, .explanation, .metrics, .openAPIIndex, .file, .reader: nil
    }
  }

  /// What answers a request.
  private enum Destination {
    /// It is answered, or an upstream is to answer it.
    case answer(HTTPResponse)
    case api(IncomingRequest)
    case member
    case explanation
    case metrics
    case openAPIIndex
    case file(JSBundleRule.File, of: JSBundleRule, GatewayRules.Snapshot)
    case reader(RequestPath)
  }

  private func destination(of request: IncomingRequest, _ caller: Caller) -> Destination {
    let target = request.head.target
    if target.hasPrefix(OpenAPIIndex.path), let found = openAPI(request, caller) { return found }
    if Self.isAPI(target) { return .api(request) }
    if target.hasPrefix("/clusters/") { return .member }
    let path: RequestPath
    do throws(RequestPath.Flaw) {
      path = try RequestPath(target)
    } catch {
      return .answer(Status.badRequest(error.rawValue).response)
    }
    switch path.decoded {
    case "/kapis/version":
      var moved = request
      moved.head.target = "/version"
      return .api(moved)
    case Self.explainPath where request.head.method == .post: return .explanation
    case "/metrics": return .metrics
    default: return destination(by: path, of: request, caller)
    }
  }

  /// What a request for an OpenAPI document is for, if not for the API.
  private func openAPI(_ request: IncomingRequest, _ caller: Caller) -> Destination? {
    guard let path = try? RequestPath(request.head.target) else { return nil }
    switch OpenAPIIndex.destination(of: path, request.head.method, in: rules.table) {
    case .index: return .openAPIIndex
    case .document(let rule): return .answer(serve(rule, request, path, caller))
    case .api: return nil
    }
  }

  /// What the rules say.
  private func destination(by path: RequestPath, of request: IncomingRequest, _ caller: Caller) -> Destination {
    let snapshot = rules.snapshot
    guard snapshot.isComplete else { return .answer(.unavailable("the gateway has not read its rules yet")) }
    if ["/dist", "/dist/"].contains(path.decoded) { return .answer(snapshot.table.bundleList) }
    switch snapshot.table.match(path, method: request.head.method.rawValue) {
    case .apiService(let shared): return .answer(serve(shared, request, path, caller))
    case .proxy(let shared): return .answer(serve(shared, request, path, caller))
    case .bundle(let rule, let file): return .file(file, of: rule, snapshot)
    case nil: break
    }
    guard request.head.method == .get, let found = snapshot.table.groupDocument(path) else { return .reader(path) }
    switch found {
    case .document(let response): return .answer(response)
    case .root(let rule): return .answer(serve(rule, request, path, caller))
    }
  }

  /// What the gateway has counted, behind what the API beside it has to tell, if that is in this process.
  private func metrics(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    let judge = judge
    let own = metrics.text(
      judge.snapshot.table, judge.troubles, await pools.counts(), served: judge.counts)
    let others = await api.respond(to: request, from: caller)
    let text = others.relay == nil && others.status == 200 ? try? await others.body.collected() : nil
    let bytes = (text ?? []) + Array(own.utf8)
    return HTTPResponse(
      status: 200,
      headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Content-Length": String(bytes.count)],
      bytes: bytes)
  }

  private var judge: RuleJudge {
    RuleJudge(
      snapshot: rules.snapshot, troubles: guards.troubles, tellsLinks: dialect.era == .seed, settings: settings)
  }

  private func openAPIIndex(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    var answer = await api.respond(to: request, from: caller)
    if answer.relay != nil {
      // What another server answers passes by on the connection; this is for everybody, and can be asked for anew.
      guard let own = try? await cluster.transport.send(HTTPRequest(.get, OpenAPIIndex.path)) else { return answer }
      answer = own
    }
    guard [200, 404].contains(answer.status) else { return answer }
    let bytes = answer.status == 200 ? try? await answer.body.collected() : nil
    return HTTPResponse(
      status: 200, json: OpenAPIIndex.merged(bytes.flatMap { try? JSON.parse($0) }, rules.table))
  }

  /// Hands a request below `/clusters/NAME` on to the API of that member.
  private func sendToMember(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    let rest = request.head.target.dropFirst("/clusters/".count)
    let name = rest.prefix { $0 != "/" && $0 != "?" }
    var moved = request
    moved.head.target = String(rest.dropFirst(name.count))
    guard Self.isAPI(moved.head.target) else { return .pageNotFound }
    do throws(Members.Refusal) {
      return try await members.relay(to: PercentEncoding.decode(name)).respond(to: moved, from: caller, isMember: true)
    } catch {
      return error.response
    }
  }

  /// Whether the API behind answers it.
  private static func isAPI(_ target: String) -> Bool {
    let first = target.utf8.dropFirst().prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    return ["api", "apis", "openapi", "version", "healthz", "livez", "readyz"].contains { $0.utf8.elementsEqual(first) }
  }

  private static func asker(_ request: IncomingRequest, _ caller: Caller?) -> UpstreamRequest.Asker {
    let peer = request.connection.peer
    let isLong = peer.utf8.first == UInt8(ascii: "[")
    let end = UInt8(ascii: isLong ? "]" : ":")
    let address = peer.utf8.dropFirst(isLong ? 1 : 0).prefix { $0 != end }
    return UpstreamRequest.Asker(user: caller?.user, address: String(Substring(address)))
  }

  private func serve(
    _ shared: RouteTable.Shared<APIServiceRule>, _ request: IncomingRequest, _ path: RequestPath, _ caller: Caller
  ) -> HTTPResponse {
    guard shared.rule.object.isAvailable else {
      return .unavailable("apiService \(shared.rule.object.name) is not available")
    }
    let sent = UpstreamRequest(shared.rule, request.head, path, by: Self.asker(request, caller))
    return relay(sent, request) { [metrics] outcome, since in
      metrics.note(outcome, of: shared.rule.object, since: since)
    }
  }

  private func serve(
    _ shared: RouteTable.Shared<ReverseProxyRule>, _ request: IncomingRequest, _ path: RequestPath, _ caller: Caller
  ) -> HTTPResponse {
    guard shared.rule.object.isAvailable else {
      return .unavailable("reverseProxy \(shared.rule.object.name) is not available")
    }
    let asker = Self.asker(request, caller)
    if let refusal = guards.refusal(of: shared.rule, by: asker) { return refusal }
    let (method, host) = (request.head.method.rawValue, request.head.headers["Host"] ?? "")
    if let redirect = shared.rule.redirect(path, method: method, host: host) {
      return HTTPResponse(
        status: redirect.status, headers: ["Location": redirect.location, "Content-Length": "0"], bytes: [])
    }
    let sent = UpstreamRequest(shared.rule, request.head, path, by: asker)
    return relay(sent, request) { [guards, metrics, rules] outcome, since in
      // The object's condition tells it.
      if guards.note(outcome, of: shared.rule) { rules.tellChange() }
      metrics.note(outcome, of: shared.rule.object, since: since)
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
      let sent = UpstreamRequest(endpoint, of: file, request.head, by: Self.asker(request, nil))
      return relay(sent, request) { [metrics, object = rule.object] outcome, since in
        metrics.note(outcome, of: object, since: since)
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

  /// `report` is told how it goes on, and since when.
  private func relay(
    _ sent: UpstreamRequest, _ request: IncomingRequest,
    report: @escaping @Sendable (UpstreamRelay.Outcome, ContinuousClock.Instant) -> Void
  ) -> HTTPResponse {
    if let problem = sent.endpoint.problem { return .unavailable(problem) }
    if let flaw = sent.flaw { return Status.badRequest(flaw.rawValue).response }
    guard sent.target.utf8.count <= UpstreamRequest.longestTarget else {
      return .unavailable("the rule makes the path too long")
    }
    guard let address = settings.upstreamAddress(sent.endpoint) else { return .unavailable("the rule leads nowhere") }
    let since = ContinuousClock.now
    return UpstreamRelay(sent, to: address, for: request, pools) { report($0, since) }.response
  }

  /// Follows the rules, and looks after their upstreams, until the task is cancelled.
  package func run(in cluster: Cluster) async {
    let checks = HealthChecks(rules: rules, guards: guards, pools: pools, address: settings.upstreamAddress)
    let conditions = RuleConditions(cluster: cluster, dialect: dialect, settings: settings)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await rules.run(in: cluster, dialect: dialect) }
      group.addTask { await checks.run() }
      if settings.tellsObjects { group.addTask { await conditions.run(rules, guards) } }
    }
  }

  private func explain(_ request: IncomingRequest, _ caller: Caller) async -> HTTPResponse {
    do throws(Status) {
      let question = try await request.whole().json()
      guard let url = question["url"]?.string else { throw .badRequest("a url is expected") }
      let word = question["method"]?.string ?? "GET"
      guard let method = HTTPRequest.Method(rawValue: word) else {
        throw .badRequest("the method \(word) is not known")
      }
      let target = url.hasPrefix("/") ? url : "/" + (url.split(separator: "/", maxSplits: 2).dropFirst(2).first ?? "")
      let explanation = Explanation(HTTPRequest(method, target), by: caller.user, in: rules.table)
      return HTTPResponse(status: 200, json: explanation.value)
    } catch {
      return error.response
    }
  }
}
