import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// The end of a change is not the end of one that was asked for shortly before it, nor the state before both.
@Suite struct FormerChangeTests {
  /// An installation that controllers of ksxd keep, which were last at version `tried`.
  private func kept(
    _ dialect: Dialect, _ state: String, wanted: String = "1.0.0", tried: String, message: String = "",
    config: String = ""
  ) -> Installation {
    let account = LastAttempt(version: tried, config: config, isEnabled: true)
    let first: Value = ["type": "Upgraded", "message": .string(message), "lastTransitionTime": "t"]
    var status: Mapping = ["state": .string(state), "conditions": [first]]
    if dialect.name == .subscription {
      status["conditions"] = .sequence([first] + account.conditions(since: "t"))
    } else {
      (status["version"], status["enabled"]) = (.string(tried), true)
      status["configHash"] = .string(ConfigHash.of(config))
    }
    let spec: Value = ["extension": ["name": "whizard", "version": .string(wanted)], "enabled": true]
    let annotations: Value = ["annotations": [Installation.standaloneAnnotation: "extension-whizard"]]
    return Installation(
      Object(
        Object(dialect.installations, name: "whizard", ["spec": spec, "status": .mapping(status)]).value
          .setting(["metadata", "annotations"], to: annotations["annotations"])))
  }

  /// An installation as KubeSphere's controllers report it.
  private func reported(
    _ state: String, job: String, wanted: String = "1.0.0", tried: String = "1.0.0", message: String = ""
  ) -> Installation {
    var installation = Sample.installation(state, wanted: wanted, tried: tried, message: message)
    installation.jobName = job
    return installation
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aRollbackOfWhatWasNeverNoticedIsDoneOnceNothingCameOfIt(dialect: Dialect) {
    let before = kept(dialect, "Installed", wanted: "1.1.0", tried: "1.0.0")
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: before)

    #expect(progress.observe(kept(dialect, "Installed", tried: "1.0.0")) == nil)
    #expect(progress.isLeftUntried && progress.outcomeWhenQuiet == .done)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aRollbackBeforeTheUpgradeIsNoticedIsJudgedByNeitherTheUpgradeNorTheStateBefore(dialect: Dialect) {
    let before = kept(dialect, "Installed", wanted: "1.1.0", tried: "1.0.0")
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: before)

    #expect(progress.observe(kept(dialect, "Installed", tried: "1.0.0")) == nil)
    for state in ["Preparing", "Upgrading", "UpgradeFailed"] {
      #expect(progress.observe(kept(dialect, state, tried: "1.1.0", message: "no kind")) == nil)
      #expect(!progress.isLeftUntried)
    }
    #expect(progress.observe(kept(dialect, "Preparing", tried: "1.0.0", message: "preparing version 1.0.0")) == nil)
    #expect(progress.observe(kept(dialect, "Installed", tried: "1.0.0", message: "revision 3")) == .done)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aFailureOfTheRollbackItselfIsTold(dialect: Dialect) {
    let before = kept(dialect, "UpgradeFailed", wanted: "1.1.0", tried: "1.1.0", message: "no kind")
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: before)

    #expect(progress.observe(kept(dialect, "UpgradeFailed", tried: "1.1.0", message: "no kind")) == nil)
    #expect(progress.observe(kept(dialect, "UpgradeFailed", tried: "1.0.0", message: "no room")) == .failed("no room"))
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aConfigIsDoneWhenItsOwnAttemptIs(dialect: Dialect) {
    let before = kept(dialect, "Installed", tried: "1.0.0", config: "a: 1")
    var progress = ChangeProgress(.configure(config: ""), since: before)

    #expect(progress.observe(kept(dialect, "Installed", tried: "1.0.0", config: "a: 1")) == nil)
    #expect(progress.observe(kept(dialect, "UpgradeFailed", tried: "1.0.0", message: "theirs", config: "a: 2")) == nil)
    #expect(progress.observe(kept(dialect, "Installed", tried: "1.0.0", message: "revision 2")) == .done)
  }

  @Test func whereJobsTellTheFirstAfterAnUnnoticedUpgradeIsTheUpgrades() {
    let before = reported("Installed", job: "helm-1", wanted: "1.1.0")
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: before)

    #expect(progress.observe(reported("Installed", job: "helm-1")) == nil)
    #expect(progress.isLeftUntried)
    #expect(progress.observe(reported("Preparing", job: "helm-1")) == nil)
    #expect(progress.observe(reported("Upgrading", job: "helm-2", tried: "1.1.0")) == nil)
    #expect(progress.observe(reported("Upgrading", job: "helm-2")) == nil)
    #expect(progress.observe(reported("UpgradeFailed", job: "helm-2", message: "1.1.0: no kind")) == nil)
    #expect(
      progress.outcomeWhenQuiet
        == .failed(
          "UpgradeFailed is from the attempt before this change (1.1.0: no kind), and the controllers have begun no new one; a retry has it tried"
        ))
    #expect(progress.observe(reported("Upgrading", job: "helm-3")) == nil)
    #expect(progress.observe(reported("Installed", job: "helm-3")) == .done)
  }

  @Test func aVersionThatWasNotNamedBeforeIsTheChanges() {
    let before = reported("Installed", job: "helm-1", wanted: "1.1.0")
    var progress = ChangeProgress(.upgrade(to: "1.2.0"), since: before)

    #expect(progress.observe(reported("Installed", job: "helm-1", wanted: "1.2.0")) == nil)
    #expect(
      progress.observe(reported("UpgradeFailed", job: "helm-2", wanted: "1.2.0", tried: "1.2.0", message: "ours"))
        == .failed("ours"))
  }

  @Test func anUpgradeToWhatHasFailedIsJudgedByItsOwnTry() {
    var failed = Sample.installation("UpgradeFailed", message: "no kind")
    (failed.observed.configHash, failed.resourceVersion) = (ConfigHash.of(""), "7")
    var asked = failed
    (asked.observed.configHash, asked.resourceVersion) = ("", "8")
    var progress = ChangeProgress(.upgrade(to: "1.1.0"), since: failed)

    #expect(progress.observe(failed) == nil)
    #expect(progress.observe(asked) == nil)
    var preparing = Sample.installation("Preparing")
    preparing.observed.configHash = ConfigHash.of("")
    #expect(progress.observe(preparing) == nil)
    #expect(progress.observe(Sample.installation("UpgradeFailed", message: "again")) == .failed("again"))
  }

  @Test func whatIsOlderThanTheWriteSaysNothingOfIt() {
    var old = Sample.installation("Installed")
    old.resourceVersion = "8"
    var own = old
    own.resourceVersion = "9"
    var progress = ChangeProgress(.upgrade(to: "1.1.0"), since: nil, written: "9")

    #expect(progress.observe(old) == nil)
    #expect(progress.observe(own) == .done)
  }

  @Test func aChangeSentAnewIsFollowedFromWhatItWasSentOver() {
    var tracker = ChangeTracker()
    tracker.begin(.rollback(to: "1.0.0", config: ""), on: "whizard", before: reported("Installed", job: "helm-1"))
    tracker.accepted("whizard", over: reported("Installed", job: "helm-1", wanted: "1.1.0"))

    #expect(tracker.observe(Installations([reported("Installed", job: "helm-1")]), at: 1).isEmpty)
    #expect(tracker.nextLook == 9)
  }
}
