import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// What is seen of a change under way, and of one whose end was not seen.
@Suite struct OperationSightTests {
  private let now = Timestamp(secondsSince1970: 1_767_323_100)

  private func installation(_ states: [(String, String)], job: String = "") -> Installation {
    Installation(
      Object(
        Dialect.installPlan.installations, name: "whizard",
        [
          "spec": ["extension": ["name": "whizard", "version": "1.1.0"], "enabled": true],
          "status": [
            "state": .string(states.last?.1 ?? ""), "version": "1.1.0", "jobName": .string(job), "enabled": true,
            "conditions": [["message": "no kind"]],
            "stateHistory": .sequence(
              states.map { ["state": .string($0.1), "lastTransitionTime": .string("2026-01-02T03:0\($0.0)Z")] }),
          ],
        ]))
  }

  @Test func whatTheControllersHaveNotBegunWithIsCountedFromWhenItWasAskedFor() {
    func since(_ states: [(String, String)], asked: String) -> String? {
      var plan = installation(states)
      plan.observed.state = InstallationState("Preparing")
      plan.notes = ["ksx.dev/changed-by": "ada", "ksx.dev/changed-at": asked]
      return Operation.all([plan], [], at: now).first?.since
    }

    #expect(since([("1:00", "Installed")], asked: "2026-01-02T03:03:50Z") == "2026-01-02T03:03:50Z")
    #expect(since([("1:00", "Installed")], asked: "2026-01-02T03:00:50Z") == "2026-01-02T03:01:00Z")
    #expect(
      since([("1:00", "Installed"), ("4:00", "Preparing")], asked: "2026-01-02T03:03:50Z") == "2026-01-02T03:04:00Z")
  }

  @Test func theStatesSinceItBeganAreStepsEachWithItsDuration() {
    let plan = installation([("1:00", "Installed"), ("4:00", "Preparing"), ("4:02", "Upgrading")])
    let progress = OperationProgress(plan, .init(), at: now)

    #expect(progress.steps.map(\.name) == ["Preparing", "Upgrading"])
    #expect(progress.steps.map(\.mark) == [.done, .underWay])
    #expect(progress.steps.map(\.note) == ["2 s", "58 s"])
  }

  @Test func whatHasEndedIsShownWithItsEnd() {
    let plan = installation([("1:00", "Installed"), ("4:00", "Upgrading"), ("4:20", "UpgradeFailed")])

    #expect(OperationProgress(plan, .init(), at: now).steps.map(\.mark) == [.done, .failed])
  }

  @Test func aWorkloadThatIsNotReadySaysWhatItsPodSays() {
    var sources = OperationProgress.Sources()
    let deployment = Resource(
      group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true)
    sources.workloads = [
      Object(deployment, name: "vault", namespace: "n", ["spec": ["replicas": 1], "status": ["readyReplicas": 0]])
    ]
    sources.pods = [
      Object(
        .pods, name: "vault-1", namespace: "n",
        [
          "status": [
            "phase": "Pending",
            "containerStatuses": [
              ["restartCount": 3, "state": ["waiting": ["reason": "ImagePullBackOff", "message": "no such image"]]]
            ],
          ]
        ])
    ]
    let progress = OperationProgress(installation([("4:00", "Installing")]), sources, at: now)

    #expect(progress.steps.last?.name == "Deployment vault")
    #expect(progress.steps.last?.note == "0/1 ready: ImagePullBackOff: no such image")
    #expect(progress.pods.map(\.restarts) == [3])
  }

  @Test func aJobSaysHowLongItRuns() {
    var sources = OperationProgress.Sources()
    sources.job = Object(
      .jobs, name: "helm-1", namespace: "n", ["status": ["active": 1, "startTime": "2026-01-02T03:04:30Z"]])
    sources.log = "first\nsecond\n"
    sources.pods = [
      Object(.pods, name: "helm-1-x", namespace: "n", labels: ["job-name": "helm-1"], ["status": ["phase": "Running"]])
    ]
    let progress = OperationProgress(installation([("4:00", "Installing")], job: "helm-1"), sources, at: now)

    #expect(progress.steps.map(\.name) == ["Installing", "job helm-1"])
    #expect(progress.steps.last?.note == "runs for 30 s")
    #expect(progress.log == ["first", "second"])
  }

  @Test func theEndOfALogIsTheErrorAndNotWhereInTheCodeItWas() {
    var sources = OperationProgress.Sources()
    sources.log = """
      Error: UPGRADE FAILED: no kind "A"
      helm.go:86: 2026-01-02 [debug] no kind "A"
      main.newUpgradeCmd.func2
      \thelm.sh/helm/v3/cmd/helm/upgrade.go:222
      runtime.goexit
      \truntime/asm_amd64.s:1700
      """
    let progress = OperationProgress(installation([("4:00", "UpgradeFailed")]), sources, at: now)

    #expect(
      progress.bareLog
        == ["Error: UPGRADE FAILED: no kind \"A\"", "helm.go:86: 2026-01-02 [debug] no kind \"A\""])
    #expect(progress.log.count == 6)
  }

  @Test func whatIsInstalledAndAskedForSomethingElseIsUnderWay() {
    var plan = installation([("1:00", "Installed")])
    plan.version = "1.2.0"
    plan.notes = ["ksx.dev/changed-by": "ada", "ksx.dev/changed-at": "2026-01-02T03:03:50Z"]
    let found = Operation.all([plan], [], at: now)

    #expect(found.map(\.since) == ["2026-01-02T03:03:50Z"])
    #expect(
      found.map(\.waitsFor.english) == ["the controllers to begin (version 1.2.0 not yet applied, 1.1.0 is)"])
    #expect(Operation.all([installation([("1:00", "Installed")])], [], at: now) == [])
  }

  private func lines(_ outcomes: [HistoryLine.Outcome], by author: String = "ada") -> [HistoryLine] {
    let time = "2026-01-02T03:00:00Z"
    let start = HistoryLine(
      "whizard", at: time, .change(words: "upgrade to 1.1.0", former: nil), by: Author(name: author))
    return [start] + outcomes.map { HistoryLine("whizard", at: time, .outcome($0, version: "1.1.0", configHash: "")) }
  }

  @Test func aChangeWhoseEndWasNotSeenIsToldWithItsEnd() {
    let failed = Installations([installation([("4:00", "Upgrading"), ("4:20", "UpgradeFailed")])])
    let found = UnfinishedChange.all(lines([.accepted]), by: "ada", failed)

    #expect(found.map(\.end) == [.failed("no kind")])
    #expect(
      found.map { $0.sentence(age: "3 min") } == ["whizard: upgrade to 1.1.0, begun 3 min ago, failed: no kind"])
    #expect(found[0].line(at: "t")?.event == .outcome(.failed("no kind"), version: "1.1.0", configHash: ""))
  }

  @Test func whatGoesOnIsToldAndNotNoted() {
    let busy = Installations([installation([("4:00", "Upgrading")])])
    let found = UnfinishedChange.all(lines([.accepted]), by: "ada", busy)

    #expect(found.map(\.end) == [.underWay])
    #expect(found[0].line(at: "t") == nil)
  }

  @Test func whatEndedWellLongAgoIsNoNews() {
    let settled = Installations([installation([("4:20", "Installed")])])
    let found = UnfinishedChange.all(lines([.accepted]), by: "ada", settled)
    let begun = Timestamp.seconds("2026-01-02T03:00:00Z") ?? 0

    #expect(found.map(\.end) == [.done])
    #expect(found.map { $0.isNews(at: begun + 60) } == [true])
    #expect(found.map { $0.isNews(at: begun + 7200) } == [false])
  }

  @Test func whoIsNotKnownToTheClusterYetIsTheSamePerson() {
    let failed = Installations([installation([("4:00", "Upgrading"), ("4:20", "UpgradeFailed")])])
    let found = UnfinishedChange.all(lines([.accepted], by: "ada as token-admin"), by: "ada", failed)

    #expect(found.map(\.end) == [.failed("no kind")])
    #expect(UnfinishedChange.all(lines([.accepted], by: "bob as token-admin"), by: "ada", failed) == [])
  }

  /// The installation of `lines`, with what ksx has noted of its last change.
  private func noted(_ words: String?, by author: String = "ada", at time: String = "03:00:01") -> Installations {
    var one = installation([("4:00", "Upgrading"), ("4:20", "Installed")])
    guard let words else { return Installations([one]) }
    one.notes = [
      "ksx.dev/changed-by": author, "ksx.dev/change": words, "ksx.dev/changed-at": "2026-01-02T\(time)Z",
    ]
    return Installations([one])
  }

  @Test func aChangeThatWasBeingSentWhenItsProgramWasKilledIsTold() {
    let before = UnfinishedChange.all(lines([]), by: "ada", noted("configure", at: "02:00:00"))
    #expect(before.map(\.end) == [.notSeen])
    #expect(
      before.map { $0.sentence(age: "26 s") } == [
        "whizard: upgrade to 1.1.0, sent 26 s ago, was not answered, and the cluster shows nothing of it."
      ])
    #expect(UnfinishedChange.all(lines([]), by: "ada", noted(nil)).map(\.end) == [.notSeen])

    let arrived = UnfinishedChange.all(lines([]), by: "ada", noted("upgrade to 1.1.0"))
    #expect(arrived.map(\.end) == [.done])
    let other = UnfinishedChange.all(lines([.unanswered("cut")]), by: "ada", noted("disable", at: "03:05:00"))
    #expect(other.map(\.end) == [.notKnown])
  }

  @Test func whatThisComputerHasOnlySeenIsNotToldAsSent() {
    var before = installation([("1:00", "Installed")])
    before.version = "1.0.0"
    var after = before
    after.version = "1.1.0"
    after.notes = [
      "ksx.dev/changed-by": "ada", "ksx.dev/change": "upgrade to 1.1.0", "ksx.dev/changed-at": "2026-01-02T03:00:00Z",
    ]
    let seen = HistoryLine.seen(after, after: before, at: "t")
    #expect(seen.flatMap { HistoryLine(bytes: $0.bytes.dropLast()) } == seen)
    let all = [seen].compactMap { $0 }

    #expect(UnfinishedChange.all(all, by: "ada", Installations([after])) == [])
    // The same change, sent in one window and seen in another.
    let found = UnfinishedChange.all(lines([.accepted]) + all, by: "ada", noted("upgrade to 1.1.0"))
    #expect(found.map(\.end) == [.done])
  }

  @Test func anUnansweredChangeIsNotedOnceNothingCanComeOfItAnyMore() {
    let found = UnfinishedChange.all(lines([]), by: "ada", noted(nil))[0]

    #expect(found.line(at: "2026-01-02T03:00:30Z") == nil)
    #expect(
      found.line(at: "2026-01-02T03:02:00Z")?.event
        == .outcome(.notSent("nothing of it is in the cluster"), version: "", configHash: ""))
    let begun = Timestamp.seconds("2026-01-02T03:00:00Z") ?? 0
    #expect([60, 100_000].map { found.isNews(at: begun + $0) } == [true, false])
  }

  @Test func whatCouldNotBeSentWasNotRefused() {
    func outcome(_ error: ClusterError) -> HistoryLine.Outcome { HistoryLine.Outcome(error) }
    let line = HistoryLine(
      "whizard", at: "t",
      .outcome(outcome(.transport(.unreachable(host: "h", reason: "gone"))), version: "1", configHash: ""))

    guard case .outcome(.notSent, _, _) = line.event else {
      Issue.record("\(line.event)")
      return
    }
    #expect(HistoryLine(bytes: line.bytes.dropLast()) == line)
    #expect(outcome(.refused(Status(code: 403, message: "no"))) == .refused("no"))
    guard case .unanswered = outcome(.transport(.interrupted(reason: "cut"))) else {
      Issue.record("a write without an answer")
      return
    }
  }

  @Test func whatHasAnEndOrIsAnothersIsNotTold() {
    let failed = Installations([installation([("4:00", "Upgrading"), ("4:20", "UpgradeFailed")])])

    #expect(UnfinishedChange.all(lines([.accepted, .done]), by: "ada", failed) == [])
    #expect(UnfinishedChange.all(lines([.refused("no")]), by: "ada", failed) == [])
    #expect(UnfinishedChange.all(lines([.accepted], by: "bob"), by: "ada", failed) == [])
  }
}
