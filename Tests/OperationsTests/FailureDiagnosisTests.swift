import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

// What failed, what helps against it, and pods that do not run.
extension DiagnosisTests {
  private var former: ReleaseMemory.Entry {
    .init(version: "1.0.0", config: "", time: "t", what: "upgrade to 1.1.0", wasInstalled: true)
  }

  /// A failed upgrade as the controllers of ksxd leave it.
  private func failed(_ dialect: Dialect, _ message: String, former: ReleaseMemory.Entry?) -> [Finding] {
    var status: Mapping = ["state": "UpgradeFailed", "conditions": [["message": .string(message)]]]
    if dialect.name == .installPlan { (status["version"], status["configHash"]) = ("1.1.0", "cbf29ce484222325") }
    var object = Object(
      dialect.installations, name: "whizard",
      ["spec": ["extension": ["name": "whizard", "version": "1.1.0"]], "status": .mapping(status)])
    object.value = object.value.setting(
      ["metadata", "annotations"], to: .mapping([Installation.standaloneAnnotation: "extension-whizard"]))
    var file = ExaminedInstallation(object, dialect: dialect, now: Timestamp(secondsSince1970: now))
    file.former = former
    return Diagnosis.findings(in: file)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aFailureOffersTheLogAnotherTryAndTheReleaseThatWorked(dialect: Dialect) {
    let found = failed(dialect, "no room", former: former)

    #expect(remedies(found) == ["read why", "retry", "go back to 1.0.0, which was Installed"])
    guard case .send(let request)? = found.first?.remedies[1].steps.first, case .merge(let body) = request.action else {
      return #expect(Bool(false), "a retry sends something")
    }
    #expect(body == (dialect.name == .installPlan ? ["status": ["configHash": ""]] : ["status": ["state": ""]]))
    #expect(remedies(failed(dialect, "no room", former: nil)) == ["read why", "retry"])
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whereAKindIsMissingAnotherTryIsOfferedOnlyWithIt(dialect: Dialect) {
    let message = "templates/policy.yaml: the cluster does not serve TrafficPolicy of mesh.meadow.example/v1"
    let found = failed(dialect, message, former: former)

    #expect(
      remedies(found) == ["read why", "go back to 1.0.0, which was Installed", "bring TrafficPolicy, then retry"])
    #expect(found.first?.remedies.last?.steps.first == .manual("install what defines \("TrafficPolicy")"))
    #expect(found.first?.remedies.last?.steps.count == 2)
  }

  @Test func aConfigThatWorkedIsGoneBackToByTheCommand() {
    var former = former
    former.config = "a: 1\n"
    let found = failed(.installPlan, "no room", former: former)

    #expect(
      found.first?.remedies.last?.steps == [.manual(Sentence(verbatim: "ksx rollback whizard --version 1.0.0"))])
  }

  @Test(
    arguments: [
      ("the cluster does not serve X of a/v1", "X"),
      ("resource mapping: no matches for kind \"Y\" in version \"b/v1\"", "Y"),
      ("Job has reached the specified backoff limit", nil), ("the cluster does not serve ", nil),
    ] as [(String, String?)])
  func theMissingKindIsNamed(message: String, kind: String?) { #expect(Diagnosis.missingKind(in: message) == kind) }

  private func pod(
    _ name: String = "web-1", waiting: Value = .null, last: Value = .null, phase: String = "Pending",
    conditions: Value = []
  ) -> Object {
    let status: Value = [
      "name": "web", "image": "r.example/web:1", "restartCount": 7, "state": ["waiting": waiting], "lastState": last,
    ]
    return Object(
      .pods, name: name, namespace: "extension-whizard",
      [
        "status": [
          "phase": .string(phase), "startTime": "2026-11-26T10:02:00Z", "conditions": conditions,
          "containerStatuses": [status],
        ]
      ])
  }

  @Test func imagesThatCannotBeHadAndPodsThatEndAgainAndAgainAreTold() throws {
    let pull = try #require(PodProblem(pod(waiting: ["reason": "ImagePullBackOff", "message": "Back-off pulling"])))
    let again = try #require(
      PodProblem(pod("web-2", waiting: ["reason": "ErrImagePull", "message": "Back-off pulling"])))
    let crash = try #require(
      PodProblem(
        pod(waiting: ["reason": "CrashLoopBackOff"], last: ["terminated": ["reason": "Error", "exitCode": 1]])))
    let found = findings("Installed") { $0.pods = [crash, pull] }

