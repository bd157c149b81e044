import Manifest
import Packages
import Platform
import Testing

@testable import Extensions

/// What speaks against a change.
@Suite struct PreflightTests {
  private func plan(_ change: Change, _ installations: Installation..., versions: [ExtensionVersion]? = nil) -> Plan {
    let all = versions ?? [Sample.version("1.0.0"), Sample.version("1.1.0")]
    return Plan.make(change, for: "whizard", in: Sample.context(installations, versions: all))
  }

  @Test(arguments: [
    Change.upgrade(to: "1.1.0"), .rollback(to: "1.0.0", config: ""), .enable, .disable, .configure(config: "a: 1"),
    .uninstall,
  ])
  func whatIsNotInstalledCannotBeChanged(change: Change) {
    #expect(plan(change).blocking == ["whizard is not installed"])
  }

  @Test func whatIsThereCannotBeInstalledAgain() {
    let change = Change.install(version: "1.1.0", config: "")

    #expect(plan(change, Sample.installation()).blocking == ["whizard is already there, version 1.0.0, Installed"])
    #expect(
      plan(change, Sample.installation(metadata: ["deletionTimestamp": "2026-01-01T00:00:00Z"])).blocking
        == ["whizard is still being uninstalled; wait until it is gone"])
  }

  @Test func whatIsGoneFromItsRepositoryIsNotLeftWithoutAWord() {
    var gone = Sample.version("1.0.0")
    gone.goneSince = "2026-05-04T10:00:00Z"
    let versions = [gone, Sample.version("1.1.0")]
    let start = "version 1.0.0 is gone from its repository since 2026-05-04: "
    func warnings(_ change: Change, _ installation: Installation) -> [String] {
      plan(change, installation, versions: versions).warnings
    }

    for change in [Change.upgrade(to: "1.1.0"), .uninstall] {
      #expect(warnings(change, Sample.installation()) == [start + "once it is left there is no way back to it"])
    }
    let failed = Sample.installation("whizard", "1.1.0", state: "UpgradeFailed")
    #expect(
      warnings(.rollback(to: "1.0.0", config: ""), failed).contains(start + "it is kept only while it is installed"))
    #expect(warnings(.disable, Sample.installation()).isEmpty)
  }

  @Test func whatTheMarketplaceLacksCannotBeInstalled() {
    let plan = Plan.make(.install(version: "1.0.0", config: ""), for: "wizard", in: Sample.context())

    #expect(plan.blocking == ["there is no extension wizard in this cluster's marketplace"])
  }

  @Test func whatIsAlreadySoIsSaid() {
    let failed = Sample.installation(config: "a: 1\n", state: "UpgradeFailed")
    let retry = "; it is UpgradeFailed, and ksx retry whizard has it tried again as it is"

    #expect(plan(.enable, Sample.installation()).blocking == ["whizard is already enabled"])
    #expect(plan(.disable, Sample.installation(enabled: false)).blocking == ["whizard is already disabled"])
    #expect(plan(.upgrade(to: "1.0.0"), Sample.installation()).blocking == ["whizard is already at version 1.0.0"])
    #expect(plan(.configure(config: "a: 1  \n"), failed).blocking == ["whizard already has this config\(retry)"])
    #expect(
      plan(.rollback(to: "1.0.0", config: "a: 1\n"), failed).blocking
        == ["whizard already has version 1.0.0 with this config\(retry)"])
    #expect(plan(.rollback(to: "1.0.0", config: "a: 2\n"), failed).blocking.isEmpty)
  }

  /// What failed is tried again by the same command where the cluster keeps a fingerprint of the config.
  @Test func theSameReleaseAgainIsARetryOfWhatFailed() {
    let failed = Sample.installation(config: "a: 1\n", state: "UpgradeFailed", status: ["configHash": "f00"])

    for change in [
      Change.upgrade(to: "1.0.0"), .rollback(to: "v1.0.0", config: "a: 1\n"), .configure(config: "a: 1\n"),
    ] {
      let plan = plan(change, failed)
      #expect(!plan.isBlocked)
      #expect(plan.text.hasPrefix("~ version 1.0.0 with this config, which is UpgradeFailed, is tried again"))
      let sent = plan.kubectlFile?.text ?? plan.kubectl
      #expect(sent.contains(#""configHash""#))
    }
    #expect(!plan(.upgrade(to: "1.1.0"), failed).kubectl.contains("configHash"))
    #expect(!plan(.disable, failed).kubectl.contains("configHash"))
  }

  @Test func aPlacementIsHeldAgainstTheClusters() {
    var context = Sample.context(
      [Sample.installation()], versions: [Sample.version("1.0.0", spec: ["installationMode": "Multicluster"])])
    let plan = { (context: PlanContext) in Plan.make(.place(on: ["east", "wets"]), for: "whizard", in: context) }
    #expect(plan(context).problems.isEmpty)
    context.clusters = [
      "east": MemberCluster(name: "east", obstacle: "it is not Ready"),
      "west": MemberCluster(name: "west", obstacle: nil),
    ]

    #expect(plan(context).blocking == ["there is no cluster wets; did you mean west?"])
    #expect(plan(context).warnings == ["cluster east: it is not Ready; until that has changed no agent is made there"])
  }

  @Test func whatIsAskedForAndNotReachedIsNotSaidToBeThere() {
    let busy = Sample.installation("whizard", "1.1.0", state: "Upgrading", status: ["version": "1.0.0"])

    #expect(
      plan(.upgrade(to: "1.1.0"), busy).blocking == [
        "whizard is to be at version 1.1.0 already, which is not reached yet: it is Upgrading"
      ])
  }

  @Test func aKindThatTheChartNeedsAndTheClusterLacksIsSaid() {
    var context = Sample.context([Sample.installation()])
    context.missingKinds = [.init(apiVersion: "net.example/v1", kind: "TrafficPolicy")]
    let said =
      "its chart has a TrafficPolicy (net.example/v1), which this cluster does not know and the chart does not bring"

    #expect(Plan.make(.upgrade(to: "1.1.0"), for: "whizard", in: context).warnings == [said])
    #expect(Plan.make(.disable, for: "whizard", in: context).warnings.isEmpty)
  }

  @Test func whereNoKubectlGoesThereIsNoLineAndThatIsSaid() {
    var context = Sample.context([Sample.installation()])
    context.kubectlAbsence = "a socket"
    let plan = Plan.make(.disable, for: "whizard", in: context)

    #expect(plan.kubectl.isEmpty)
    #expect(plan.kubectlAbsence == "a socket")
  }

  @Test(arguments: ["Preparing", "Installing", "Upgrading"])
  func aBusyInstallationIsWorthWaitingFor(state: String) {
    let busy = Sample.installation(state: state)

    #expect(
      plan(.upgrade(to: "1.1.0"), busy).warnings == [
        "whizard is \(state); this is taken up only when that has ended. Wait for it if you can"
      ])
    #expect(
      plan(.uninstall, busy).warnings == [
        "whizard is \(state); an uninstall now interrupts that. Wait for it to end if you can"
      ])
    #expect(
      plan(.disable, busy).warnings == [
        "whizard is \(state); this takes effect once it is Installed. ksx disable --now takes it out of service before that"
      ])
    #expect(!plan(.disable, busy).isBlocked)
  }

  @Test func whatIsBeingUninstalledCannotBeChanged() {
    let going = Sample.installation(metadata: ["deletionTimestamp": "2026-01-01T00:00:00Z"])

    #expect(plan(.uninstall, going).blocking == ["whizard is already being uninstalled"])
    #expect(plan(.disable, going).isBlocked)
  }

  @Test func aVersionThatIsNotOfferedNamesThoseThatAre() {
    #expect(
      plan(.upgrade(to: "9.9.9"), Sample.installation()).blocking == [
        "whizard has no version 9.9.9; there is 1.1.0, 1.0.0"
      ])
    #expect(
      plan(.install(version: "9.9.9", config: ""), versions: []).blocking == [
        "whizard has no version 9.9.9; the cluster offers none"
      ])
  }

  @Test func aVersionIsTheSameWithAndWithoutItsV() {
    #expect(
      plan(.upgrade(to: "v1.0.0"), Sample.installation()).blocking == ["whizard is already at version 1.0.0"])
    #expect(!plan(.upgrade(to: "v1.1.0"), Sample.installation()).isBlocked)
    #expect(plan(.uninstall, Sample.installation("whizard", "v1.0.0")).problems.isEmpty)
  }

  @Test func aDowngradeIsNoted() {
    let plan = plan(.upgrade(to: "1.0.0"), Sample.installation("whizard", "1.1.0"))

    #expect(plan.warnings == ["1.0.0 is older than 1.1.0: this is a downgrade"])
    #expect(!plan.isBlocked)
  }

  @Test func aDowngradeIsToldAgainstWhatRunsAndNotAgainstWhatFailed() {
    let failed = Sample.installation("whizard", "1.1.0")
    func warnings(running: String) -> [String] {
      var context = Sample.context([failed], versions: [Sample.version("1.0.0"), Sample.version("1.1.0")])
      context.runningVersion = running
      return Plan.make(.upgrade(to: "1.0.0"), for: "whizard", in: context).warnings
    }

    #expect(warnings(running: "0.9.0").isEmpty && warnings(running: "").isEmpty)
    #expect(warnings(running: "1.0.1") == ["1.0.0 is older than 1.0.1: this is a downgrade"])
  }

  /// Without a release the controllers forget the installation and remove nothing that it has brought.
  @Test(arguments: [Change.uninstall, .forceDelete])
  func anUninstallWithoutAReleaseRemovesTheObjectAlone(change: Change) {
    var context = Sample.context([Sample.installation()], versions: [Sample.version("1.0.0")])
    context.isReleaseGone = true
    let plan = Plan.make(change, for: "whizard", in: context)

    #expect(plan.effects.filter { $0.sign == .removed }.map(\.text) == ["InstallPlan whizard"])
    #expect(plan.warnings.contains { $0.hasPrefix("helm keeps no release of whizard") })
  }

  @Test func whatIsNotCarriedOutIsMarkedSo() {
    var context = Sample.context([Sample.installation()], versions: [Sample.version("1.1.0")])
    context.isVersionGone = true

    for change in [Change.uninstall, .disable] {
      #expect(Plan.make(change, for: "whizard", in: context).problems.contains { $0.leavesItUndone })
    }
    context.isVersionGone = false
    #expect(!Plan.make(.disable, for: "whizard", in: context).problems.contains { $0.leavesItUndone })
  }

  @Test func anUninstallNeedsItsVersionToBeOffered() {
    let plan = plan(.uninstall, Sample.installation("whizard", "0.9.0"))

    #expect(plan.warnings.first?.hasPrefix("version 0.9.0 is no longer offered") == true)
  }

  @Test(arguments: [
    ("v1.18.0", "it needs Kubernetes >=1.19.0; this is v1.18.0", true),
    (
      "v1.29.1-eks-508b6b3",
      "it needs Kubernetes >=1.19.0; v1.29.1-eks-508b6b3 counts as a pre-release, which that leaves out", false
    ),
    ("v1.29.1", "", false),
    ("", "it needs Kubernetes >=1.19.0; the version of Kubernetes is not known here, so that is not checked", false),
  ])
  func theServersVersionMustFit(server: String, problem: String, blocks: Bool) {
    var context = Sample.context(versions: [Sample.version("1.0.0", spec: ["kubeVersion": ">=1.19.0"])])
    context.kubernetesVersion = server

    let plan = Plan.make(.install(version: "1.0.0", config: ""), for: "whizard", in: context)

    #expect(plan.problems.map(\.text) == (problem.isEmpty ? [] : [problem]))
    #expect(plan.isBlocked == blocks)
  }

  @Test func goingBackIsNotStoppedByAConditionThatIsNotChecked() {
    let versions = [Sample.version("1.0.0", spec: ["ksVersion": "<4.0.0"]), Sample.version("1.1.0")]
    var context = Sample.context([Sample.installation("whizard", "1.1.0")], versions: versions)
    context.kubeSphereVersion = "v4.1.3"

    let plan = Plan.make(.rollback(to: "1.0.0", config: ""), for: "whizard", in: context)

    #expect(plan.warnings == ["it needs KubeSphere <4.0.0; this is v4.1.3"])
    #expect(!plan.isBlocked)
  }

  static let dependencies: [(Installation?, String)] = [
    (nil, "it needs opensearch >=2.0.0, which is not installed"),
    (
      Sample.installation("opensearch", "2.1.0", state: "Installing"),
      "it needs opensearch >=2.0.0, which is Installing"
    ),
    (Sample.installation("opensearch", "1.9.0"), "it needs opensearch >=2.0.0, but has 1.9.0"),
  ]

  @Test(arguments: dependencies)
  func aMissingDependencyBlocksAndIsNamed(other: Installation?, problem: String) {
    let versions = [Sample.version("1.0.0", spec: Sample.needs("opensearch", ">=2.0.0"))]
    let context = Sample.context(other.map { [$0] } ?? [], versions: versions)

    #expect(Plan.make(.install(version: "1.0.0", config: ""), for: "whizard", in: context).blocking == [problem])
  }

  @Test func anOptionalOrDisabledDependencyOnlyWarns() {
    let optional = [Sample.version("1.0.0", spec: Sample.needs("opensearch", required: false))]
    let required = [Sample.version("1.0.0", spec: Sample.needs("opensearch"))]
    let disabled = Sample.installation("opensearch", "2.1.0", enabled: false)
    let install = Change.install(version: "1.0.0", config: "")

    #expect(plan(install, versions: optional).warnings == ["it works with opensearch, which is not installed"])
    #expect(plan(install, disabled, versions: required).warnings == ["it needs opensearch, which is disabled"])
    #expect(plan(install, Sample.installation("opensearch", "2.1.0"), versions: required).problems.isEmpty)
  }

  @Test func thoseThatNeedItAreNamed() {
    var context = Sample.context([Sample.installation(), Sample.installation("logging", "1.0.0")])
    context.installedVersions = [
      "logging": Sample.version("1.0.0", of: "logging", spec: Sample.needs("whizard", "~1.0"))
    ]

    #expect(
      Plan.make(.disable, for: "whizard", in: context).warnings == [
        "logging needs whizard and will miss it when it is disabled"
      ])
    #expect(
      Plan.make(.uninstall, for: "whizard", in: context).warnings == [
        "logging needs whizard and will miss it when it is gone"
      ])
    #expect(
      Plan.make(.upgrade(to: "1.1.0"), for: "whizard", in: context).warnings == [
        "logging needs whizard ~1.0, which 1.1.0 is not"
      ])
    #expect(Plan.make(.configure(config: "a: 1"), for: "whizard", in: context).problems.isEmpty)
  }

  @Test func aConfigThatIsNoYAMLIsRefusedAtItsPlace() {
    let broken = plan(.configure(config: "a: 1\nb: ]\n"), Sample.installation()).blocking

    #expect(broken.count == 1)
    #expect(broken.first?.hasPrefix("config: line 2, column 4: ") == true, "\(broken)")
    #expect(
      plan(.configure(config: "- a\n"), Sample.installation()).blocking == [
        "config: line 1, column 1: the config must be a mapping"
      ])
    #expect(plan(.configure(config: "# only a comment\n"), Sample.installation()).blocking.isEmpty)
  }

  @Test func anInstallPlanNamedOtherwiseIsNotFollowed() {
    let object = Sample.installation("whizard").renamed("whizard-old")

    #expect(
      plan(.disable, object).warnings.first?.hasPrefix("InstallPlan whizard-old is for the extension whizard") == true)
  }
}

extension Installation {
  fileprivate func renamed(_ name: String) -> Installation {
    var copy = self
    copy.name = name
    return copy
  }
}
