import APIServer
import APITestSupport
import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// What the gateway writes into the status of objects when it is not let.
@Suite struct RuleConditionsTests {
  private static let group = "/apis/extensions.kubesphere.io/v1alpha1/reverseproxies"

  /// An API that refuses as many patches as it is told to.
  private struct RefusingAPI: CallerHandler {
    var api: API
    var status: Status
    let left: Locked<Int>

    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      guard request.head.method == .patch else { return await api.respond(to: request, from: caller) }
      let isRefused = left.withLock { left in
        defer { left = max(0, left - 1) }
        return left > 0
      }
      return isRefused ? status.response : await api.respond(to: request, from: caller)
    }
  }

  private static var settings: GatewaySettings {
    var settings = GatewaySettings()
    settings.upstreams.addresses.allowsLoopback = true
    return settings
  }

  private func proxy(_ name: String) -> Object {
    Object([
      "apiVersion": "extensions.kubesphere.io/v1alpha1", "kind": "ReverseProxy", "metadata": ["name": .string(name)],
      "spec": [
        "matcher": ["path": .string("/proxy/\(name)"), "method": "*"], "upstream": ["url": "http://127.0.0.1:9"],
      ],
      "status": ["state": "Available"],
    ])
  }

  private func wanted(_ names: [String]) -> [(rule: RuleObject, condition: RuleCondition)] {
    let rules = GatewayRules()
    rules.set(
      RouteTable(
        services: [], bundles: [], proxies: names.map { ReverseProxyRule(proxy($0), dialect: .installPlan) }))
    return RuleEvaluation(
      snapshot: rules.snapshot, settings: Self.settings
    ).conditions
  }

  private func bench(_ status: Status, _ times: Int) async throws -> (TestAPI, RuleConditions, Locked<[String]>) {
    let asking = try TestAPI()
    for name in ["a", "b"] { try await asking(.post, Self.group, proxy(name).value) }
    let refusing = RefusingAPI(api: asking.api, status: status, left: Locked(times))
    let log = Locked<[String]>([])
    var settings = Self.settings
    settings.report = { line in log.withLock { $0.append(line) } }
    let conditions = RuleConditions(
      cluster: Cluster(transport: InProcessTransport(refusing)), dialect: .installPlan, settings: settings,
      reviewInterval: .milliseconds(20))
    return (asking, conditions, log)
  }

  private func said(_ asking: TestAPI) async throws -> [String] {
    var said: [String] = []
    for name in ["a", "b"] {
      let conditions = try await asking(.get, Self.group + "/" + name)["status", "conditions"]?.sequence ?? []
      if conditions.contains(where: { $0["type"] == "Served" }) { said.append(name) }
    }
    return said
  }

  @Test(arguments: [
    Status(code: 409, reason: "Conflict", message: "another was faster"),
    Status(code: 500, reason: "InternalError", message: "no"),
    Status(code: 403, reason: "Forbidden", message: #"admission webhook "x" denied the request: no"#),
  ])
  func whatOneObjectIsRefusedIsTriedAgainAndTheOthersAreWritten(status: Status) async throws {
    let (asking, conditions, log) = try await bench(status, 1)
    let all = wanted(["a", "b"])

    let failed = try #require(await conditions.write(all))
    let (first, others) = (try await said(asking), all.filter { failed.contains($0.rule) })
    let failedAgain = await conditions.write(others)

    #expect(failed.count == 1 && first.count == 1)
    #expect(failedAgain == [])
    #expect(try await said(asking) == ["a", "b"] && log.withLock { $0 } == [])
  }

  @Test func aGatewayThatMayNotWriteSaysSoOnceAndTriesAgainAfterAWhile() async throws {
    let (asking, conditions, log) = try await bench(Status(code: 403, reason: "Forbidden", message: "no"), 3)

    try await running(conditions) { _ in
      await eventually("all are told") { (try? await said(asking)) == ["a", "b"] }
    }

    #expect(log.withLock { $0.count } == 1)
  }

  @Test func whatIsTakenAwayIsWrittenAgain() async throws {
    let (asking, conditions, _) = try await bench(Status.unknownResource, 0)

    try await running(conditions) { _ in
      await eventually("all are told") { (try? await said(asking)) == ["a", "b"] }
      _ = try await asking.patch(Self.group + "/a", ["status": ["conditions": .null]])
      await eventually("it is told again") { (try? await said(asking)) == ["a", "b"] }
    }
  }

  @Test func whatSaysSomethingElseIsContradictedWhenAllIsReviewed() throws {
    let all = wanted(["a"])
    let other = try #require(PresentCondition(proxy("a").saying("x")))
    var ledger = ConditionLedger()
    ledger.note(all, [])

    #expect(ledger.due(all, present: ["ReverseProxy a": other], isReview: false).isEmpty)
    #expect(ledger.due(all, present: ["ReverseProxy a": other], isReview: true).count == 1)
    #expect(ledger.due(all, present: [:], isReview: false).count == 1)
  }

  /// Runs `body` while `conditions` are written.
  private func running(_ conditions: RuleConditions, _ body: (GatewayRules) async throws -> Void) async throws {
    let rules = GatewayRules()
    let work = Task {
      async let following: Void = rules.run(in: conditions.cluster, dialect: .installPlan)
      await conditions.run(rules, RuleState())
      await following
    }
    defer { work.cancel() }
    try await body(rules)
    work.cancel()
    await work.value
  }
}

extension Object {
  fileprivate func saying(_ reason: String) -> Object {
    Object(
      value.setting(
        ["status"],
        to: ["conditions": [["type": "Served", "status": "True", "reason": .string(reason), "message": ""]]]))
  }
}