    #expect(causes(found) == [.crashLoop, .imagePull])
    #expect(found.first?.text == "its pod web-1 crashes repeatedly (7 restarts): Error, exit code 1")
    #expect(
      found.last?.text == "its pod web-1 cannot pull the image r.example/web:1: ImagePullBackOff: Back-off pulling")
    #expect(found.last?.evidence.first?.field == "status.containerStatuses[web].state.waiting")
    #expect(found.last?.evidence.first?.time == "2026-11-26T10:02:00Z")
    #expect(causes(findings("Installed") { $0.pods = [pull, again] }) == [.imagePull, .imagePull])
  }

  /// Kubernetes: StatefulSets, Forced rollback.
  @Test(arguments: [("db-2", "OrderedReady", true), ("db-1", "OrderedReady", false), ("db-2", "Parallel", false)])
  func aPodOfAFormerRevisionThatItsSetWaitsForIsToBeDeleted(revision: String, policy: String, isHeld: Bool) throws {
    let set = Object(
      .statefulSets, name: "db", namespace: "extension-whizard",
      ["spec": ["podManagementPolicy": .string(policy)], "status": ["updateRevision": .string(revision)]])
    let owned = Object(set.value.setting(["metadata", "uid"], to: "u-1"))
    var pod = pod("db-1", waiting: ["reason": "ImagePullBackOff"])
    pod.value = pod.value.setting(["metadata", "labels", "controller-revision-hash"], to: "db-1")
    pod.value = pod.value.setting(["metadata", "ownerReferences"], to: [["kind": "StatefulSet", "uid": "u-1"]])

    let trouble = try #require(PodProblem(pod)).holding([owned], pod)
    let found = findings("Upgrading") { $0.pods = [trouble] }

    #expect(trouble.heldSet == (isHeld ? "db" : ""))
    let line = "kubectl -n extension-whizard delete pod db-1"
    let wait =
      isHeld ? "; StatefulSet db does not replace it by itself: delete it, \(line)" : ""
    #expect(trouble.wait.english == "Pod db-1: ImagePullBackOff" + wait)
    let remedies = found.first { $0.cause == .imagePull }?.remedies.map(\.name.english)
    #expect(remedies == (isHeld ? ["delete the pod", "make the image available"] : ["make the image available"]))
  }

  @Test func aVersionThatIsGoneFromItsRepositoryIsWorthANote() {
    let found = findings("Installed", version: "1.0.0") { file in
      var kept = file.version.value
      kept?.goneSince = "2026-05-04T10:00:00Z"
      file.versions = [kept].compactMap { $0 }
    }

    #expect(causes(found) == [.versionKept])
    #expect(found.first?.certainty == .note)
    #expect(
      found.first?.text
        == "version 1.0.0 is gone from its repository since 2026-05-04: once it is left there is no way back to it")
    #expect(found.first?.evidence.first?.time == "2026-05-04T10:00:00Z")
  }

  @Test func aPodThatIsBegunOrRunsOrHasEndedIsNoTrouble() {
    #expect(PodProblem(pod(waiting: ["reason": "ContainerCreating"])) == nil)
    #expect(PodProblem(pod(phase: "Running")) == nil)
    let refused: Value = [
      ["type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes"]
    ]
    #expect(PodProblem(pod(conditions: refused))?.message == "Unschedulable: 0/3 nodes")
    #expect(PodProblem(pod(conditions: refused))?.cause == .podWaits)
  }
}
