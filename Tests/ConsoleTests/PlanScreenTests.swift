import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform
import Terminal
import Testing

@testable import Console

/// The plan: what is read before anything is agreed to.
@Suite struct PlanScreenTests {
  /// A plan of disabling grafana that the server has been asked about.
  private func disabling(_ columns: Int = 80, _ rows: Int = 24) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.offerAfter("D", "grafana")
    tester.hear(.facts(PlanFacts()))
    return tester
  }

  @Test func theVerdictStandsBesideTheTitleAndDimsWithTheConnection() throws {
    var tester = disabling()
    let plan = try #require(tester.plan)
    tester.hear(.dryRunEnded(plan, failure: nil))
    #expect(tester.lines[1].hasPrefix(" Disable: grafana on museum"))
    #expect(tester.lines[1].hasSuffix(" ready"))
    let green = tester.surface[1, 78].style

    tester.hear(
      .installations(.interrupted(.transport(.unreachable(host: "museum", reason: "gone")), delay: .seconds(5))))
    tester.now = tester.now + 35
    tester.hear(.time)
    #expect(tester.lines[1].contains("ready 30 s ago, no connection"))
    #expect(tester.surface[1, 78].style != green)

    // What the server said before may no longer hold.
    tester.hear(.installations(.resumed))
    #expect(tester.lines[1].hasSuffix("asking the server …"))
    #expect(tester.asked.contains { if case .dryRun = $0 { true } else { false } })
  }

  @Test func whatOthersDoUnderAPlanIsSaidWithTheirName() {
    var tester = ConsoleTester.atMarket(100, 24)
    tester.offerAfter("U", "grafana")
    var other = Installation.sample("grafana", version: "0.9.0", config: "replicas: 1\n", resourceVersion: "8")
    other.notes = ["ksx.dev/changed-by": "bea", "ksx.dev/changed-at": "t"]
    tester.hear(.installations(.applied(other)))
    #expect(tester.screen.contains("grafana changed under this plan: 1.0.0 → 0.9.0 by bea. Look again."))

    tester.type("a")
    #expect(tester.changes == [])
    tester.type("a")
    #expect(tester.changes == [.upgrade(to: "1.1.0")])
  }

  @Test func aSwitchThatOthersTurnUnderAnUpgradeIsSaidToo() {
    var tester = ConsoleTester.atMarket(100, 24)
    tester.offerAfter("U", "grafana")
    tester.hear(
      .installations(
        .applied(.sample("grafana", version: "1.0.0", config: "replicas: 1\n", isEnabled: false, resourceVersion: "8")))
    )

    #expect(tester.screen.contains("grafana changed under this plan: disabled. Look again."))
  }

  @Test func aPlanThatIsBlockedIsDimAndHasNoCommand() {
    var tester = ConsoleTester.atMarket(100, 30)
    tester.offerAfter("D", "grafana")
    #expect(tester.screen.contains("kubectl patch"))
    let place = tester.lines.firstIndex { $0.contains("~ enabled: yes → no") } ?? 0
    let style = tester.surface[place, 4].style
    tester.hear(
      .judged([
        Access("patch", Dialect.installPlan.installations, name: "grafana"): Access.Verdict(isAllowed: false)
      ]))

    #expect(tester.screen.contains("Not possible: you may not patch"))
    #expect(tester.lines[1].hasSuffix(" blocked"))
    #expect(!tester.screen.contains("kubectl patch"))
    let row = tester.lines.firstIndex { $0.contains("~ enabled: yes → no") } ?? 0
    #expect(tester.surface[row, 4].style != style)
    tester.type("c")
    #expect(tester.status == "There is no command for a plan that is blocked.")
  }

  @Test func theSectionsStandInTheOrderInWhichTheyMatter() {
    var tester = ConsoleTester.atMarket(100, 60)
    tester.hear(.installations(.applied(.sample("loki", version: "2.0.0"))))
    tester.offerAfter("U", "grafana")

    let order = ["Careful: ", "~ version 1.0.0 → 1.1.0", "helm upgrades release", "checked: ", "kubectl patch"]
    let places = order.map { text in tester.lines.firstIndex { $0.contains(text) } ?? -1 }
    #expect(places == places.sorted() && !places.contains(-1), "\(places)")
  }

  @Test func aCheckThatWasNotMadeSaysWhatWasAskedAndWhyNot() {
    var tester = ConsoleTester.atMarket(100, 60)
    tester.offerAfter("U", "grafana")

    let text = tester.lines.map(\.trimmed).joined(separator: " ")
    #expect(text.contains("· not checked: you may write it (the cluster has not said what you may do);"))
    #expect(text.contains("the cluster knows the kinds in its chart (the package is being read)"))
  }

  @Test func theNameIsAskedForOnlyWhenTheEndOfThePlanWasOnTheScreen() {
    var tester = ConsoleTester.atMarket(40, 10)
    tester.offerAfter("X", "grafana")
    // The consequences come first, and that there is more is seen.
    #expect(tester.screen.contains("- InstallPlan grafana"))
    #expect(tester.screen.contains("▼ "))
    #expect(!tester.screen.contains("Type grafana"))
    tester.type("grafana")
    tester.press(.enter)
    #expect(tester.changes == [])
    #expect(tester.screen.contains("Read to the end"))

    tester.press(.end)
    #expect(tester.screen.contains("Type grafana to uninstall it"))
    tester.type("grafana")
    tester.press(.enter)
    #expect(tester.changes == [.uninstall])
  }

  @Test func whatWasTypedBeforeTheEndWasPaintedDoesNotCount() {
    var tester = ConsoleTester.atMarket(40, 10)
    tester.offerAfter("X", "grafana")
    tester.burst([.end] + "grafana".map { .character($0) } + [.enter])
    #expect(tester.changes == [])
  }

  @Test func theLineThatIsShownRunsAsItStands() {
    var tester = ConsoleTester.atMarket(100, 40)
    tester.offerAfter("e", "grafana")
    tester.press(.end, .backspace)
    tester.type("2")
    tester.press(.control("s"), .end)
    let line =
      #"printf %s '{"spec":{"config":"replicas: 2\n"}}' | kubectl patch installplans.kubesphere.io grafana "#
      + "--type=merge --patch-file=/dev/stdin"
    #expect(tester.screen.contains(#"printf %s '{"spec":{"config":"replicas: 2\n"}}' | kubectl patch"#))
    #expect(tester.screen.contains("--patch-file=/dev/stdin"))
    #expect(!tester.screen.contains("w writes"))
    tester.type("c")
    #expect(tester.app.request == .copy(line))
  }

  @Test func theCommandReadsTheConfigFromAFileWhereAWordOfItIsLongerThanTheScreen() throws {
    var tester = ConsoleTester.atMarket(60, 40)
    tester.offerAfter("e", "grafana")
    tester.press(.end, .backspace)
    tester.type("2 # " + String(repeating: "long", count: 12))
    tester.press(.control("s"), .end)
    #expect(tester.screen.contains("--patch-file=grafana-configure.json"))
    #expect(tester.screen.contains("w writes grafana-configure.json"))
    tester.type("w")
    guard case .writeFile(let file)? = tester.asked.first else { return #expect(Bool(false), "nothing is written") }
    #expect(file.name == "grafana-configure.json")
    let config = "replicas: 2 # " + String(repeating: "long", count: 12) + "\n"
    #expect(try JSON.parse(Array(file.text.utf8)) == ["spec": ["config": .string(config)]])
    tester.hear(.wroteFile("grafana-configure.json"))
    #expect(tester.status == "Wrote grafana-configure.json, which only you may read.")
  }

  @Test func aSecretIsShownOnlyWhenItIsAskedForAndNowhereElse() {
    var tester = ConsoleTester.atMarket(100, 40)
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "adminPassword: hunter2\n"))))
    tester.offerAfter("e", "grafana")
    tester.press(.end, .backspace)
    tester.type("3")
    tester.press(.control("s"))
    #expect(tester.screen.contains("-   adminPassword: •••"))
    #expect(tester.screen.contains("+   adminPassword: •••"))
    #expect(!tester.screen.contains("hunter"))

    tester.type("x")
    #expect(tester.screen.contains("+   adminPassword: hunter3"))
    tester.press(.end)
    #expect(!tester.lines.contains { $0.contains("kubectl") && $0.contains("hunter") })
    tester.type("x")
    #expect(!tester.screen.contains("hunter"))
  }

  @Test func whatIsMissingIsPutFirstInTheSamePlanAndBothAreSentInOrder() throws {
    var tester = ConsoleTester.atMarket(100, 40)
    tester.type("ji")
    let version = Self.jenkins(needing: ">=1.0.0")
    tester.hear(.versions(of: "jenkins", .replaced([version])))
    #expect(tester.screen.contains("Not possible: it needs loki >=1.0.0, which is not installed"))
    #expect(tester.screen.contains("loki 2.0.0 is offered: + puts it first"))

    tester.type("+")
    tester.offer("loki", "2.0.0")
    #expect(tester.screen.contains("1. Install loki 2.0.0"))
    #expect(tester.screen.contains("2. Install jenkins 2.0.0"))
    #expect(!tester.screen.contains("Not possible"))
    tester.type("a")
    #expect(tester.changes == [.install(version: "2.0.0", config: "")])
    guard case .apply(let first)? = tester.asked.first else { return #expect(Bool(false), "nothing was sent") }
    #expect(first.name == "loki")
    tester.hear(.applied(first, failure: nil))
    tester.hear(.versions(of: "jenkins", .replaced([version])))
    tester.hear(.installations(.applied(.sample("loki", version: "2.0.0", state: "Installing"))))
    #expect(tester.changes == [])
    tester.press(.control("c"))
    #expect(tester.screen.contains("jenkins: install 2.0.0 is sent only while the console"))
    tester.press(.escape)

    tester.hear(.installations(.applied(.sample("loki", version: "2.0.0"))))
    guard case .apply(let second)? = tester.asked.first(where: { if case .apply = $0 { true } else { false } }) else {
      return #expect(Bool(false), "nothing followed")
    }
    #expect(second.name == "jenkins")
  }

  /// A version that needs loki.
  static func jenkins(needing constraint: String) -> ExtensionVersion {
    let spec: Value = [
      "version": "2.0.0",
      "externalDependencies": [["name": "loki", "version": .string(constraint), "required": true]],
    ]
    return ExtensionVersion(
      Object(
        Dialect.installPlan.extensionVersions, name: "jenkins-2.0.0",
        labels: ["kubesphere.io/extension-ref": "jenkins"], ["spec": spec]), dialect: .installPlan)
  }

  @Test func aFirstStepThatFailsEndsThePlan() throws {
    var tester = ConsoleTester.atMarket(100, 40)
    tester.type("ji")
    let version = Self.jenkins(needing: "")
    tester.hear(.versions(of: "jenkins", .replaced([version])))
    tester.type("+")
    tester.offer("loki", "2.0.0")
    tester.type("a")
    guard case .apply(let first)? = tester.asked.first else { return #expect(Bool(false), "nothing was sent") }
    tester.hear(.applied(first, failure: nil))
    var failed = Installation.sample("loki", version: "2.0.0", state: "InstallFailed", message: "no image")
    failed.observed.attemptedVersion = "2.0.0"
    tester.hear(.installations(.applied(failed)))

    #expect(tester.changes == [])
    #expect(tester.screen.contains("jenkins: install 2.0.0 was not sent: loki has failed. Nothing was changed."))
  }

  @Test func anotherVersionIsPickedAndTheConfigEditedFromThePlan() {
    var tester = ConsoleTester.atMarket(100, 30)
    tester.offerAfter("U", "grafana")
    tester.type("v")
    #expect(tester.screen.contains("Upgrade grafana to which version?"))
    tester.press(.enter)
    tester.type("e")
    #expect(tester.screen.contains("replicas: 1"))
    tester.press(.end, .backspace)
    tester.type("4")
    tester.press(.control("s"))
    #expect(tester.screen.contains("~ version 1.0.0 → 1.1.0"))
    #expect(tester.screen.contains("+   replicas: 4"))
    tester.type("a")
    #expect(tester.changes == [Change.upgrade(to: "1.1.0").with(config: "replicas: 4\n")])

    tester = disabling()
    tester.type("e")
    #expect(tester.status == "disable has no config to edit.")
    tester.type("v")
    #expect(tester.status == "disable is of no version.")
  }
}

extension ConsoleTester {
  /// The plan on top.
  var plan: Plan? { (app.top as? PlanScreen)?.plan }
}
