import Client
import Extensions
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// How plans, configs, merges and drafts look in each of their states.
@Suite struct PlanGoldenTests {
  private typealias State = Golden.State
  private static let values = "# How many run at once\nreplicas: 1\nreceiver:\n  # Where it listens\n  port: 9000\n"

  private static func upgrading(
    _ name: String, _ body: @escaping (inout ConsoleTester) -> Void = { _ in }
  ) -> State {
    State(name) { tester in
      tester.hear(
        .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 2\nadminPassword: x\n"))))
      tester.app.carryOut([.open(PlanScreen(.upgrade(to: "1.1.0"), "grafana"))])
      tester.offer("grafana", "1.0.0", "1.1.0")
      tester.hear(.facts(PlanFacts()))
      body(&tester)
    }
  }

  private static func answer(_ tester: inout ConsoleTester, _ failure: ClusterError? = nil) {
    if let plan = tester.plan { tester.hear(.dryRunEnded(plan, failure: failure)) }
  }

  @Test func plans() throws {
    let refusal = Status(code: 422, reason: "Invalid", message: "no such field")
    let patch = Access("patch", Dialect.installPlan.installations, name: "grafana")
    try Golden.check(
      "plan",
      [
        State("loading") { tester in
          tester.app.carryOut([.open(PlanScreen(.upgrade(to: "1.1.0"), "grafana"))])
          tester.hear(.time)
        },
        Self.upgrading("asking"),
        Self.upgrading("ready") { tester in
          tester.readPackage(of: "grafana", "1.1.0", values: Self.values)
          Self.answer(&tester)
        },
        Self.upgrading("refused") { Self.answer(&$0, .refused(refusal)) },
        Self.upgrading("blocked") { $0.hear(.judged([patch: Access.Verdict(isAllowed: false)])) },
        Self.upgrading("stale") { tester in
          Self.answer(&tester)
          tester.lose()
          tester.now = tester.now + 35
          tester.hear(.time)
        },
        Self.upgrading("changed") { tester in
          tester.hear(.installations(.applied(.sample("grafana", version: "0.9.0", resourceVersion: "8"))))
        },
        Self.upgrading("not accepted") { tester in
          Self.answer(&tester)
          tester.press(.tab, .enter)
          guard case .apply(let plan)? = tester.asked.last else { return }
          tester.hear(.applied(plan, failure: .refused(refusal)))
        },
      ])
  }

  @Test func plansThatDestroy() throws {
    try Golden.check(
      "plan-uninstall",
      [
        State("begin") { tester in
          tester.offerAfter("X", "grafana")
          tester.hear(.facts(PlanFacts()))
        },
        State("end") { tester in
          tester.offerAfter("X", "grafana")
          tester.hear(.facts(PlanFacts()))
          tester.press(.end)
        },
      ])
  }

  @Test func plansOfSeveral() throws {
    try Golden.check(
      "plan-many",
      [
        State("loading") { tester in
          tester.type("jj ")
          tester.press(.up)
          tester.type(" i")
        },
        State("ready") { tester in
          tester.hear(.installations(.applied(.sample("jenkins", version: "2.0.0"))))
          tester.type("* D")
          tester.hear(.facts(PlanFacts()))
        },
        State("stale") { tester in
          tester.hear(.installations(.applied(.sample("jenkins", version: "2.0.0"))))
          tester.type("* D")
          tester.hear(.facts(PlanFacts()))
          tester.lose()
        },
        State("forbidden") { tester in
          tester.type("jj ")
          tester.press(.up)
          tester.type(" i")
          tester.hear(.facts(PlanFacts()))
          tester.hear(
            .judged([
              Access("create", Dialect.installPlan.installations): Access.Verdict(isAllowed: false)
            ]))
        },
        State("empty") { $0.type("j E") },
        State("destroys") { tester in
          tester.hear(.installations(.applied(.sample("jenkins", version: "2.0.0"))))
          tester.hear(.installations(.applied(.sample("loki", version: "2.0.0"))))
          tester.type("*X")
          tester.hear(.facts(PlanFacts()))
        },
      ])
  }

  @Test func editor() throws {
    try Golden.check(
      "editor",
      [
        State("loading") { $0.offerAfter("e", "grafana") },
        State("filled") { tester in
          tester.offerAfter("e", "grafana")
          tester.readPackage(of: "grafana", "1.0.0", values: Self.values)
        },
        State("a mistake") { tester in
          tester.offerAfter("e", "grafana")
          tester.readPackage(of: "grafana", "1.0.0", values: Self.values)
          tester.type("recevier: [")
        },
        State("unsaved") { tester in
          tester.offerAfter("e", "grafana")
          tester.type("a: 1 # ")
          tester.press(.escape)
        },
        State("stale") { tester in
          tester.offerAfter("e", "grafana")
          tester.type("a: 1 # ")
          tester.lose()
        },
      ])
  }

  private static func merging(_ tester: inout ConsoleTester) {
    tester.offerAfter("e", "grafana")
    tester.press(.end, .backspace)
    tester.type("5")
    let theirs = Installation.sample(
      "grafana", version: "1.0.0", config: "replicas: 9\ntoken: x\n", resourceVersion: "8")
    tester.hear(.installations(.applied(theirs)))
    tester.press(.control("s"))
  }

  @Test func merges() throws {
    try Golden.check(
      "merge",
      [
        State("open", Self.merging),
        State("decided") { tester in
          Self.merging(&tester)
          tester.type("t")
        },
      ])
  }

  @Test func drafts() throws {
    try Golden.check(
      "drafts",
      [
        State("empty") { $0.type("~") },
        State("filled") { tester in
          tester.type("~")
          tester.hear(.recalled(Records(drafts: ["grafana": KeptDraft(text: "replicas: 3\ntoken: a\n", base: "")])))
        },
      ])
  }

  @Test func choosers() throws {
    try Golden.check(
      "chooser",
      [
        State("loading") { tester in
          tester.hear(.extensions(.applied(.sample("bell", "Bell", versions: []))))
          tester.type("Uv")
        },
        State("newer") { tester in
          tester.offerAfter("U", "grafana")
          tester.type("v")
        },
        State("former") { tester in
          tester.hear(.extensions(.applied(.sample("grafana", "Grafana", versions: ["0.9.0", "1.0.0", "1.1.0"]))))
          tester.type("b")
          tester.offer("grafana", "0.9.0", "1.0.0", "1.1.0")
        },
        State("former, with nothing earlier") { $0.type("b") },
        // What is offered may not be read, so that there may be something earlier.
        State("former, empty", from: .nothing) { tester in
          let refusal = Status(code: 403, reason: "Forbidden", message: "user ada may not list extensions")
          tester.hear(.extensions(.interrupted(.refused(refusal), delay: .seconds(30))))
          tester.hear(.installations(.replaced([.sample("grafana", version: "1.0.0")])))
          tester.type("b")
        },
        State("stale") { tester in
          tester.offerAfter("U", "grafana")
          tester.type("v")
          tester.lose()
        },
        State("forbidden") { tester in
          tester.hear(.extensions(.applied(.sample("bell", "Bell", versions: []))))
          tester.type("Uv")
          let refusal = Status(
            code: 403, reason: "Forbidden", message: "user ada may not list extensionversions")
          tester.hear(.versions(of: "bell", .interrupted(.refused(refusal), delay: .seconds(30))))
        },
      ])
  }
}
