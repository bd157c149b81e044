import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Packages
import Terminal
import Testing

@testable import Console

/// From a key to the work that changes the cluster, and what the watch makes of it.
@Suite struct ChangeTests {
  @Test func installingAsksForAVersionAndShowsThePlanFirst() {
    var sitting = Sitting.atMarket()
    sitting.type("ji")
    #expect(sitting.screen.contains("Install which version of jenkins?"))
    sitting.offer("jenkins", "1.0.0", "2.0.0")
    #expect(sitting.screen.contains("> 2.0.0"))
    #expect(sitting.screen.contains("recommended"))

    sitting.press(.enter)
    #expect(sitting.changes == [])
    #expect(sitting.screen.contains("Install 2.0.0: jenkins on museum"))
    #expect(sitting.screen.contains("+ InstallPlan jenkins, version 2.0.0, enabled"))
    #expect(sitting.screen.contains("[ Cancel ] [ Apply ]"))

    sitting.type("y")
    #expect(sitting.changes == [.install(version: "2.0.0", config: "")])
  }

  @Test func theButtonThatEnterPressesIsCancelFirst() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("D", "grafana")
    sitting.press(.enter)
    #expect(sitting.changes == [])
    #expect(!sitting.screen.contains("[ Apply ]"))

    sitting.offerAfter("D", "grafana")
    sitting.press(.tab, .enter)
    #expect(sitting.changes == [.disable])
  }

  @Test func uninstallingTakesTheNameTyped() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("X", "grafana")
    sitting.type("y")
    sitting.press(.enter)
    #expect(sitting.changes == [])
    #expect(sitting.screen.contains("That is not grafana. Nothing was changed."))

    sitting.press(.backspace)
    sitting.type("grafana")
    sitting.press(.enter)
    #expect(sitting.changes == [.uninstall])
  }

  @Test func aReadOnlyConsoleChangesNothing() {
    var sitting = Sitting.atMarket(isReadOnly: true)
    sitting.offerAfter("D", "grafana")
    sitting.type("y")

    #expect(sitting.changes == [])
    #expect(sitting.status == "This console is read-only: nothing was changed.")
    #expect(sitting.lines[0].hasSuffix("read-only, connected"))
  }

  @Test func whatMakesNoSenseIsSaid() {
    var sitting = Sitting.atMarket()
    sitting.type("i")
    #expect(sitting.status == "Cannot install: grafana is already there, version 1.0.0, Installed.")
    sitting.type("jU")
    #expect(sitting.status == "Cannot upgrade: jenkins is not installed.")
  }

  @Test func everyKindOfChangeWithASummaryHasAKeyAndItsPlaceInHelp() {
    var sitting = Sitting(200, 90)
    sitting.type("?")
    let keymap = sitting.app.state.settings.keymaps[KeySection.marketplace.rawValue]

    for kind in ChangeKind.allCases {
      guard let summary = kind.row.summary else { continue }
      #expect(!keymap.keys(for: .command(.change(kind))).isEmpty)
      #expect(sitting.screen.contains(summary))
    }
  }

  @Test func aSubscriptionThatIsNotCalledLikeItsExtensionIsItsInstallation() {
    var sitting = Sitting.atMarket()
    var grafana = Installation.sample("grafana", version: "1.0.0")
    grafana.name = "grafana-1.0.0"
    sitting.hear(.installations(.replaced([grafana])))
    #expect(sitting.lines[2].contains("Installed     1.0.0"))

    sitting.offerAfter("D", "grafana")
    sitting.type("y")
    #expect(sitting.changes == [.disable])
    sitting.press(.escape)
    sitting.hear(.installations(.deleted(grafana)))
    #expect(!sitting.lines[2].contains("Installed"))
  }

  @Test func aPlanOpensAtOnceAndSaysWhatItDoesNotKnow() {
    var sitting = Sitting.atMarket(120, 30)
    sitting.type("D")
    #expect(sitting.screen.contains("~ enabled: yes → no"))
    #expect(sitting.screen.contains("what the other extensions need is not read yet"))
    #expect((sitting.asked + sitting.errands).contains { if case .readFacts = $0 { true } else { false } })
    sitting.type("y")
    #expect(sitting.changes == [.disable])

    sitting = Sitting.atMarket(120, 30)
    sitting.type("X")
    #expect(sitting.screen.contains("the versions of grafana are not read yet"))
    sitting.type("grafana")
    sitting.press(.enter)
    #expect(sitting.changes == [.uninstall])
  }

  @Test func aRollbackNeedsNoVersionsWhereTheHistoryKnowsTheWay() {
    var sitting = Sitting.atMarket(120, 30)
    var memory = ReleaseMemory()
    memory.remember(ReleaseMemory.Entry(version: "1.1.0", config: "", time: "t", what: "upgrade", wasInstalled: true))
    sitting.hear(.recalled(Records(memories: ["grafana": memory])))
    sitting.type("b")
    sitting.press(.enter)
    #expect(sitting.screen.contains("~ version 1.0.0 → 1.1.0"))
    sitting.type("y")

    #expect(sitting.changes == [.rollback(to: "1.1.0", config: "")])
  }

  @Test func theConsoleWarnsOfWhoNeedsWhatIsDisabled() {
    var sitting = Sitting.atMarket(120, 30)
    sitting.hear(.installations(.applied(.sample("loki", version: "2.0.0"))))
    sitting.type("D")
    var facts = PlanFacts()
    let spec: Value = ["version": "2.0.0", "externalDependencies": [["name": "grafana", "required": true]]]
    let loki = ExtensionVersion(
      Object(
        Dialect.installPlan.extensionVersions, name: "loki-2.0.0", labels: ["kubesphere.io/extension-ref": "loki"],
        ["spec": spec]), dialect: .installPlan)
    facts.versionsInUse = ["loki": loki]
    sitting.hear(.facts(facts))

    #expect(sitting.screen.contains("Careful: loki needs grafana and will miss it when it is disabled"))
    #expect(!sitting.screen.contains("not read yet"))
  }

  @Test func aVersionThatNeedsANewerKubernetesCannotBeInstalledFromTheConsoleEither() {
    var sitting = Sitting.atMarket(120, 30)
    var version = ExtensionVersion.sample("jenkins", "2.0.0")
    version.kubeVersion = ">=1.33.0"
    sitting.type("ji")
    sitting.hear(.versions(of: "jenkins", .replaced([version])))
    sitting.press(.enter)
    var facts = PlanFacts()
    facts.server.kubernetes = "v1.32.0"
    sitting.hear(.facts(facts))

    #expect(sitting.screen.contains("Not possible: it needs Kubernetes >=1.33.0; this is v1.32.0"))
  }

  @Test func whatIsBeingInstalledIsWantedAndDoesNotRunYet() {
    var sitting = Sitting.atMarket(120, 30)
    sitting.hear(.installations(.applied(.sample("jenkins", version: "2.0.0", state: "Installing"))))
    sitting.type("j")
    sitting.press(.enter, .tab)
    sitting.offer("jenkins", "1.0.0", "2.0.0")

    #expect(sitting.screen.contains("> 2.0.0"))
    #expect(sitting.screen.contains(" wanted; recommended"))
    #expect(!sitting.screen.contains("running"))
  }

  @Test func whatIsInstalledAndNoLongerOfferedIsARowAndIsCounted() {
    var sitting = Sitting.atMarket(120, 30)
    sitting.hear(.installations(.applied(.sample("tempo", version: "1.0.0"))))
    #expect(sitting.lines[2].hasPrefix("· All                 4 "))
    #expect(sitting.screen.contains("tempo"))
    #expect(sitting.screen.contains("tempo (no longer"))

    sitting.hear(.installations(.deleted(.sample("tempo", version: "1.0.0"))))
    #expect(!sitting.screen.contains("tempo"))
  }

  @Test func aFailureBeforeTheJobEndsTheChange() {
    var sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    var failed = Installation.sample(
      "grafana", version: "1.1.0", config: "replicas: 1\n", state: "UpgradeFailed", message: "no chart",
      resourceVersion: "9")
    failed.attemptedVersion = "1.0.0"
    sitting.hear(.installations(.applied(failed)))

    #expect(sitting.status == "grafana: could not upgrade to 1.1.0: no chart")
    #expect(sitting.app.state.operations.isEmpty)
    #expect(sitting.asked.contains { if case .noteOutcome = $0 { true } else { false } })
  }

  @Test func aPlanThatChangesWhileItIsReadMustBeReadAgain() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("U", "grafana")
    sitting.press(.enter)
    sitting.hear(.installations(.applied(.sample("grafana", version: "0.9.0", resourceVersion: "8"))))
    #expect(sitting.screen.contains("The plan has changed: look again."))
    sitting.type("y")
    #expect(sitting.changes == [])
    #expect(sitting.screen.contains("Look again, then confirm."))

    sitting.type("y")
    #expect(sitting.changes == [.upgrade(to: "1.1.0")])
  }

  @Test func theScreenSaysHowAnUpgradeEnds() {
    var sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    #expect(sitting.app.state.operations.names == ["grafana"])

    sitting.hear(
      .installations(.applied(.sample("grafana", version: "1.1.0", state: "Upgrading", resourceVersion: "8"))))
    #expect(sitting.lines[2].contains("Upgrading"))
    sitting.hear(
      .installations(
        .applied(
          .sample(
            "grafana", version: "1.1.0", state: "UpgradeFailed", message: "no such image", resourceVersion: "9"))))

    #expect(sitting.status == "grafana: could not upgrade to 1.1.0: no such image")
    #expect(sitting.app.state.operations.isEmpty)
  }

  @Test func whatWasThereBeforeAnUpgradeIsRememberedAndOfferedAsTheWayBack() {
    var sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    let kept = sitting.app.state.records.memories["grafana"]
    #expect(kept?.entries.map(\.version) == ["1.0.0"])
    #expect(kept?.entries.map(\.config) == ["replicas: 1\n"])
    #expect(sitting.asked.contains(.recall))

    sitting.hear(
      .installations(.applied(.sample("grafana", version: "1.1.0", config: "replicas: 2\n", resourceVersion: "9"))))
    sitting.offerAfter("b", "grafana")
    #expect(sitting.screen.contains("> 1.0.0"))
    sitting.press(.enter)
    #expect(sitting.screen.contains("- replicas: 2") || sitting.screen.contains("-   replicas: 2"))
    sitting.type("y")
    #expect(sitting.changes == [.rollback(to: "1.0.0", config: "replicas: 1\n")])
  }

  @Test func aControllerThatNotesItsProgressMeanwhileIsNoReasonToAskAgain() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("D", "grafana")
    sitting.type("y")
    sitting.refuseAsOutdated()
    #expect(sitting.changes == [])
    sitting.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 1\n", resourceVersion: "8"))))

    #expect(sitting.changes == [.disable])
    #expect(sitting.app.state.operations.names == ["grafana"])
  }

  @Test func aRefusalStaysOnThePlanAndInTheMessages() {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("D", "grafana")
    sitting.type("y")
    guard case .apply(let plan)? = sitting.asked.first else { return #expect(Bool(false), "nothing was asked for") }
    let status = Status(code: 403, reason: "Forbidden", message: "you may not patch installplans")
    sitting.hear(.applied(plan, failure: .refused(status)))

    #expect(sitting.screen.contains("does not allow it (403)"))
    #expect(sitting.screen.contains("[ Apply ]"))
    sitting.press(.escape)
    sitting.type("m")
    #expect(sitting.screen.contains("you may not patch"))
  }

  @Test func leavingAsksWhileSomethingIsUnderWay() {
    var sitting = Sitting.atMarket()
    sitting.type("q")
    #expect(sitting.app.isFinished)

    sitting = Sitting.atMarket()
    sitting.upgradeGrafana()
    sitting.press(.control("c"))
    #expect(!sitting.app.isFinished)
    #expect(sitting.screen.contains("grafana: upgrade to 1.1.0 was accepted"))
    sitting.press(.escape)
    #expect(!sitting.screen.contains("goes on in the cluster"))
    sitting.type("qy")
    #expect(sitting.app.isFinished)
  }

  @Test func theVersionsOfWhatIsLookedAtAreWatchedAndNoLonger() {
    var sitting = Sitting.atMarket()
    sitting.press(.enter)
    #expect(sitting.asked == [.watch(.versions(of: "grafana"), .installPlan)])

    sitting.press(.escape)
    #expect(sitting.asked == [.stop(.watch(.versions(of: "grafana"), .installPlan))])
  }
}

extension Sitting {
  /// The changes asked for by the last keys.
  var changes: [Change] {
    asked.compactMap { if case .apply(let plan) = $0 { plan.change } else { nil } }
  }

  /// The cluster says that somebody was faster.
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
    press(.enter)
    type("y")
    if case .apply(let plan)? = asked.first { hear(.applied(plan, failure: nil)) }
  }
}
