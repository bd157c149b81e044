import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// A hint is there exactly where its key leads on: to a plan that can be applied, or to a choice.
@Suite struct HintTableTests {
  /// A state of the selected extension, which is `demo`.
  struct Situation: Sendable, CustomTestStringConvertible {
    let name: String
    /// The hinted changes, in their order.
    let hinted: [ChangeKind]
    /// The changes that are possible too, and not hinted: they are unusual, or something else is to be waited for.
    let quiet: Set<ChangeKind>
    let tester: @Sendable () -> ConsoleTester

    var testDescription: String { name }
  }

  private static func at(
    _ installation: Installation?, versions: [String] = ["1.0.0"], _ more: (inout ConsoleTester) -> Void = { _ in }
  ) -> ConsoleTester {
    var tester = ConsoleTester(200, 30)
    tester.hear(.extensions(.replaced([.sample("demo", "Demo", versions: versions)])))
    tester.hear(.installations(.replaced(installation.map { [$0] } ?? [])))
    more(&tester)
    return tester
  }

  private static func demo(
    _ version: String = "1.0.0", _ state: String = "Installed", isEnabled: Bool = true, isBeingDeleted: Bool = false
  ) -> Installation {
    var installation = Installation.sample("demo", version: version, state: state, isEnabled: isEnabled)
    installation.isBeingDeleted = isBeingDeleted
    return installation
  }

  private static func remember(_ version: String, _ tester: inout ConsoleTester) {
    tester.hear(.recalled(Records(memories: ["demo": .sample(version)])))
  }

  private static func forbid(_ verb: String, _ tester: inout ConsoleTester) {
    tester.hear(.judged([Access(verb, Dialect.installPlan.installations): Access.Verdict(isAllowed: false)]))
    tester.hear(
      .judged([
        Access(verb, Dialect.installPlan.installations, name: "demo"): Access.Verdict(isAllowed: false)
      ]))
  }

  private static let busy: Set<ChangeKind> = [.disable, .configure, .uninstall, .forceDelete]

