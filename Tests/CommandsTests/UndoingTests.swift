import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// Trying again, ending what hangs, and taking back.
@Suite struct UndoingTests {
  private let none = Value.string(ConfigHash.of(""))

  private func failed(_ dialect: Dialect) async throws -> Workbench {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "a: 1 # one\n")
    try await bench.report(
      "whizard",
      dialect == .installPlan
        ? ["state": "InstallFailed", "configHash": "ff", "version": "1.1.0"] : ["state": "InstallFailed"])
    return bench
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aRetryIsOnePatchOfTheStatusThatLeavesTheConfigAlone(dialect: Dialect) async throws {
    let bench = try await failed(dialect)
    let config = try await bench.installation().config
    bench.transport.forget()

    #expect(try await bench.run("retry", "whizard", "--yes") == "whizard: being tried again in test\n")
    let writes = bench.transport.requests.filter { $0.method == .patch }
    #expect(writes.count == 1)
    let status = try JSON.parse(writes.first?.body ?? [])["status"]
    #expect(status == (dialect == .installPlan ? ["configHash": ""] : ["state": ""]))
    #expect(try await bench.installation().config == config)
  }

  @Test func aRollbackThatTheControllersLeaveUntriedIsSentOnceMoreWhileItIsWaitedFor() async throws {
    let fast = Timing(now: Timing.real.now, sleep: { await Timing.real.sleep($0 / 50) }, random: { 0.5 })
    let bench = try Workbench(timing: fast)
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.report(
      "whizard", ["state": "Installed", "version": "1.0.0", "configHash": none, "jobName": "helm-1"])
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.report(
      "whizard", ["state": "Upgrading", "version": "1.0.0", "configHash": none, "jobName": "helm-2"])
    let plan = try await bench.run("rollback", "whizard", "--dry-run=client")
    #expect(plan.contains("then ksx has it tried again once, while it waits for the end"), "\(plan)")

    let waiting = Task { try await bench.run("rollback", "whizard", "--yes", "--wait", "--timeout=9999s") }
    await eventually("the way back") { (try? await bench.installation().version) == "1.0.0" }
    try await bench.report(
      "whizard", ["state": "UpgradeFailed", "version": "1.0.0", "configHash": none, "jobName": "helm-2"])
    await eventually("another try") { (try? await bench.installation().observed.configHash) == "" }
    try await bench.report(
      "whizard", ["state": "Preparing", "version": "1.0.0", "configHash": none, "jobName": "helm-2"])
    try await bench.report(
      "whizard", ["state": "Installed", "version": "1.0.0", "configHash": none, "jobName": "helm-3"])

    #expect(try await waiting.value == "whizard: going back to version 1.0.0 in test\n")
    let again = "whizard: left untried behind the failure of another attempt; having it tried again"
    #expect(bench.said.noted.containsText(again), "\(bench.said.noted)")
  }

