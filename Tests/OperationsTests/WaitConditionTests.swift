import Extensions
import Platform
import Testing

@testable import Operations

/// What is waited for, and what is under way.
@Suite struct AwaitedTests {
  private let failed = Sample.installation("UpgradeFailed", message: "no kind")
  private let going: Installation = {
    var installation = Sample.installation("Uninstalling")
    installation.isBeingDeleted = true
    return installation
  }()

  @Test func installedIsWhatIsAskedForAndNotAVersionBefore() {
    #expect(WaitCondition.installed.outcome(Sample.installation("Installed")) == .done)
    #expect(WaitCondition.installed.outcome(Sample.installation("Installed", tried: "1.0.0")) == nil)
    #expect(WaitCondition.installed.outcome(Sample.installation("Upgrading")) == nil)
    #expect(WaitCondition.installed.outcome(failed) == .failed("no kind"))
    #expect(WaitCondition.installed.outcome(nil) == nil)
    #expect(WaitCondition.installed.outcome(going) == .failed("it is being uninstalled"))
  }

  @Test func theSwitchIsWaitedForUntilItIsCarriedOut() {
    var off = Sample.installation("Installed", isEnabled: false)

    #expect(WaitCondition.disabled.outcome(off) == nil)
    #expect(WaitCondition.enabled.outcome(off) == .done)
    off.observed.appliedEnabled = false
    #expect(WaitCondition.disabled.outcome(off) == .done)
  }

  @Test func goneIsGoneAndSettledIsAtRestHoweverItEnded() {
    #expect(WaitCondition.gone.outcome(nil) == .done)
    #expect(WaitCondition.gone.outcome(going) == nil)
    #expect(WaitCondition.gone.outcome(Sample.installation("UninstallFailed", message: "hook")) == .failed("hook"))
    #expect(WaitCondition.settled.outcome(failed) == .done)
    #expect(WaitCondition.settled.outcome(Sample.installation("Preparing")) == nil)
    #expect(WaitCondition.settled.outcome(Sample.installation("Installed", tried: "1.0.0")) == nil)
    #expect(WaitCondition.settled.outcome(going) == nil)
    #expect(WaitCondition.settled.outcome(nil) == .done)
  }

  @Test func whatTheControllersWillNotTakeUpIsNotUnderWay() {
    // A switch is carried out once it is Installed, and not while it has failed.
    #expect(WaitCondition.settled.outcome(Sample.installation("UpgradeFailed", isEnabled: false)) == .done)
    #expect(WaitCondition.settled.outcome(Sample.installation("Installed", isEnabled: false)) == nil)
    var elsewhere = Sample.installation("Installed")
    (elsewhere.targetNamespace, elsewhere.wantedNamespace) = ("extension-whizard", "other")
    #expect(!elsewhere.pending.isEmpty)
    #expect(WaitCondition.settled.outcome(elsewhere) == .done)
  }

  /// The job that the status names is that of the operation before.
  @Test func aDeletionThatIsNotBegunWithIsToldByItsOwnTimeAndNotByAFormerJob() {
    let now = Timestamp(secondsSince1970: Timestamp.seconds("2026-01-01T10:05:00Z") ?? 0)
    var held = Sample.installation("Installed")
    held.jobName = "helm-install-1"
    held.history = [
      .init(state: .upgrading, time: "2026-01-01T09:00:00Z"), .init(state: .installed, time: "2026-01-01T09:00:40Z"),
    ]
    (held.isBeingDeleted, held.deleted) = (true, "2026-01-01T10:04:51Z")
    func found() -> Operation? { Operation.all([held], [], at: now).first }

    #expect(found()?.since == "2026-01-01T10:04:51Z" && found()?.seconds == 9)
    #expect(found()?.waitsFor == "the controllers to begin")
    held.agents["relay"] = .init(state: .installed, message: "", time: "")
    #expect(found()?.waitsFor == "its agents to go: relay")
    held.observed.state = .uninstalling
    #expect(found()?.waitsFor == "job helm-install-1")
    held.observed.state = .uninstalled
    held.finalizers = ["example.org/keep"]
    #expect(found()?.waitsFor == "the finalizers of another program to go: example.org/keep")
    held.finalizers.append("kubesphere.io/installplan-protection")
    #expect(found()?.waitsFor != "the finalizers of another program to go: example.org/keep")
  }

  @Test func whatIsPreparingHasNoJobYet() {
    var preparing = Sample.installation("Preparing")
    preparing.jobName = "helm-upgrade-7"

    let found = Operation.all([preparing], [], at: Timestamp(secondsSince1970: 0))
    #expect(found.map(\.waitsFor) == ["its chart, and a job for it"])
  }

  @Test func anOperationSaysSinceWhenAndHowLongItTookBefore() {
    let now = Timestamp(secondsSince1970: Timestamp.seconds("2026-01-01T10:05:00Z") ?? 0)
    var busy = Sample.installation("Upgrading")
    busy.jobName = "helm-upgrade-7"
    let times = [
      ("Preparing", "09:00:00"), ("Installed", "09:00:40"), ("Preparing", "10:04:00"), ("Upgrading", "10:04:02"),
    ]
    busy.history = times.map { .init(state: InstallationState($0.0), time: "2026-01-01T\($0.1)Z") }
    func own(_ words: String) -> [HistoryLine] {
      [
        HistoryLine("whizard", at: "2026-01-01T08:00:00Z", .change(words: words, former: nil)),
        HistoryLine("whizard", at: "2026-01-01T08:00:46Z", .outcome(.done, version: "1", configHash: "")),
      ]
    }

    let found = Operation.all([busy, Sample.installation("Installed", name: "other")], [], at: now)

    #expect(found.map(\.since) == ["2026-01-01T10:04:00Z"])
    #expect(found.map(\.seconds) == [60])
    #expect(found.map(\.secondsBefore) == [40])
    #expect(found.map(\.waitsFor) == ["job helm-upgrade-7"])
    func before(_ words: String) -> Int? { Operation.all([busy], own(words), at: now).first?.secondsBefore }
    #expect(before("upgrade to 1.1.0") == 46)
    // An install, or an uninstall, takes its own time.
    #expect(before("install 1.0.0") == 40)
    busy.observed.state = .uninstalling
    #expect(before("uninstall") == 46 && before("install 1.0.0") == nil)
  }
}
