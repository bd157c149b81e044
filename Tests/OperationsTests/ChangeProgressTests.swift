import Extensions
import Platform
import Testing

@testable import Operations

/// When a change is done.
@Suite struct ChangeProgressTests {
  private let former = Sample.installation("Installed", wanted: "1.0.0", tried: "1.0.0")

  @Test func anUpgradeIsDoneWhenTheNewVersionIsInstalled() {
    var progress = ChangeProgress(.upgrade(to: "1.1.0"))

    #expect(progress.observe(Sample.installation("Installed", tried: "1.0.0")) == nil)
    #expect(progress.observe(Sample.installation("Upgrading")) == nil)
    #expect(progress.observe(Sample.installation("Installed")) == .done)
  }

  @Test func aFailureOfLongAgoIsNotThisOne() {
    var progress = ChangeProgress(.upgrade(to: "1.1.0"))

    #expect(progress.observe(Sample.installation("UpgradeFailed", tried: "1.0.0", message: "old")) == nil)
    #expect(progress.observe(Sample.installation("Upgrading", tried: "1.0.0")) == nil)
    #expect(
      progress.observe(Sample.installation("UpgradeFailed", tried: "1.0.0", message: "no chart")) == .failed("no chart")
    )
  }

  /// What fails before its job exists leaves no version behind, and need not be seen while it is busy.
  @Test func aFailureBeforeTheJobIsOneThoughNothingWasSeenBetween() {
    var progress = ChangeProgress(.upgrade(to: "1.1.0"), since: former)

    #expect(progress.observe(former) == nil)
    #expect(
      progress.observe(Sample.installation("UpgradeFailed", tried: "1.0.0", message: "no chart")) == .failed("no chart")
    )
  }

  @Test func aFailureOfWhatWasUnderWayBeforeIsNotThisOne() {
    let busy = Sample.installation("Upgrading", wanted: "1.0.5", tried: "1.0.0")
    var progress = ChangeProgress(.upgrade(to: "1.1.0"), since: busy)

    #expect(progress.observe(Sample.installation("Upgrading", tried: "1.0.0")) == nil)
    #expect(progress.observe(Sample.installation("UpgradeFailed", tried: "1.0.0", message: "the former")) == nil)
    #expect(progress.observe(Sample.installation("Preparing", tried: "1.0.0")) == nil)
    #expect(progress.observe(Sample.installation("UpgradeFailed", tried: "1.0.0", message: "ours")) == .failed("ours"))
  }

  @Test func aRetryIsNotJudgedByTheAttemptBeforeIt() {
    var failed = Sample.installation("UpgradeFailed", message: "no room")
    (failed.observed.configHash, failed.resourceVersion) = ("ff", "7")
    var asked = failed
    (asked.observed.configHash, asked.resourceVersion) = ("", "8")
    var progress = ChangeProgress(.retry, since: failed)

    #expect(progress.observe(failed) == nil)
    #expect(progress.observe(asked) == nil)
    asked.observed.configHash = "cbf29ce484222325"
    asked.resourceVersion = "9"
    #expect(progress.observe(asked) == .failed("no room"))
    #expect(progress.observe(Sample.installation("Upgrading")) == nil)
    #expect(progress.observe(Sample.installation("Installed")) == .done)
  }

  @Test func aRetriedUninstallIsDoneWhenNothingIsLeft() {
    var failed = Sample.installation("UninstallFailed", message: "stuck")
    failed.isBeingDeleted = true
    var progress = ChangeProgress(.retry, since: failed)

    #expect(progress.observe(failed) == nil)
    #expect(progress.observe(nil) == .done)
  }

  @Test func anUninstallIsDoneWhenNothingIsLeft() {
    var progress = ChangeProgress(.uninstall)

    #expect(progress.observe(Sample.installation("Installed")) == nil)
    #expect(progress.observe(Sample.installation("Uninstalling")) == nil)
    #expect(progress.observe(Sample.installation("UninstallFailed", message: "stuck")) == .failed("stuck"))
    #expect(progress.observe(nil) == .done)
  }

  @Test func anUninstallAfterOneThatFailedIsJudgedByWhatIsNew() {
    let failed = Sample.installation("UninstallFailed", message: "stuck", time: "monday")
    var progress = ChangeProgress(.uninstall, since: failed)

    #expect(progress.observe(failed) == nil)
    #expect(
      progress.observe(Sample.installation("UninstallFailed", message: "stuck", time: "tuesday")) == .failed("stuck"))
  }

  @Test func whatVanishesMeanwhileHasFailedButWhatWasJustMadeMayNotBeSeenYet() {
    var upgrade = ChangeProgress(.upgrade(to: "1.1.0"))
    var install = ChangeProgress(.install(version: "1.1.0", config: ""))

    #expect(upgrade.observe(nil) == .failed("it has been deleted meanwhile"))
    #expect(install.observe(nil) == nil)
    #expect(install.observe(Sample.installation("", tried: "")) == nil)
    #expect(install.observe(nil) == .failed("it has been deleted meanwhile"))
  }

  @Test func aChangeReplacedByAnotherWriterIsNotWaitedForForEver() {
    var progress = ChangeProgress(.upgrade(to: "1.1.0"), since: former)

    #expect(progress.observe(Sample.installation("Installed", tried: "1.0.0")) == nil)
    #expect(
      progress.observe(Sample.installation("Upgrading", wanted: "1.2.0")) == .failed("it was changed again meanwhile"))
  }

  @Test func aDisableIsDoneWhenItIsApplied() {
    var progress = ChangeProgress(.disable, since: Sample.installation("Installed"))
    var off = Sample.installation("Installed", isEnabled: false)

    #expect(progress.observe(off) == nil)
    off.observed.appliedEnabled = nil
    #expect(progress.observe(off) == .done)
  }

  @Test func severalChangesAreFollowedUntilEachHasEnded() {
    var tracker = ChangeTracker()
    tracker.begin(.upgrade(to: "1.1.0"), on: "whizard", before: former)
    let done = Installations([Sample.installation("Installed", name: "whizard-1.1.0")])

    // Until the cluster has taken the write, what is installed says nothing about it.
    #expect(tracker.observe(done).isEmpty)
    tracker.accepted("whizard")
    #expect(tracker.observe(done).map(\.outcome) == [.done])
    #expect(tracker.isEmpty)
  }
}
