import Client
import Manifest
import Platform
import Testing

@testable import Extensions
@testable import KubernetesAPI

/// The exact write of every change in every era, or why there is none.
@Suite struct EraWriteTests {
  @Test(arguments: Era.allCases)
  func anEraIsToldByWhatItsClusterShows(era: Era) {
    #expect(era.discovered.era == era)
    #expect(era.capabilities.basis == .definitions)
    #expect(era.capabilities.configForm == (era == .seed ? .object : .text))
  }

  static let installs: [(Era, String)] = [
    (.subscription, #""targetNamespace":"extension-whizard","releaseName":"whizard","config":"a: 1 # why\n""#),
    (.splitSubscription, #""targetNamespace":"extension-whizard","releaseName":"whizard","config":"a: 1 # why\n""#),
    (.scheduledSubscription, #""upgradeStrategy":"Manual","config":"a: 1 # why\n""#),
    (.installPlan, #""upgradeStrategy":"Manual","config":"a: 1 # why\n""#),
    (.seed, #""targetNamespace":"extension-whizard","config":{"a":1}"#),
  ]

  @Test(arguments: installs)
  func anInstallSaysWhatItsEraMustKnow(era: Era, rest: String) {
    let plan = Plan.make(
      .install(version: "1.0.0", config: "a: 1 # why\n"), for: "whizard", in: era.context(isInstalled: false))
    guard case .create(let resource, let object) = plan.write else {
      Issue.record("an install creates")
      return
    }

    #expect(plan.problems.isEmpty)
    #expect(resource == Dialect(era: era).installations && object.name == "whizard")
    #expect(
      JSON.text(object.spec) == #"{"extension":{"name":"whizard","version":"1.0.0"},"enabled":true,\#(rest)}"#)
  }

  static let patches: [(Change, text: String, object: String)] = [
    (.upgrade(to: "1.1.0"), #"{"extension":{"version":"1.1.0"}}"#, #"{"extension":{"version":"1.1.0"}}"#),
    (
      .rollback(to: "0.9.0", config: "b: 2\n"), #"{"extension":{"version":"0.9.0"},"config":"b: 2\n"}"#,
      #"{"extension":{"version":"0.9.0"},"config":{"a":null,"b":2}}"#
    ),
    (.configure(config: "a: 2 # why\n"), #"{"config":"a: 2 # why\n"}"#, #"{"config":{"a":2}}"#),
    (.disable, #"{"enabled":false}"#, #"{"enabled":false}"#),
  ]

  @Test(arguments: [Era.scheduledSubscription, .installPlan, .seed], patches)
  func aChangeIsOnePatchOfWhatIsDifferent(era: Era, change: (Change, text: String, object: String)) throws {
    let plan = Plan.make(change.0, for: "whizard", in: era.context())
    guard case .patch(let resource, nil, "whizard", let patch) = plan.write else {
      Issue.record("a change patches")
      return
    }

    #expect(plan.blocking == [] && plan.preparation == nil)
    #expect(resource == Dialect(era: era).installations)
    #expect(patch["metadata"] == ["resourceVersion": "7"])
    #expect(try patch["spec"] == JSON.parse((era == .seed ? change.object : change.text).utf8))
  }

  @Test func anObjectIsPutWholeOverATextAndCommentsAreSaidToBeLost() {
    let text = Sample.installation(config: "a: 1\nb: 2\n", dialect: .subscription)
    let context = Sample.context([text], dialect: .subscription)

    let plan = Plan.make(.configure(config: "a: 1\nb: 3 # why\n"), for: "whizard", in: context)

    guard case .patch(_, _, _, let patch) = plan.write else {
      Issue.record("a change patches")
      return
    }
    #expect(patch[path: "spec", "config"] == ["a": 1, "b": 3])
    #expect(plan.effects.contains { $0.text.contains("keeps no comments") })
  }

  @Test(arguments: [Era.subscription, .splitSubscription], patches.map(\.0))
  func whatTheControllersOfThePreviewIgnoreIsNotProposed(era: Era, change: Change) {
    let plan = Plan.make(change, for: "whizard", in: era.context())

    #expect(plan.isBlocked && plan.effects.isEmpty && plan.kubectl.isEmpty)
    #expect(plan.problems.count == 1)
    #expect(plan.blocking.first?.hasPrefix("the controllers of this cluster do ") == true)
  }

  @Test(arguments: [Change.install(version: "1.0.0", config: ""), .uninstall, .disable, .upgrade(to: "1.1.0")])
  func pluginsAreOnlyLookedAt(change: Change) {
    let plan = Plan.make(change, for: "whizard", in: Era.plugin.context(isInstalled: change.version != "1.0.0"))

    #expect(plan.blocking == ["this cluster's extensions are Plugins of 2022, which can only be looked at"])
    #expect(plan.kubectl.isEmpty)
  }

  @Test(arguments: Era.allCases.filter { $0 != .plugin })
  func anUninstallIsADeletionOfThisOneObject(era: Era) {
    let plan = Plan.make(.uninstall, for: "whizard", in: era.context())

    #expect(plan.write == .delete(Dialect(era: era).installations, name: "whizard", uid: "u-1"))
    #expect(plan.blocking == [] && plan.preparation == nil)
  }

  @Test(arguments: Era.allCases)
  func onlyInstallPlansAndStandaloneBackendsCanBeForced(era: Era) {
    let plan = Plan.make(.forceDelete, for: "whizard", in: era.context())

    #expect(plan.isBlocked == (era != .installPlan && era != .seed))
    guard era == .installPlan else { return }
    let annotation: Value = [
      "metadata": ["annotations": ["kubesphere.io/force-delete": ""], "resourceVersion": "7"]
    ]
    #expect(plan.preparation == .patch(Dialect.installPlan.installations, name: "whizard", annotation))
    #expect(plan.write == .delete(Dialect.installPlan.installations, name: "whizard", uid: "u-1"))
    #expect(
      plan.kubectl
        == #"kubectl patch installplans.kubesphere.io whizard --type=merge -p '{"metadata":{"annotations":{"kubesphere.io/force-delete":""}}}' && kubectl delete installplans.kubesphere.io whizard"#
    )
  }

  @Test func aForcedRemovalSaysItsRisk() {
    let stuck = Sample.context([Sample.installation(state: "UninstallFailed", metadata: ["deletionTimestamp": "x"])])
    let well = Sample.context([Sample.installation()])

    #expect(Plan.make(.forceDelete, for: "whizard", in: stuck).blocking == [])
    #expect(Plan.make(.forceDelete, for: "whizard", in: stuck).text.contains("without its hooks"))
    #expect(Plan.make(.forceDelete, for: "whizard", in: stuck).text.contains("stay behind in namespace"))
    #expect(
      Plan.make(.forceDelete, for: "whizard", in: well).warnings.first
        == "whizard is Installed: an ordinary uninstall has not failed; try that first")
  }

  @Test func standaloneControllersMakeUpForThePreviews() {
    var context = Era.subscription.context()
    context.installations["whizard"]?.isManagedByStandalone = true

    #expect(Plan.make(.disable, for: "whizard", in: context).blocking == [])
  }

  /// Without a placement the controller fails (docs/KUBESPHERE.md: Placements).
  @Test func whatIsWrittenToASchedulingWithoutAPlacementBringsOne() {
    var context = Era.installPlan.context()
    context.installations["whizard"]?.lacksPlacement = true

    let plan = Plan.make(.disable, for: "whizard", in: context)

    #expect(plan.write.kubectl().contains(#"{"enabled":false,"clusterScheduling":{"placement":{"clusters":[]}}}"#))
    #expect(plan.text.contains("~ placement: none → an empty one"))
    #expect(!Plan.make(.uninstall, for: "whizard", in: context).text.contains("placement"))
  }
}

@Suite struct PlacementTests {
  private func context(_ era: Era = .installPlan, on clusters: [String] = ["west"], bySelector: Bool = false)
    -> PlanContext
  {
    var context = era.context()
    context.installations["whizard"]?.clusters = clusters
    context.installations["whizard"]?.hasClusterSelector = bySelector
    for version in context.versions.keys { context.versions[version]?.isMulticluster = true }
    return context
  }

  @Test(arguments: [Era.scheduledSubscription, .installPlan])
  func agentsArePlacedWhereTheyAreNamed(era: Era) {
    let plan = Plan.make(.place(on: ["east"]), for: "whizard", in: context(era))

    #expect(plan.blocking == [])
    #expect(plan.text == "- agent in cluster west\n+ agent in cluster east")
    #expect(plan.kubectl.hasSuffix(#"'{"spec":{"clusterScheduling":{"placement":{"clusters":["east"]}}}}'"#))
  }

  /// No scheduling at all would leave the agents behind, and a selector would place them again.
  @Test func removingAllAgentsStillSendsAPlacement() {
    let plain = Plan.make(.place(on: []), for: "whizard", in: context())
    let selected = Plan.make(.place(on: []), for: "whizard", in: context(on: [], bySelector: true))

    #expect(plain.kubectl.hasSuffix(#"'{"spec":{"clusterScheduling":{"placement":{"clusters":[]}}}}'"#))
    #expect(selected.kubectl.contains(#"{"placement":{"clusters":[],"clusterSelector":null}}"#))
  }

  @Test(arguments: [Era.plugin, .subscription, .splitSubscription, .seed])
  func mostErasHaveNoAgents(era: Era) {
    #expect(Plan.make(.place(on: ["east"]), for: "whizard", in: context(era)).isBlocked)
  }

  @Test func whatHasNoAgentsOrHasThemThereSaysSo() {
    #expect(
      Plan.make(.place(on: ["west"]), for: "whizard", in: context()).blocking
        == ["whizard has its agents there already"])
    #expect(
      Plan.make(.place(on: ["west"]), for: "whizard", in: Era.installPlan.context()).blocking
        == ["whizard 1.0.0 runs in the host cluster only: it has no agents"])
  }
}

@Suite struct PendingTests {
  @Test(
    arguments: [
      (["configHash": .string(ConfigHash.of("a: 1\n")), "version": "1.0.0", "enabled": true], []),
      (["configHash": "0000000000000000"], ["config not yet applied"]),
      (["configHash": ""], []),
      (
        ["version": "0.9.0", "enabled": false], ["version 1.0.0 not yet applied, 0.9.0 is", "enabling not yet applied"]
      ),
    ] as [(Mapping, [String])])
  func whatIsAskedForAndNotAppliedIsSaid(status: Mapping, pending: [String]) {
    #expect(Sample.installation(config: "a: 1\n", status: status).pending.map(\.english) == pending)
  }

  @Test func whileTheControllersWorkNothingIsPending() {
    #expect(Sample.installation(state: "Upgrading", status: ["configHash": "x"]).pending == [])
  }
}

@Suite struct RightsTests {
  private let plans = Dialect.installPlan.installations

  private func rights(_ verbs: String..., name: String? = nil, reason: String = "") -> Rights {
    var rights = Rights(user: "nobody")
    for verb in verbs {
      rights.learn([Access(verb, plans, name: name): Access.Verdict(isAllowed: false, reason: reason)])
    }
    return rights
  }

  private func plan(_ change: Change, _ rights: Rights) -> Plan {
    var context = Sample.context([Sample.installation()])
    context.rights = rights
    return Plan.make(change, for: "whizard", in: context)
  }

  @Test func whatTheClusterForbidsIsSaidBeforehand() {
    let plan = plan(.disable, rights("patch", name: "whizard", reason: "no RBAC policy matched"))

    #expect(plan.blocking == ["you may not patch installplans.kubesphere.io (as nobody): no RBAC policy matched"])
    #expect(!plan.effects.isEmpty)
  }

  @Test func whoMayNotChangeAllMayStillChangeOne() {
    var rights = rights("patch")
    #expect(plan(.disable, rights).blocking == [])
    #expect(plan(.disable, rights).warnings == ["you may not patch installplans.kubesphere.io (as nobody)"])

    rights.learn([Access("patch", plans, name: "whizard"): Access.Verdict(isAllowed: true, reason: "")])
    #expect(plan(.disable, rights).problems == [])
  }

  @Test func aRightThatWasNotAskedCountsAsAllowed() {
    #expect(plan(.uninstall, rights("patch", name: "whizard")).problems == [])
    #expect(plan(.forceDelete, rights("delete", name: "whizard")).blocking.count == 1)
    #expect(!rights("patch", "create").isViewOnly(in: .installPlan))
    #expect(rights("patch", "create", "delete").isViewOnly(in: .installPlan))
  }
}