  static let situations: [Situation] = [
    Situation(name: "absent", hinted: [.install], quiet: []) { at(nil) },
    Situation(name: "absent, and no version is offered", hinted: [], quiet: []) {
      at(nil, versions: []) { tester in
        tester.press(.enter)
        tester.hear(.versions(of: "demo", .replaced([])))
      }
    },
    Situation(name: "absent, in a console that only looks", hinted: [], quiet: []) {
      at(nil) { $0.app.state.session.isReadOnly = true }
    },
    Situation(name: "absent, and forbidden", hinted: [], quiet: []) { at(nil) { forbid("create", &$0) } },
    Situation(name: "installing", hinted: [], quiet: busy) { at(demo("1.0.0", "Installing")) },
    Situation(name: "waiting", hinted: [], quiet: busy) { at(demo("1.0.0", "")) },
    Situation(
      name: "a failed first install", hinted: [.retry, .disable, .configure, .uninstall], quiet: [.forceDelete]
    ) { at(demo("1.0.0", "InstallFailed")) },
    Situation(
      name: "a failed first install, with other versions",
      hinted: [.rollBack, .retry, .disable, .upgrade, .configure, .uninstall], quiet: [.forceDelete]
    ) { at(demo("1.1.0", "InstallFailed"), versions: ["1.0.0", "1.1.0", "1.2.0"]) },
    Situation(
      name: "a failed upgrade", hinted: [.rollBack, .retry, .disable, .configure, .uninstall], quiet: [.forceDelete]
    ) {
      at(demo("1.1.0", "UpgradeFailed"), versions: ["1.0.0", "1.1.0"]) { remember("1.0.0", &$0) }
    },
    Situation(
      name: "a failed upgrade from a version that is offered no more",
      hinted: [.retry, .disable, .configure, .uninstall], quiet: [.forceDelete]
    ) { at(demo("1.1.0", "UpgradeFailed"), versions: ["1.1.0"]) { remember("1.0.0", &$0) } },
    Situation(
      name: "a failed upgrade of what is off", hinted: [.rollBack, .retry, .enable, .configure, .uninstall],
      quiet: [.forceDelete]
    ) {
      at(demo("1.1.0", "UpgradeFailed", isEnabled: false), versions: ["1.0.0", "1.1.0"]) { remember("1.0.0", &$0) }
    },
    Situation(
      name: "installed", hinted: [.configure, .disable, .uninstall], quiet: [.retry, .forceDelete]
    ) { at(demo()) },
    Situation(
      name: "installed, with an update and a past", hinted: [.upgrade, .configure, .disable, .rollBack, .uninstall],
      quiet: [.retry, .forceDelete]
    ) { at(demo("1.1.0"), versions: ["1.0.0", "1.1.0", "1.2.0"]) { remember("1.0.0", &$0) } },
    Situation(
      name: "installed, with older versions that never ran", hinted: [.configure, .disable, .uninstall],
      quiet: [.rollBack, .retry, .forceDelete]
    ) { at(demo("1.1.0"), versions: ["1.0.0", "1.1.0"]) },
    Situation(
      name: "disabled", hinted: [.enable, .configure, .uninstall], quiet: [.retry, .forceDelete]
    ) { at(demo(isEnabled: false)) },
    Situation(name: "being removed", hinted: [], quiet: [.forceDelete]) {
      at(demo("1.0.0", "Uninstalling", isBeingDeleted: true))
    },
    Situation(name: "a failed removal", hinted: [.retry, .forceDelete], quiet: []) {
      at(demo("1.0.0", "UninstallFailed", isBeingDeleted: true))
    },
    Situation(name: "no longer offered", hinted: [.configure, .disable, .uninstall], quiet: [.retry, .forceDelete]) {
      var tester = ConsoleTester(200, 30)
      tester.hear(.extensions(.replaced([])))
      tester.hear(.installations(.replaced([demo()])))
      return tester
    },
    Situation(name: "installed, and forbidden to change", hinted: [.uninstall], quiet: []) {
      at(demo()) { forbid("patch", &$0) }
    },
    Situation(name: "installed, in a console that only looks", hinted: [], quiet: []) {
      at(demo()) { $0.app.state.session.isReadOnly = true }
    },
    Situation(
      name: "installed, under a guardrail", hinted: [.configure, .uninstall], quiet: [.retry, .forceDelete]
    ) {
      at(demo()) {
        $0.app.state.session.guardrails.rules = Guardrails.rules(in: "guardrails: [{deny: [disable]}]", "config.yaml")
      }
    },
    Situation(
      name: "installed, with a lost connection", hinted: [.configure, .disable, .uninstall],
      quiet: [.retry, .forceDelete]
    ) { at(demo()) { $0.lose() } },
    Situation(name: "no connection yet", hinted: [], quiet: []) {
      var tester = ConsoleTester(200, 30)
      tester.lose()
      tester.app.open(ExtensionScreen("demo"))
      tester.hear(.time)
      return tester
    },
  ]

  @Test(arguments: situations)
  func aChangeIsHintedExactlyWhereItsKeyLeadsOn(situation: Situation) {
    let tester = situation.tester()
    let hinted = tester.app.state.hints(about: "demo").compactMap { hint -> ChangeKind? in
      if case .command(.change(let kind)) = hint.action { kind } else { nil }
    }
    let kinds = ChangeKind.allCases.filter { $0.row.summary != nil }
    let possible = Set(kinds.filter { Self.leadsOn($0, tester) })

    #expect(hinted == situation.hinted)
    #expect(possible.symmetricDifference(hinted) == situation.quiet, "possible: \(possible)")
  }

  /// Whether the key for `kind` leads to a plan that can be applied, to an editor or to a choice.
  private static func leadsOn(_ kind: ChangeKind, _ tester: ConsoleTester) -> Bool {
    var tester = tester
    let depth = tester.app.layers.count
    let key = tester.app.state.settings.keys(for: .change(kind), in: [.marketplace]).first ?? ""
    tester.type(key)
    guard tester.app.layers.count > depth else {
      #expect(!tester.status.isEmpty, "\(kind) says nothing")
      return false
    }
    return switch tester.app.top {
    case let plan as PlanScreen:
      plan.requiresTypedName
        ? plan.isConfirmedByName && !tester.app.state.session.isReadOnly
        : plan.hints(tester.app.state).contains { $0.action == .command(.apply) }
    case let chooser as ChooserScreen: chooser.hints(tester.app.state).contains { $0.action == .command(.open) }
    case is ConfigScreen: tester.app.state.messageLog.answer == nil && !tester.app.state.session.isReadOnly
    default: false
    }
  }

