import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// Ending what is under way, a step at a time.
@Suite struct CancellationTests {
  private let cancellation = Cancellation("whizard", former: RequestedSpec(version: "1.0.0", config: "a: 1\n"))

  private func facts(
    _ state: String, wanted: String = "1.0.0", job: String = "job-1", marked: String = "job-1", active: Bool = false,
    pending: String? = nil, isOurs: Bool = false
  ) -> Cancellation.Facts {
    var installation = Sample.installation(
      state, wanted: wanted, tried: "1.0.0", config: "a: 1\n", history: ["Installed"])
    installation.jobName = job
    installation.isManagedByStandalone = isOurs
    return Cancellation.Facts(installation, marked: marked, isJobActive: active, pendingSecret: pending)
  }

  @Test func eachStepFollowsFromWhatThereIs() {
    let rows: [(Cancellation.Facts, Cancellation.Step)] = [
      (facts("Upgrading", wanted: "1.1.0", marked: "", active: true), .putBack),
      // Also when the spec was put back by hand: the job is what has to be known.
      (facts("Upgrading", marked: "", active: true), .putBack),
      (facts("Upgrading", active: true), .endJob("job-1")),
      // The job after it is the way back, and not to be ended.
      (facts("Upgrading", job: "job-2", active: true), .wait), (facts("Preparing"), .wait),
      (
        facts("UpgradeFailed", pending: "sh.helm.release.v1.whizard.v3"),
        .unlock(secret: "sh.helm.release.v1.whizard.v3")
      ),
      (facts("UpgradeFailed"), .retry), (facts("UpgradeFailed", job: "job-2", active: true), .wait),
      // It failed in its turn.
      (facts("UpgradeFailed", job: "job-2"), .done),
      // A mark that an earlier cancellation has left.
      (facts("Upgrading", wanted: "1.1.0", job: "job-7", active: true), .putBack),
      (facts("Installed"), .done), (facts("Installed", marked: ""), .done),
      (facts("Upgrading", wanted: "1.1.0", marked: "", isOurs: true), .putBack),
      (facts("Upgrading", marked: "", isOurs: true), .wait), (facts("", marked: "", isOurs: true), .wait),
      (facts("Installed", marked: "", isOurs: true), .done),
    ]

    for (facts, step) in rows { #expect(cancellation.next(facts) == step, "\(facts)") }
  }

  @Test func nothingUnderWayIsNotCancelled() {
    #expect(
      cancellation.next(facts("Installed", wanted: "1.1.0", marked: ""))
        == .refused("whizard is Installed: nothing is under way that could be cancelled"))
    var going = facts("Uninstalling")
    going.installation.isBeingDeleted = true
    #expect(cancellation.next(going) == .refused("whizard is being uninstalled, which cannot be taken back"))
  }

