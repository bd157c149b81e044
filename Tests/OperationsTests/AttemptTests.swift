import Extensions
import Manifest
import Platform
import Testing

@testable import Operations

/// Whose end it is that is seen: that of a change, or that of what was under way when it was sent.
@Suite struct AttemptTests {
  private func seen(
    _ state: String, job: String, wanted: String = "1.0.0", tried: String = "1.0.0", message: String = ""
  )
    -> Installation
  {
    var installation = Sample.installation(state, wanted: wanted, tried: tried, message: message)
    installation.jobName = job
    return installation
  }

  private var failing: Installation { seen("Upgrading", job: "helm-upgrade-1", wanted: "1.1.0") }

  /// As the real controller does it: the version in the status is put back while the upgrade still runs.
  @Test func aRollbackDuringAFailingUpgradeIsNotJudgedByTheUpgrade() {
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: failing)

    #expect(progress.observe(seen("Upgrading", job: "helm-upgrade-1")) == nil)
    #expect(progress.observe(seen("Installed", job: "helm-upgrade-1")) == nil)
    #expect(progress.observe(seen("Upgrading", job: "helm-upgrade-1")) == nil)
    #expect(progress.observe(seen("UpgradeFailed", job: "helm-upgrade-1", message: "1.1.0: no kind")) == nil)
    #expect(progress.isLeftUntried)
    #expect(progress.observe(seen("Upgrading", job: "helm-upgrade-2")) == nil)
    #expect(!progress.isLeftUntried)
    #expect(progress.observe(seen("Installed", job: "helm-upgrade-2")) == .done)
  }

  @Test func aFailureOfItsOwnJobIsTold() {
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: failing)

    _ = progress.observe(seen("UpgradeFailed", job: "helm-upgrade-1", message: "1.1.0: no kind"))
    #expect(progress.observe(seen("UpgradeFailed", job: "helm-upgrade-2", message: "pull")) == .failed("pull"))
  }

  /// As KubeSphere's controllers leave a version that is put back behind another's failure: there is nothing new to
  /// them.
  private var untried: Installation {
    var untried = seen("UpgradeFailed", job: "helm-upgrade-1", message: "1.1.0: no kind")
    untried.observed.configHash = ConfigHash.of("")
    return untried
  }

  @Test func aRollbackThatIsLeftUntriedIsSentOnceMore() throws {
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: failing)
    #expect(progress.observe(untried) == nil)
    #expect(progress.secondTry == untried)

    progress = progress.triedAgain(over: untried)
    #expect(progress.secondTry == nil && progress.change == .rollback(to: "1.0.0", config: ""))
    #expect(progress.observe(untried) == nil)
    #expect(progress.observe(seen("Preparing", job: "helm-upgrade-1")) == nil)
    #expect(progress.observe(seen("Upgrading", job: "helm-upgrade-2")) == nil)
    #expect(progress.observe(seen("Installed", job: "helm-upgrade-2")) == .done)
  }

  @Test func aSecondTryThatFailsIsTheEnd() {
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: failing)
    _ = progress.observe(untried)
    progress = progress.triedAgain(over: untried)

    _ = progress.observe(seen("Preparing", job: "helm-upgrade-1"))
    #expect(progress.observe(seen("UpgradeFailed", job: "helm-upgrade-2", message: "pull")) == .failed("pull"))
  }

  @Test func aVersionPutBackAfterAnotherHasFailedIsNotJudgedByThat() {
    var before = seen("UpgradeFailed", job: "helm-upgrade-1", wanted: "1.1.0", message: "1.1.0: no kind")
    before.observed.configHash = ConfigHash.of("")
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: before)

    #expect(progress.observe(untried) == nil)
    #expect(progress.secondTry == untried)
  }

  /// As KubeSphere's controllers fail many times a second while a chart cannot be fetched: no Job is new.
  private func looping(_ state: String, wanted: String = "1.1.0", at second: Int = 0) -> Installation {
    var installation = seen(state, job: "helm-upgrade-0", wanted: wanted, message: "1.1.0: 404")
    installation.observed.configHash = ConfigHash.of("")
    let states = state == "Preparing" ? ["UpgradeFailed", "Preparing"] : ["Preparing", "UpgradeFailed"]
    installation.history = (states + states).map {
      .init(state: InstallationState($0), time: "2026-11-27T20:00:0\(second)Z")
    }
    return installation
  }

  @Test(arguments: ["Preparing", "UpgradeFailed"], [0, 1])
  func aRollbackOutOfALoopIsNotJudgedByTheTryThatWasBegunBeforeIt(state: String, second: Int) {
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: looping(state))

    #expect(progress.observe(looping(state, wanted: "1.0.0")) == nil)
    if state == "UpgradeFailed" { #expect(progress.observe(looping("Preparing", wanted: "1.0.0", at: second)) == nil) }
    let left = looping("UpgradeFailed", wanted: "1.0.0", at: second)
    #expect(progress.observe(left) == nil)
    #expect(progress.secondTry == left)

    progress = progress.triedAgain(over: left)
    #expect(progress.observe(seen("Upgrading", job: "helm-upgrade-1")) == nil)
    #expect(progress.observe(seen("Installed", job: "helm-upgrade-1")) == .done)
  }

  /// The write of its failure may meet that of the rollback, and is then not repeated: they wait for ever.
  @Test func whatIsLeftPreparingBehindALoopTakesStock() {
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: looping("UpgradeFailed"))
    let left = looping("Preparing", wanted: "1.0.0")
    #expect(progress.observe(left) == nil)
    #expect(progress.secondTry == left && progress.outcomeWhenQuiet == nil)
    guard case .patch(_, _, _, let body) = Retry.write(for: left, .installPlan) else { return }
    #expect(body["status"] == ["state": "", "stateHistory": .null])

    progress = progress.triedAgain(over: left)
    #expect(progress.observe(left) == nil && progress.secondTry == nil && progress.outcomeWhenQuiet == nil)
    #expect(progress.observe(seen("", job: "helm-upgrade-0")) == nil)
    #expect(progress.observe(seen("Installed", job: "helm-upgrade-0")) == .done)
  }

  /// Its own attempt may take long to fetch its chart.
  @Test func whatIsNotWhatTheStatusNamesIsNotSaidToBeLeftPreparing() {
    var progress = ChangeProgress(.upgrade(to: "1.2.0"), since: looping("UpgradeFailed"))

    #expect(progress.observe(looping("Preparing", wanted: "1.2.0")) == nil)
    #expect(progress.secondTry == nil && !progress.isLeftUntried)
  }

  @Test func aChangeOutOfALoopThatLoopsItselfHasFailed() {
    var progress = ChangeProgress(.upgrade(to: "1.2.0"), since: looping("UpgradeFailed"))

    for state in ["UpgradeFailed", "Preparing", "UpgradeFailed", "Preparing"] {
      #expect(progress.observe(looping(state, wanted: "1.2.0")) == nil)
    }
    #expect(progress.observe(looping("UpgradeFailed", wanted: "1.2.0")) == .failed("1.1.0: 404"))
  }

  @Test func aFirstInstallationInALoopIsNotJudgedByTheTryOfTheVersionBefore() {
    func first(_ state: String, wanted: String) -> Installation {
      var installation = looping(state == "InstallFailed" ? "UpgradeFailed" : state, wanted: wanted)
      installation.observed.state = InstallationState(state)
      installation.observed.attemptedVersion = ""
      installation.observed.configHash = ""
      installation.jobName = ""
      installation.history = installation.history.map {
        $0.state.isFailure ? .init(state: .installFailed, time: $0.time) : $0
      }
      return installation
    }
    var progress = ChangeProgress(.upgrade(to: "1.2.0"), since: first("InstallFailed", wanted: "1.1.0"))

    for state in ["InstallFailed", "Preparing", "InstallFailed", "Preparing"] {
      #expect(progress.observe(first(state, wanted: "1.2.0")) == nil)
    }
    #expect(progress.observe(first("InstallFailed", wanted: "1.2.0")) == .failed("1.1.0: 404"))
  }

  @Test func theTrackerSendsASecondTryOnceAndWaitsForItsEnd() {
    var tracker = ChangeTracker()
    tracker.begin(.rollback(to: "1.0.0", config: ""), on: "whizard", before: failing, isTyped: true)
    tracker.accepted("whizard")
    let rest = Installations([untried])

    #expect(tracker.observe(rest, at: 100).isEmpty && tracker.nextLook == 104)
    #expect(tracker.secondTries(at: 103).isEmpty)
    let due = tracker.secondTries(at: 104)
    #expect(due == [SecondTry(change: .rollback(to: "1.0.0", config: ""), over: untried, isTyped: true)])
    #expect(tracker.secondTries(at: 105).isEmpty)
    tracker.sent(due[0], untried)
    #expect(
      tracker.observe(Installations([seen("Installed", job: "helm-upgrade-2")]), at: 106).map(\.outcome) == [.done])
  }

  @Test func aFailureThatNoNewJobFollowsIsSaidToBeTheFormerOne() throws {
    var tracker = ChangeTracker()
    tracker.begin(.rollback(to: "1.0.0", config: ""), on: "whizard", before: failing)
    tracker.accepted("whizard")
    let rest = Installations([seen("UpgradeFailed", job: "helm-upgrade-1", message: "1.1.0: no kind")])

    #expect(tracker.observe(rest, at: 100).isEmpty)
    #expect(tracker.nextLook == 108)
    #expect(tracker.observe(rest, at: 107).isEmpty)
    let ended = tracker.observe(rest, at: 108)
    #expect(
      ended.map(\.outcome) == [
        .failed(
          "UpgradeFailed is from the attempt before this change (1.1.0: no kind), and the controllers have begun no new one; a retry has it tried"
        )
      ])
  }

  @Test func whatRestsInstalledIsDone() {
    var progress = ChangeProgress(.rollback(to: "1.0.0", config: ""), since: failing)

    _ = progress.observe(seen("Installed", job: "helm-upgrade-1"))
    #expect(progress.outcomeWhenQuiet == .done)
  }

  @Test func aClusterThatNamesNoJobsIsJudgedByItsStates() {
    var progress = ChangeProgress(
      .rollback(to: "1.0.0", config: ""), since: seen("Upgrading", job: "", wanted: "1.1.0"))

    #expect(progress.observe(seen("UpgradeFailed", job: "", message: "the former")) == nil)
    #expect(progress.observe(seen("Upgrading", job: "")) == nil)
    #expect(progress.observe(seen("Installed", job: "")) == .done)
  }

  @Test func aPlacementIsDoneWhenEachAgentIsThere() {
    func placed(_ agents: [String: String]) -> Installation {
      var installation = Sample.installation("Installed")
      installation.clusters = ["east", "west"]
      installation.agents = agents.mapValues { .init(state: InstallationState($0), message: "", time: "") }
      return installation
    }
    var progress = ChangeProgress(.place(on: ["east", "west"]), since: Sample.installation("Installed"))

    #expect(progress.observe(placed([:])) == nil)
    #expect(progress.observe(placed(["east": "Installed", "west": "Installing"])) == nil)
    #expect(progress.observe(placed(["east": "Installed", "west": "Installed", "north": "Uninstalling"])) == nil)
    #expect(progress.observe(placed(["east": "Installed", "west": "Installed"])) == .done)
    #expect(
      progress.observe(placed(["east": "Installed", "west": "InstallFailed"]))
        == .failed("its agent in west is InstallFailed"))
  }
}