  @Test func anUndoThatLeadsToWhatFailedSaysSo() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "configHash": none])
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.report("whizard", ["state": "UpgradeFailed", "version": "1.1.0", "configHash": none])
    try await bench.run("rollback", "whizard", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "configHash": none])

    #expect(try await bench.verdict("plan", "undo", "whizard") == 1)
    #expect(bench.said.printed.contains("  ! past: 1.1.0 with that config failed here, "), "\(bench.said.printed)")
    try await bench.run("undo", "whizard", "--yes")

    #expect(bench.said.noted.contains("note: 1.1.0 with that config failed here, "), "\(bench.said.noted)")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func theLastChangeIsUndoneAndAnUndoIsUndoneToo(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.run("upgrade", "whizard", "--yes")

    try await bench.run("undo", "whizard", "--yes")
    #expect(try await bench.installation().version == "1.0.0")
    try await bench.run("undo", "whizard", "--yes")
    #expect(try await bench.installation().version == "1.1.0")
    try await bench.run("disable", "whizard", "--now")
    #expect(try await bench.run("undo", "whizard", "--yes") == "whizard: enabled in test\n")
    try await bench.run("config", "set", "whizard", "--yes", input: "a: 2\n")
    try await bench.run("undo", "whizard", "--yes")
    #expect(try await bench.installation().config == "")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func commentsComeBackToo(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    let text = "# mine\na: 1 # one\n"
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: text)
    try await bench.run("config", "set", "whizard", "a=2", "--yes")
    try await bench.run("undo", "whizard", "--yes")
    #expect(try await bench.run("config", "get", "whizard") == text)

    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.run("undo", "whizard", "--yes")
    #expect(try await bench.installation().version == "1.0.0")
    #expect(try await bench.run("config", "get", "whizard") == text)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func commentsComeBackAfterAnUninstallToo(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    let text = "# mine\na: 1   # one\n\nb: [1,  2]\n"
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: text)
    try await bench.run("uninstall", "whizard", "--yes")

    try await bench.run("undo", "whizard", "--yes")
    #expect(try await bench.run("config", "get", "whizard") == text)
  }

  @Test func whatAnotherHasChangedSinceIsNotUndone() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.run("upgrade", "whizard", "--yes")
    _ = try await bench.cluster.patch(bench.dialect.installations, "whizard", ["spec": ["enabled": false]])

    let sentence = try await bench.failure("undo", "whizard", "--yes")

    #expect(sentence.hasPrefix("cannot undo: whizard has been changed since ksx changed it"))
    #expect(sentence.hasSuffix(": disabled"))
  }

  /// The whole way that was gone on the real controllers, which are played here.
  @Test(.endsInTime) func anUpgradeThatHangsIsEndedUnlockedAndTakenBack() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "a: 1 # one\n")
    try await bench.report(
      "whizard",
      [
        "state": "Installed", "version": "1.0.0",
        "stateHistory": [["state": "Installed", "lastTransitionTime": "2026-11-26T10:00:00Z"]],
      ])
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.hangInJob("job-1")

    let cancelling = Task { try await bench.run("cancel", "whizard", "--yes", "--wait", "--timeout=50s") }
    try await bench.when("the job is ended") {
      try await bench.cluster.get(.jobs, namespace: "ns", "job-1").spec["activeDeadlineSeconds"] == 1
    }
    try await bench.endJob("job-1")
    try await bench.report("whizard", ["state": "UpgradeFailed", "configHash": "ff"])
    try await bench.when("it is tried again") {
      try await bench.cluster.get(bench.dialect.installations, "whizard").status["configHash"] == ""
    }
    #expect(try await bench.cluster.list(.secrets, namespace: "ns").isEmpty)
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "configHash": "", "enabled": true])

    #expect(try await cancelling.value == "whizard: back at 1.0.0, Installed in test\n")
    let back = try await bench.cluster.get(bench.dialect.installations, "whizard")
    #expect(back.spec["config"] == "a: 1 # one\n")
    #expect(back.annotations[Cancellation.annotation] == nil)
    #expect(back.annotations["ksx.dev/change"] == "cancel")

    #expect(
      try await bench.run("undo", "whizard", "--yes") == "whizard: going back to version 1.1.0 in test\n")
    #expect(try await bench.installation().version == "1.1.0")
  }

  /// An upgrade whose chart is not there: it fails without a Job, and is tried again at once.
  private func looping(speed: Int = 10) async throws -> Workbench {
    let bench = try Workbench(timing: Self.fast(speed))
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.complete("job-1")
    try await bench.report(
      "whizard", ["state": "Installed", "version": "1.0.0", "configHash": none, "jobName": "job-1"])
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.loop("UpgradeFailed", none)
    return bench
  }

  /// Time that passes `speed` times as fast.
  private static func fast(_ speed: Int) -> Timing {
    Timing(
      now: { Timing.real.now() * speed }, sleep: { await Timing.real.sleep($0 / speed) }, random: { 0.5 })
  }

  @Test(.endsInTime, arguments: ["UpgradeFailed", "Preparing"])
  func aLoopIsLeftForWhatRunsWhateverTheControllersLeftIn(state: String) async throws {
    let bench = try await looping()
    let cancelling = Task { try await bench.run("cancel", "whizard", "--yes", "--wait", "--timeout=500s") }
    try await bench.loop("Preparing", none)
    try await bench.when("the spec is put back") { try await bench.installation().version == "1.0.0" }
    try await bench.loop(state, none)
    try await bench.when("the state is to be resynced") {
      let status = try await bench.cluster.get(bench.dialect.installations, "whizard").status
      return status["state"] == "" && status["stateHistory"] == nil
    }
    try await bench.report("whizard", ["state": "Installed"])

    #expect(try await cancelling.value == "whizard: back at 1.0.0, Installed in test\n")
    #expect(
      bench.said.noted == "whizard: asked for what ran before\nwhizard: had the controllers look at what runs\n",
      "\(bench.said.noted)")
  }

  /// KubeSphere's controllers write the object from the copy that they have read, except its spec.
  @Test(.endsInTime) func aLoopIsLeftThoughTheControllersRemoveTheMarkOfTheCancellation() async throws {
    let bench = try await looping()
    try await bench.loop("Preparing", none)
    let before = try await bench.cluster.get(bench.dialect.installations, "whizard").annotations
    let cancelling = Task { try await bench.run("cancel", "whizard", "--yes", "--wait", "--timeout=500s") }
    try await bench.when("the spec is put back") { try await bench.installation().version == "1.0.0" }
    let present = try await bench.cluster.get(bench.dialect.installations, "whizard").annotations
    let annotations = present.map { Mapping.Pair(key: $0.key, value: before[$0.key].map(Value.string) ?? .null) }
    _ = try await bench.cluster.patch(
      bench.dialect.installations, "whizard", ["metadata": ["annotations": .mapping(Mapping(annotations))]])
    try await bench.loop("UpgradeFailed", none)
    try await bench.when("the state is to be resynced") {
      let status = try await bench.cluster.get(bench.dialect.installations, "whizard").status
      return status["state"] == "" && status["stateHistory"] == nil
    }
    try await bench.report("whizard", ["state": "Installed"])

    #expect(try await cancelling.value == "whizard: back at 1.0.0, Installed in test\n")
    let after = try await bench.cluster.get(bench.dialect.installations, "whizard").annotations
    #expect(after["ksx.dev/change"] == "cancel")
    #expect(after["ksx.dev/cancelled-job"] == nil)
  }

  /// The chart of what runs may be missing as the other one is, and there is nothing to do with it.
  @Test(.endsInTime) func aRollbackOutOfALoopHasTheControllersLookAtWhatRuns() async throws {
    let bench = try await looping()
    let waiting = Task { try await bench.run("rollback", "whizard", "--yes", "--wait", "--timeout=500s") }
    try await bench.when("the spec is put back") { try await bench.installation().version == "1.0.0" }
    try await bench.loop("UpgradeFailed", none)
    try await bench.when("the state is to be resynced") {
      let status = try await bench.cluster.get(bench.dialect.installations, "whizard").status
      return status["state"] == "" && status["configHash"] != ""
    }
    try await bench.report("whizard", ["state": "Installed"])

    #expect(try await waiting.value == "whizard: going back to version 1.0.0 in test\n")
  }

  @Test(.endsInTime) func aCancelThatIsNotDoneIsNotCalledGoingBack() async throws {
    let bench = try await looping()
    try await bench.loop("Preparing", none)
    // The controllers do nothing more.
    let sentence = try await bench.failure("cancel", "whizard", "--yes")

    let rest = "the same command goes on with it, and ksx doctor whizard says what holds it up"
    #expect(
      sentence == "whizard: not back after 60 s (Waiting); it waits for the controllers to begin; \(rest)")
  }

  @Test(.endsInTime) func aCancelThatWaitsForAPodThatIsNotReplacedNamesIt() async throws {
    let bench = try await looping()
    try await bench.loop("Preparing", none)
    try await bench.hangInSet()

    let sentence = try await bench.failure("cancel", "whizard", "--yes")

    let wait =
      "Pod db-1: ImagePullBackOff; StatefulSet db does not replace it by itself: delete it, kubectl -n ns delete pod db-1; "
    #expect(sentence.contains("it waits for ") && sentence.contains(wait), "\(sentence)")
  }

  @Test(.endsInTime) func aStepThatAnotherWriterForestalledIsTakenAgain() async throws {
    let bench = try await looping()
    try await bench.loop("Preparing", none)
    let left = Locked(3)
    bench.transport.answer { request in
      guard request.method == .patch, request.target.contains("/installplans/whizard") else { return nil }
      let isLost = left.withLock { left in
        left -= 1
        return left >= 0
      }
      return isLost ? .refusal(code: 409, reason: "Conflict", "the object has been modified") : nil
    }
    let cancelling = Task { try await bench.run("cancel", "whizard", "--yes", "--wait", "--timeout=500s") }
    try await bench.when("the spec is put back") { try await bench.installation().version == "1.0.0" }
    try await bench.report("whizard", ["state": "Installed"])

    #expect(try await cancelling.value == "whizard: back at 1.0.0, Installed in test\n")
  }

  /// Between two tries, or because the version that is asked for is gone.
  @Test(.endsInTime) func aLoopThatRestsIsPutBackToo() async throws {
    let bench = try await looping()
    let cancelling = Task { try await bench.run("cancel", "whizard", "--yes", "--wait", "--timeout=500s") }
    try await bench.when("the spec is put back") { try await bench.installation().version == "1.0.0" }
    try await bench.report("whizard", ["state": "Installed"])

    #expect(try await cancelling.value == "whizard: back at 1.0.0, Installed in test\n")
  }

  @Test func helmsLockIsAskedForOnlyOnceItMayBeRemoved() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.hangInJob("job-1")
    let reader = ClusterReader(bench.cluster, Capabilities(assuming: bench.dialect))
    func asked(marked: Bool) async throws -> (Bool, Cancellation.Facts) {
      let note: Value = marked ? [Cancellation.annotation: "job-1"] : [:]
      let patch: Value = ["metadata": ["annotations": note]]
      let object = try await bench.cluster.patch(bench.dialect.installations, "whizard", .merge(patch))
      bench.transport.forget()
      let facts = await reader.readAttempt(object)
      return (bench.transport.requests.contains { $0.target.contains("/secrets") }, facts)
    }

    let (unmarked, active) = (try await asked(marked: false), try await asked(marked: true))
    try await bench.endJob("job-1")
    let ended = try await asked(marked: true)

    #expect(!unmarked.0 && unmarked.1.isJobActive)
    #expect(!active.0 && active.1.isJobActive)
    #expect(ended.0 && ended.1.pendingSecret == "sh.helm.release.v1.whizard.v2")
  }

  @Test func nothingUnderWayIsNotCancelled() async throws {
    let bench = try await failed(.installPlan)

    #expect(try await bench.failure("cancel", "whizard", "--yes") == "cannot cancel: nothing is under way at whizard")
    #expect(try await bench.failure("cancel", "nope", "--yes") == "cannot cancel: nope is not installed")
  }
}

