import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import GatewayServer

/// Names that lead where nothing may, before anything is asked for.
@Suite struct AddressChecksTests {
  private let asked = Locked<[String]>([])

  private func checks(_ places: [String: Set<String>]) -> AddressChecks {
    var settings = GatewaySettings()
    settings.upstreams.addresses.apiServer = APIServerAddresses(["192.0.2.1:6443"])
    var checks = AddressChecks(settings: settings)
    checks.lookUp = { [asked] host, port in
      asked.withLock { $0.append("\(host):\(port)") }
      return places[host] ?? []
    }
    return checks
  }

  private func table(_ urls: [String], state: String = "Available") -> RouteTable {
    RouteTable(
      proxies: urls.enumerated().map { number, url in
        ReverseProxyRule(
          .rule(
            "p\(number)", state: state,
            ["matcher": ["path": .string("/proxy/p\(number)"), "method": "*"], "upstream": ["url": .string(url)]]),
          dialect: .installPlan)
      })
  }

  private func words(_ checks: AddressChecks, _ table: RouteTable) async -> [String] {
    var ruleProblems = RuleState.RuleProblems()
    ruleProblems.forbiddenHosts = AddressChecks.problems(await checks.reviewed([:], checks.names(in: table), .now))
    let judge = RuleEvaluation(
      snapshot: GatewayRules.Snapshot(table: table), ruleProblems: ruleProblems, settings: checks.settings)
    return judge.conditions.map { "\($1.isServed) \($1.reason) \($1.message)" }
  }

  @Test(
    arguments: [
      (["127.0.0.1:80"], "false Unusable up.example: 127.0.0.1 is this machine"),
      (["[::1]:80"], "false Unusable up.example: ::1 is this machine"),
      (["169.254.169.254:80"], "false Unusable up.example: 169.254.169.254 is link-local"),
      (["192.0.2.9:80"], "true Served "), (["127.0.0.1:80", "192.0.2.9:80"], "true Served "), ([], "true Served "),
    ] as [(Set<String>, String)])
  func theObjectSaysWhereItsNameLeads(places: Set<String>, told: String) async {
    let checks = checks(["up.example": places])

    let found = await words(checks, table(["http://up.example"]))
    #expect(found == [told], "\(found)")
  }

  @Test func theKubernetesAPIIsKnownByAnyName() async {
    let told = await words(checks(["api.example": ["192.0.2.1:6443"]]), table(["https://api.example:6443"]))

    #expect(told == ["false Unusable api.example: 192.0.2.1:6443 is the Kubernetes API itself"])
  }

  @Test func namesAreLookedUpNowAndThenAndAddressesNever() async {
    let checks = checks(["up.example": ["127.0.0.1:80"]])
    let table = table(["http://up.example", "http://up.example/other", "http://192.0.2.7", "http://[::1]"])
    let start = ContinuousClock.now
    var verdicts = await checks.reviewed([:], checks.names(in: table), start)
    verdicts = await checks.reviewed(verdicts, checks.names(in: table), start + .seconds(29))
    #expect(asked.withLock { $0 } == ["up.example:80"])

    verdicts = await checks.reviewed(verdicts, checks.names(in: table), start + .seconds(30))

    #expect(asked.withLock { $0.count } == 2)
    #expect(await checks.reviewed(verdicts, [], start).isEmpty, "names that are no more are forgotten")
    #expect(checks.names(in: self.table(["http://up.example"], state: "Disabled")).isEmpty)
  }

  @Test func aNameThatCannotBeLookedUpNowIsWhatItWas() async {
    let table = table(["http://up.example"])
    let known = checks(["up.example": ["127.0.0.1:80"]])
    let start = ContinuousClock.now
    let first = await known.reviewed([:], known.names(in: table), start)

    let later = await checks([:]).reviewed(first, known.names(in: table), start + .seconds(30))

    #expect(AddressChecks.problems(later) == AddressChecks.problems(first))
  }

  @Test func asManyNamesAreLookedAfterAsIsSaid() async {
    let checks = checks([:])
    let table = table((0..<700).map { "http://up\($0).example" })

    let verdicts = await checks.reviewed([:], checks.names(in: table), .now)

    #expect(verdicts.count == 500 && asked.withLock { Set($0).count } == 500)
  }
}