  @Test func aLoopIsPutBackAlsoBetweenTwoTries() {
    var looping = facts("UpgradeFailed", wanted: "1.1.0", marked: "")
    looping.installation.history = [
      "Installed", "UpgradeFailed", "Preparing", "UpgradeFailed", "Preparing", "UpgradeFailed",
    ]
    .map { .init(state: InstallationState($0), time: "2026-11-26T10:00:00Z") }

    #expect(cancellation.next(looping) == .putBack)
    looping.installation.isManagedByStandalone = true
    #expect(
      cancellation.next(looping)
        == .refused(
          "whizard is UpgradeFailed: it fails and is tried again and again. What ends that is another version: ksx rollback whizard. Where it stands still, ksx doctor whizard says what helps"
        ))
  }

  /// A failure before there is a Job has changed nothing, and the chart of what runs may be missing too.
  @Test func whatFailedWithoutAJobIsTakenForWhatRuns() {
    var rested = facts("UpgradeFailed")
    rested.isJobComplete = true
    #expect(cancellation.next(rested) == .resyncFromRelease)
    rested.hasResynced = true
    #expect(cancellation.next(rested) == .retry)
    guard
      case .patch(_, _, _, let body) = cancellation.write(
        .resyncFromRelease, rested, in: Capabilities(assuming: .installPlan))
    else { return #expect(Bool(false)) }
    #expect(body == ["status": ["state": "", "stateHistory": .null]])
  }

  /// A write into a loop may leave the controllers Preparing what they have nothing to do for.
  @Test func whatIsLeftPreparingForEverIsTakenForWhatRuns() {
    var left = facts("Preparing")
    left.installation.observed.configHash = ConfigHash.of("a: 1\n")
    #expect(cancellation.next(left) == .wait)
    left.isStill = true
    #expect(cancellation.next(left) == .resyncFromRelease)
    // It is being tried: the fingerprint is written with the Job.
    left.installation.observed.configHash = ""
    #expect(cancellation.next(left) == .wait)
    var begun = facts("Preparing", job: "job-2")
    (begun.installation.observed.configHash, begun.isStill) = (ConfigHash.of("a: 1\n"), true)
    #expect(cancellation.next(begun) == .wait)
  }

  /// The controllers may have removed the mark of an earlier cancellation, which was broken off.
  @Test func whatIsPutBackAndRestsUntriedIsGoneOnWith() {
    var rested = facts("UpgradeFailed", marked: "")
    rested.isJobComplete = true
    rested.jobVersion = "1.0.0"
    #expect(cancellation.next(rested) == .putBack)
    rested.jobVersion = "1.1.0"
    #expect(
      cancellation.next(rested)
        == .refused("whizard is UpgradeFailed: nothing is under way that could be cancelled"))
  }

  /// Another try was asked for, and the controllers have lost it.
  @Test func whatIsLeftPreparingWithoutAFingerprintIsTakenForWhatRunsIfNoJobHasTouchedIt() {
    var left = facts("Preparing")
    left.installation.observed.configHash = ""
    (left.isStill, left.isJobComplete) = (true, true)
    #expect(cancellation.next(left) == .resyncFromRelease)
    left.hasResynced = true
    #expect(cancellation.next(left) == .wait)
  }

  /// A mark that an earlier cancellation has left says nothing of this attempt.
  @Test func whatIsLeftPreparingBehindAJobThatSucceededIsTakenForWhatRunsWhateverIsMarked() {
    var left = facts("Preparing", job: "job-9", marked: "job-3")
    (left.isStill, left.isJobComplete, left.jobVersion) = (true, true, "1.0.0")
    #expect(cancellation.next(left) == .resyncFromRelease)
  }

  /// What an earlier change has noted of what ran before is not what runs.
  @Test func whatTheLastJobHasInstalledIsNotLeft() {
    var facts = facts("Preparing", wanted: "1.1.0", marked: "")
    (facts.isJobComplete, facts.jobVersion) = (true, "1.1.0")
    let corrected = cancellation.corrected(by: facts)
    #expect(corrected.former?.version == "1.1.0")
    #expect(corrected.next(facts) == .putBack)
    // An upgrade has a Job of its own, or the last one is that of what runs.
    facts.installation.observed.state = .upgrading
    #expect(cancellation.corrected(by: facts) == cancellation)
    (facts.installation.observed.state, facts.jobVersion) = (.preparing, "1.0.0")
    #expect(cancellation.corrected(by: facts) == cancellation)
    facts.jobVersion = "1.1.0"
    let given = Cancellation("whizard", former: cancellation.former, isVersionGiven: true)
    #expect(given.corrected(by: facts) == given)
  }

  @Test func aJobThatTheAttemptMadeAfterItWasCancelledIsEndedToo() {
    var late = facts("Upgrading", job: "job-2", active: true)
    late.jobVersion = "1.1.0"
    #expect(cancellation.next(late) == .endJob("job-2"))
    late.jobVersion = "1.0.0"
    #expect(cancellation.next(late) == .wait)
  }

  @Test func itIsLeftToTheControllersOnceTheyTryWhatRanBefore() {
    #expect(!cancellation.isLeftToControllers(facts("Upgrading", wanted: "1.1.0", active: true)))
    #expect(!cancellation.isLeftToControllers(facts("UpgradeFailed")))
    #expect(!cancellation.isLeftToControllers(facts("Preparing")))
    #expect(cancellation.isLeftToControllers(facts("Upgrading", job: "job-2", active: true)))
    #expect(cancellation.isLeftToControllers(facts("", marked: "", isOurs: true)))
    #expect(Cancellation("whizard", former: nil).isLeftToControllers(facts("Installing")))
  }

  @Test func aFirstInstallationThatIsTriedWithoutEndIsNotCalledEnded() {
    var looping = facts("InstallFailed", marked: "")
    looping.installation.history = ["InstallFailed", "Preparing", "InstallFailed", "Preparing", "InstallFailed"]
      .map { .init(state: InstallationState($0), time: "2026-11-26T10:00:00Z") }

    for state in ["InstallFailed", "Preparing"] {
      looping.installation.observed.state = InstallationState(state)
      #expect(
        Cancellation("whizard", former: nil).next(looping)
          == .refused(
            "whizard is \(state): it fails and is tried again and again. What ends that is what makes it succeed, or ksx uninstall whizard"
          ))
    }
  }

  @Test func aFirstInstallationIsEndedAndStaysAsFailed() {
    let first = Cancellation("whizard", former: nil)
    var facts = Cancellation.Facts(Sample.installation("Installing"), isJobActive: true)
    facts.installation.jobName = "job-1"

    #expect(first.next(facts) == .endJob("job-1"))
    facts.isJobActive = false
    #expect(first.next(facts) == .wait)
    #expect(first.next(Cancellation.Facts(Sample.installation("InstallFailed"))) == .done)
    facts.installation.isManagedByStandalone = true
    #expect(
      first.next(facts)
        == .refused("nothing of whizard ran before: ksx uninstall whizard interrupts its installation"))
  }

  @Test func anUpgradeFromWhatIsNotKnownIsNotCancelledBlindly() {
    let blind = Cancellation("whizard", former: nil).next(facts("Upgrading", marked: "", active: true))

    guard case .refused(let reason) = blind else { return #expect(Bool(false), "\(blind)") }
    #expect(reason.english.hasPrefix("what whizard was before is not known here; say with --version"))
  }

  @Test func theStepsWriteWhatWasTriedOnTheRealControllers() {
    let upgrading = facts("Upgrading", wanted: "1.1.0", marked: "", active: true)
    func body(_ step: Cancellation.Step, _ facts: Cancellation.Facts, _ dialect: Dialect = .installPlan) -> Value? {
      let write = cancellation.write(step, facts, in: Capabilities(assuming: dialect))
      guard case .patch(_, _, _, let body) = write else { return nil }
      return body
    }

    let spec: Value = ["extension": ["version": "1.0.0"], "config": "a: 1\n"]
    #expect(
      body(.putBack, upgrading)
        == ["metadata": ["resourceVersion": "", "annotations": ["ksx.dev/cancelled-job": "job-1"]], "spec": spec])
    #expect(body(.endJob("job-1"), upgrading) == ["spec": ["activeDeadlineSeconds": 1]])
    #expect(
      body(.retry, upgrading)
        == ["status": ["configHash": ""]])
    #expect(body(.done, facts("Installed")) == ["metadata": ["annotations": ["ksx.dev/cancelled-job": .null]]])
    let ours = facts("Upgrading", wanted: "1.1.0", marked: "", isOurs: true)
    #expect(body(.putBack, ours)?["status"] == ["state": ""])
    #expect(
      cancellation.write(.unlock(secret: "s"), upgrading, in: Capabilities(assuming: .installPlan))
        == .delete(.secrets, namespace: "", name: "s", uid: nil))
  }

  @Test func whatRanBeforeIsWhatTheControllersNoteOrWasSeenInstalled() {
    var memory = ReleaseMemory()
    memory.remember(.init(version: "0.9.0", config: "old", time: "", what: "", wasInstalled: true))
    memory.remember(.init(version: "1.0.0", config: "mine", time: "", what: "", wasInstalled: true))
    memory.remember(.init(version: "1.0.5", config: "bad", time: "", what: "", wasInstalled: false))
    let noted = Sample.installation("Upgrading", wanted: "1.1.0", tried: "0.9.0")
    let silent = Sample.installation("Upgrading", wanted: "1.1.0", tried: "1.1.0")

    #expect(Cancellation.former(to: noted, memory) == RequestedSpec(version: "0.9.0", config: "old"))
    #expect(Cancellation.former(to: silent, memory) == RequestedSpec(version: "1.0.0", config: "mine"))
    var changed = ReleaseMemory()
    changed.remember(.init(version: "1.1.0", config: "first", time: "", what: "configure"))
    #expect(Cancellation.former(to: Sample.installation("Installing"), changed) == nil)
    #expect(Cancellation.former(to: silent, ReleaseMemory()) == nil)
    #expect(Cancellation.former(to: noted, ReleaseMemory()) == RequestedSpec(version: "0.9.0"))
  }

  @Test func itSaysWhatItEndsSinceWhenAndWhatIsLeft() {
    var hanging = facts("Upgrading", wanted: "1.1.0", marked: "", active: true)
    hanging.installation.history = [
      .init(state: .installed, time: "2026-11-26T10:00:00Z"), .init(state: .upgrading, time: "2026-11-26T11:00:00Z"),
    ]

    #expect(cancellation.action(at: hanging.installation) == "cancel the upgrade")
    #expect(
      cancellation.effects(hanging).map(\.text) == [
        "ends: the upgrade from 1.0.0 to 1.1.0, Upgrading since 2026-11-26T11:00:00Z", "version 1.1.0 → 1.0.0",
        "job job-1 is ended, with helm in the middle of its work",
        "helm's lock is removed if the release is left pending, and what ran before is tried again",
        "afterwards whizard is at 1.0.0, which ran before",
        "what has been changed so far stays changed until that is done",
        "CRDs of 1.1.0 and data that it has migrated stay, and so may objects that only it brought",
      ])
    var config = hanging
    (config.installation.version, config.installation.config) = ("1.0.0", "a: 2\n")
    #expect(cancellation.action(at: config.installation) == "cancel the change of the config")
    #expect(cancellation.effects(config)[0].text.hasPrefix("ends: the change of the config at 1.0.0, Upgrading since"))
    let first = Cancellation("whizard", former: nil)
    #expect(first.action(at: hanging.installation) == "cancel the installation")
    #expect(first.effects(hanging)[0].text.hasPrefix("ends: the installation of 1.1.0, Upgrading since 2026-"))
  }

  @Test func theWayBackIsNotCancelledIntoWhatItLeadsBackFrom() {
    var memory = ReleaseMemory()
    memory.remember(.init(version: "1.0.0", config: "", time: "", what: "", wasInstalled: true))
    memory.remember(.init(version: "2.0.0", config: "", time: "", what: "", wasInstalled: nil))
    let goingBack = Sample.installation("Upgrading", wanted: "1.0.0", tried: "1.0.0")

    #expect(Cancellation.former(to: goingBack, memory)?.version == "1.0.0")
  }
}