extension Workbench {
  /// Plays a controller whose job hangs in the middle of an upgrade.
  fileprivate func hangInJob(_ job: String) async throws {
    _ = try await cluster.create(.namespaces, Object(.namespaces, name: "ns"))
    let labels = ["owner": "helm", "name": "whizard", "version": "2", "status": "pending-upgrade"]
    _ = try await cluster.create(
      .secrets, Object(.secrets, name: "sh.helm.release.v1.whizard.v2", namespace: "ns", labels: labels))
    let template: Value = ["spec": ["restartPolicy": "Never", "containers": [["name": "helm", "image": "helm"]]]]
    _ = try await cluster.create(
      .jobs, Object(.jobs, name: job, namespace: "ns", ["spec": ["backoffLimit": 0, "template": template]]))
    _ = try await cluster.patch(.jobs, namespace: "ns", job, subresource: "status", ["status": ["active": 1]])
    try await report(
      "whizard",
      [
        "state": "Upgrading", "jobName": .string(job), "targetNamespace": "ns", "releaseName": "whizard",
        "version": "1.0.0",
      ])
  }

  /// Plays a StatefulSet that waits for a pod of its former revision.
  fileprivate func hangInSet() async throws {
    _ = try? await cluster.create(.namespaces, Object(.namespaces, name: "ns"))
    let labels = ["app.kubernetes.io/instance": "whizard", "controller-revision-hash": "db-1"]
    let containers: Value = [["name": "db", "image": "db"]]
    let template: Value = ["metadata": ["labels": ["a": "b"]], "spec": ["containers": containers]]
    let spec: Value = ["selector": ["matchLabels": ["a": "b"]], "serviceName": "db", "template": template]
    let set = try await cluster.create(
      .statefulSets, Object(.statefulSets, name: "db", namespace: "ns", ["spec": spec]))
    _ = try await cluster.patch(
      .statefulSets, namespace: "ns", "db", subresource: "status",
      ["status": ["replicas": 2, "updateRevision": "db-2"]])
    var pod = Object(.pods, name: "db-1", namespace: "ns", labels: labels, ["spec": ["containers": containers]])
    let owner: Value = ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": .string(set.uid)]
    pod.value = pod.value.setting(["metadata", "ownerReferences"], to: [owner])
    _ = try await cluster.create(.pods, pod)
    let waiting: Value = [
      "name": "db", "image": "db", "imageID": "", "ready": false, "restartCount": 0,
      "state": ["waiting": ["reason": "ImagePullBackOff"]],
    ]
    _ = try await cluster.patch(
      .pods, namespace: "ns", "db-1", subresource: "status",
      ["status": ["phase": "Pending", "containerStatuses": [waiting]]])
  }

