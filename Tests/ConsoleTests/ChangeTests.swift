import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Packages
import Platform
import Terminal
import Testing

@testable import Console

/// From a key to the work that changes the cluster, and what the watch makes of it.
@Suite struct ChangeTests {
  @Test func anotherVersionIsAskedForAndItsPlanIsShown() {
    var tester = ConsoleTester.atMarket()
    tester.type("jiv")
    #expect(tester.screen.contains("Install which version of jenkins?"))
    tester.offer("jenkins", "1.0.0", "2.0.0")
    #expect(tester.screen.contains(">2.0.0"))
    #expect(tester.screen.contains("recommended"))

    tester.press(.enter)
    #expect(tester.changes == [])
    #expect(tester.screen.contains("Install 2.0.0: jenkins on museum"))
    #expect(tester.screen.contains("+ InstallPlan jenkins, version 2.0.0, enabled"))
    #expect(tester.screen.contains("[ Cancel ] [ Install 2.0.0 ]"))

    tester.type("a")
    #expect(tester.changes == [.install(version: "2.0.0", config: "")])
  }

  @Test func theButtonThatEnterPressesIsCancelFirst() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.press(.enter)
    #expect(tester.changes == [])
    #expect(!tester.screen.contains("[ Disable ]"))

    tester.offerAfter("D", "grafana")
    tester.press(.tab, .enter)
    #expect(tester.changes == [.disable])
  }

  @Test func uninstallingTakesTheNameTyped() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("X", "grafana")
    tester.press(.end)
    #expect(tester.screen.contains("enter uninstall  esc back"))
    #expect(!tester.screen.contains("enter open"))
    tester.type("a")
    tester.press(.enter)
    #expect(tester.changes == [])
    #expect(tester.screen.contains("That is not grafana. Nothing was changed."))

    tester.press(.backspace)
    tester.type("grafana")
    tester.press(.enter)
    #expect(tester.changes == [.uninstall])
  }

  @Test func whatAGuardrailHasTypedTakesTheName() {
    var tester = ConsoleTester.atMarket()
    tester.app.state.session.guardrails.rules = Guardrails.rules(in: "guardrails: [{typed: disable}]", "config.yaml")
    tester.offerAfter("D", "grafana")
    tester.press(.end)
    #expect(tester.screen.contains("Type grafana to disable it"))
    tester.type("grafana")
    tester.press(.enter)
    #expect(tester.changes == [.disable])
  }

  @Test func whatAGuardrailDeniesIsSaidInThePlan() {
    var tester = ConsoleTester.atMarket()
    tester.app.state.session.guardrails.rules = Guardrails.rules(in: "guardrails: [{deny: disable}]", "config.yaml")
    tester.offerAfter("D", "grafana")
    tester.type("a")

    #expect(tester.screen.contains("disable is denied in museum (config.yaml)"))
    #expect(tester.changes == [])
  }

  @Test func aReadOnlyConsoleChangesNothing() {
    var tester = ConsoleTester.atMarket(isReadOnly: true)
    tester.offerAfter("D", "grafana")
    tester.type("a")

    #expect(tester.changes == [])
    #expect(tester.status == "This console is read-only: nothing was changed.")
    #expect(tester.lines[0].hasSuffix("read-only · live"))
  }

  @Test func installAndUpgradeLeadStraightToThePlanOfWhatIsRecommended() {
    var tester = ConsoleTester.atMarket()
    tester.type("ji")
    #expect(tester.screen.contains("Install 2.0.0: jenkins on museum"))
    tester.press(.escape)
    tester.type("kU")
    #expect(tester.screen.contains("Upgrade to 1.1.0: grafana on museum"))
    tester.offer("grafana", "1.0.0", "1.1.0", "1.2.0")

    tester.type("v")
    #expect(tester.screen.contains("Upgrade grafana to which version?"))
    tester.press(.up, .enter)
    #expect(tester.screen.contains("Upgrade to 1.2.0: grafana on museum"))
  }

  @Test func whereNothingIsRecommendedTheVersionIsChosen() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.extensions(.applied(.sample("bell", "Bell", versions: []))))
    tester.type("/bell")
    tester.press(.enter)
    tester.type("i")

    #expect(tester.screen.contains("Install which version of bell?"))
  }

  @Test func whatMakesNoSenseIsSaid() {
    var tester = ConsoleTester.atMarket()
    tester.type("i")
    #expect(tester.status == "Cannot install: grafana is already there, version 1.0.0, Installed; U upgrades it.")
    tester.type("jU")
    #expect(tester.status == "Cannot upgrade: jenkins is not installed; i installs it.")
  }

  @Test func everyKindOfChangeWithASummaryHasAKeyAndItsPlaceInHelp() {
    var tester = ConsoleTester(200, 90)
    tester.type("?")
    let keymap = tester.app.state.settings.keymaps[KeySection.marketplace.rawValue]

    for kind in ChangeKind.allCases {
      guard let summary = kind.row.summary else { continue }
      #expect(!keymap.keys(for: .command(.change(kind))).isEmpty)
      #expect(tester.screen.contains(summary))
    }
  }

  @Test func aSubscriptionThatIsNotCalledLikeItsExtensionIsItsInstallation() {
    var tester = ConsoleTester.atMarket()
    var grafana = Installation.sample("grafana", version: "1.0.0")
    grafana.name = "grafana-1.0.0"
    tester.hear(.installations(.replaced([grafana])))
    #expect(tester.lines[2].contains("on             1.0.0"))

    tester.offerAfter("D", "grafana")
    tester.type("a")
    #expect(tester.changes == [.disable])
    tester.press(.escape)
    tester.hear(.installations(.deleted(grafana)))
    #expect(!tester.lines[2].contains("Installed"))
  }

  @Test func aPlanOpensAtOnceAndSaysWhatItDoesNotKnow() {
    var tester = ConsoleTester.atMarket(120, 30)
    tester.type("D")
    #expect(tester.screen.contains("~ enabled: yes → no"))
    #expect(tester.screen.contains("what the other extensions need is not read yet"))
    #expect((tester.asked + tester.errands).contains { if case .readFacts = $0 { true } else { false } })
    tester.type("a")
    #expect(tester.changes == [.disable])

    tester = ConsoleTester.atMarket(120, 30)
    tester.type("X")
    #expect(tester.screen.contains("the versions of grafana are not read yet"))
    tester.press(.end)
    tester.type("grafana")
    tester.press(.enter)
    #expect(tester.changes == [.uninstall])
  }

  @Test func aRollbackNeedsNoVersionsWhereTheHistoryKnowsTheWay() {
    var tester = ConsoleTester.atMarket(120, 30)
    var memory = ReleaseMemory()
    memory.remember(ReleaseMemory.Entry(version: "1.1.0", config: "", time: "t", what: "upgrade", wasInstalled: true))
    tester.hear(.recalled(Records(memories: ["grafana": memory])))
    tester.type("b")
    #expect(tester.screen.contains("~ version 1.0.0 → 1.1.0"))
    tester.type("a")

    #expect(tester.changes == [.rollback(to: "1.1.0", config: "")])
  }

  @Test func theConsoleWarnsOfWhoNeedsWhatIsDisabled() {
    var tester = ConsoleTester.atMarket(120, 30)
    tester.hear(.installations(.applied(.sample("loki", version: "2.0.0"))))
    tester.type("D")
    var facts = PlanFacts()
    let spec: Value = ["version": "2.0.0", "externalDependencies": [["name": "grafana", "required": true]]]
    let loki = ExtensionVersion(
      Object(
        Dialect.installPlan.extensionVersions, name: "loki-2.0.0", labels: ["kubesphere.io/extension-ref": "loki"],
        ["spec": spec]), dialect: .installPlan)
    facts.versionsInUse = ["loki": loki]
    tester.hear(.facts(facts))

    #expect(tester.screen.contains("Careful: loki needs grafana and will miss it when it is disabled"))
    #expect(!tester.screen.contains("not read yet"))
  }

  @Test func aVersionThatNeedsANewerKubernetesCannotBeInstalledFromTheConsoleEither() {
    var tester = ConsoleTester.atMarket(120, 30)
    var version = ExtensionVersion.sample("jenkins", "2.0.0")
    version.kubeVersion = ">=1.33.0"
    tester.type("ji")
    tester.hear(.versions(of: "jenkins", .replaced([version])))
    var facts = PlanFacts()
    facts.server.kubernetes = "v1.32.0"
    tester.hear(.facts(facts))

    #expect(tester.screen.contains("Not possible: it needs Kubernetes >=1.33.0; this is v1.32.0"))
  }

  @Test func whatIsBeingInstalledIsWantedAndDoesNotRunYet() {
    var tester = ConsoleTester.atMarket(100, 30)
    tester.hear(.installations(.applied(.sample("jenkins", version: "2.0.0", state: "Installing"))))
    tester.type("gg")
    tester.press(.enter, .tab)
    tester.offer("jenkins", "1.0.0", "2.0.0")

    #expect(tester.screen.contains(">2.0.0"))
    #expect(tester.screen.contains(" wanted, recommended"))
    #expect(!tester.screen.contains("running"))
  }

  @Test func whatIsInstalledAndNoLongerOfferedIsARowAndIsCounted() {
    var tester = ConsoleTester.atMarket(80, 30)
    tester.hear(.installations(.applied(.sample("tempo", version: "1.0.0"))))
    #expect(tester.lines[6].hasPrefix("·All               4"))
    #expect(tester.screen.contains("tempo"))
    #expect(tester.screen.contains("tempo (no longer"))

    tester.hear(.installations(.deleted(.sample("tempo", version: "1.0.0"))))
    #expect(!tester.screen.contains("tempo"))
  }

  @Test func aFailureBeforeTheJobEndsTheChange() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    var failed = Installation.sample(
      "grafana", version: "1.1.0", config: "replicas: 1\n", state: "UpgradeFailed", message: "no chart",
      resourceVersion: "9")
    failed.observed.attemptedVersion = "1.0.0"
    tester.hear(.installations(.applied(failed)))

    #expect(tester.status == "grafana: could not upgrade to 1.1.0: no chart")
    #expect(tester.app.state.operations.isEmpty)
    #expect(tester.asked.contains { if case .noteOutcome = $0 { true } else { false } })
  }

  @Test func aPlanThatChangesWhileItIsReadMustBeReadAgain() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("U", "grafana")
    tester.hear(.installations(.applied(.sample("grafana", version: "0.9.0", resourceVersion: "8"))))
    #expect(tester.screen.contains("grafana changed under this plan: 1.0.0 → 0.9.0, another config. Look again."))
    tester.type("a")
    #expect(tester.changes == [])
    #expect(tester.screen.contains("Look again, then confirm."))

    tester.type("a")
    #expect(tester.changes == [.upgrade(to: "1.1.0")])
  }
}

extension ConsoleTester {
  /// The changes asked for by the last keys.
  var changes: [Change] {
    asked.compactMap { if case .apply(let plan) = $0 { plan.change } else { nil } }
  }

  /// The cluster says that another writer was faster.
  mutating func refuseAsOutdated() {
    guard case .apply(let plan)? = asked.first else { return }
    hear(.applied(plan, failure: .refused(Status(code: 409, reason: "Conflict", message: "modified"))))
  }

  /// Presses `key` and tells the versions of grafana.
  mutating func offerAfter(_ key: String, _ name: String) {
    type(key)
    offer(name, "1.0.0", "1.1.0")
  }

  /// Upgrades grafana, up to the cluster's answer.
  mutating func upgradeGrafana() {
    offerAfter("U", "grafana")
    type("a")
    acceptChange()
    let before = asked
    // The change is left running.
    if app.layers.last is ProgressScreen { press(.escape) }
    asked = before
  }
}