  @Test(arguments: [
    ("D", "Cannot disable: jenkins is not installed; i installs it."),
    ("b", "Cannot roll back: jenkins is not installed; i installs it."),
    (":rollback\r", "Cannot roll back: jenkins is not installed; i installs it."),
    (":rollback jenkins\r", "Cannot roll back: jenkins is not installed; i installs it."),
    ("ki", "Cannot install: grafana is already there, version 1.0.0, Installed; U upgrades it."),
    (
      "kb",
      "Cannot roll back: grafana has nothing to go back to: no earlier release of it is known, and no older version is offered."
    ),
  ])
  func whatIsMissingIsSaidWithTheKeyThatHelps(keys: String, sentence: String) {
    var tester = ConsoleTester.atMarket(160, 24)
    tester.type("j")
    for key in keys {
      if key == "\r" { tester.press(.enter) } else { tester.type(String(key)) }
    }

    #expect(tester.status == sentence)
  }

  @Test func afterAFailedFirstInstallTheWayOutIsNamed() {
    var tester = Self.at(Self.demo("1.0.0", "InstallFailed"))
    tester.type("b")
    #expect(tester.status.hasSuffix("and no older version is offered; r tries it again, X uninstalls it."))
    tester.press(.enter)
    #expect(tester.screen.contains("nothing to go back to"), "\(tester.screen)")
    #expect(!tester.screen.contains("lists the versions"))
  }

  @Test func whatCannotBeRemovedIsRemovedByForce() {
    var tester = Self.at(Self.demo("1.0.0", "UninstallFailed", isBeingDeleted: true))
    tester.type("D")
    #expect(tester.status == "Cannot disable: demo is already being uninstalled; F removes it by force.")
  }

  @Test func aRowOfTheVersionsOffersOnlyWhatItsKeysDo() {
    var tester = ConsoleTester.atMarket(200, 30)
    tester.press(.enter)
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.type("2")
    tester.press(.home)
    let hints = { (tester: ConsoleTester) in tester.app.top.hints(tester.app.state).map(\.action) }
    #expect(hints(tester).contains(.command(.compare)) && hints(tester).contains(.command(.open)))
    tester.press(.enter)
    #expect(tester.app.top is PlanScreen)
    tester.press(.escape, .end)
    let version = tester.screen

    #expect(!hints(tester).contains(.command(.open)), "\(version)")
    #expect(!hints(tester).contains(.command(.compare)), "\(version)")
    tester.press(.enter)
    #expect(tester.status == "grafana is already at version 1.0.0.")
  }

  @Test func whatIsMarkedOffersTheChangesThatOneOfItCanTake() {
    var tester = ConsoleTester.atMarket(200, 30)
    tester.type(" ")
    let hinted = tester.app.marketplace.hints(tester.app.state).map(\.action)

    #expect(hinted.contains(.command(.change(.upgrade))) && hinted.contains(.command(.change(.disable))))
    #expect(!hinted.contains(.command(.change(.install))) && !hinted.contains(.command(.change(.enable))))
  }

  @Test func whatNeedsVersionsIsNotSaidToMatchNothingUntilTheyAreRead() {
    var tester = ConsoleTester.atMarket(160, 24)
    tester.type("/kube:1.32")
    tester.press(.enter)
    #expect(tester.screen.contains("Reading the versions …"), "\(tester.screen)")
    tester.hear(.catalogue([], failure: .transport(.timedOut(seconds: 5))))
    #expect(tester.screen.contains("The versions cannot be read: no answer for 5 s"), "\(tester.screen)")
    tester.hear(.catalogue([], failure: nil))

    #expect(tester.screen.contains("Nothing matches kube:1.32."), "\(tester.screen)")
  }

  @Test func aConsoleThatOnlyLooksOffersNoChangeOfRepositories() {
    var tester = ConsoleTester.atMarket(isReadOnly: true)
    tester.type("gr")
    #expect(tester.lines.last?.contains("add") == false, "\(tester.screen)")
  }
}