  /// Plays a job that has done its work.
  fileprivate func complete(_ job: String) async throws {
    _ = try await cluster.create(.namespaces, Object(.namespaces, name: "ns"))
    let template: Value = ["spec": ["restartPolicy": "Never", "containers": [["name": "helm", "image": "helm"]]]]
    _ = try await cluster.create(
      .jobs, Object(.jobs, name: job, namespace: "ns", ["spec": ["backoffLimit": 0, "template": template]]))
    _ = try await cluster.patch(.jobs, namespace: "ns", job, subresource: "status", ["status": ["succeeded": 1]])
  }

  /// Plays controllers that fail before there is a job, and try again.
  fileprivate func loop(_ state: String, _ hash: Value) async throws {
    let states = ["Installed"] + (1...4).flatMap { _ in ["Preparing", "UpgradeFailed"] } + [state]
    try await report(
      "whizard",
      [
        "state": .string(state), "version": "1.0.0", "configHash": hash, "jobName": "job-1", "targetNamespace": "ns",
        "releaseName": "whizard",
        "stateHistory": .sequence(
          states.map { ["state": .string($0), "lastTransitionTime": "2026-11-26T10:00:00Z"] }),
      ])
  }

  fileprivate func endJob(_ job: String) async throws {
    _ = try await cluster.patch(.jobs, namespace: "ns", job, subresource: "status", ["status": ["active": 0]])
  }

  /// Returns once `isSo`; the test's own limit ends a wait that would never.
  fileprivate func when(_ what: String, isSo: () async throws -> Bool) async throws {
    while try await !isSo() { await Task.yield() }
  }
}
