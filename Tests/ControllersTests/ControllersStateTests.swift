import Client
import Extensions
import Manifest
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

/// The edges of the state machine, without a cluster.
@Suite struct ControllersStateTests {
  private static let first = ReleaseRecord.Attempt(version: "1.0.0", config: "a: 1")
  private static let second = ReleaseRecord.Attempt(version: "1.1.0", config: "a: 1")

  private static func moment(_ seconds: Int) -> Timestamp {
    Timestamp(secondsSince1970: 1_767_225_600 + seconds)
  }

  private static func record(
    _ state: InstallationState, _ attempt: ReleaseRecord.Attempt = first, isApplied: Bool = false, enabled: Bool? = true
  ) -> ReleaseRecord {
    var record = ReleaseRecord(name: "bell", release: "bell", namespace: "ns", attempt: attempt, at: moment(0))
    record.state = state
    record.isApplied = isApplied
    record.appliedEnabled = enabled
    return record
  }

  private func step(
    _ record: ReleaseRecord?, _ attempt: ReleaseRecord.Attempt = first, enabled: Bool = true, deletion: Bool = false,
    adopted: Bool = true, published: Bool = true
  ) -> Lifecycle.Step {
    let desired = DesiredState(
      version: attempt.version, config: attempt.config, isEnabled: enabled, isDeletion: deletion)
    return Lifecycle.step(in: .init(desired: desired, isAdopted: adopted, record: record, isPublished: published))
  }

  @Test func aNewInstallationIsAdoptedThenPrepared() {
    #expect(step(nil, adopted: false) == .adopt)
    #expect(step(nil) == .prepare)
  }

  @Test(arguments: [
    (InstallationState.preparing, false, Lifecycle.Step.begin), (.installing, false, .apply),
    (.installing, true, .awaitReadiness), (.upgrading, false, .apply), (.upgrading, true, .awaitReadiness),
    (.installed, true, .idle),
    (.installFailed, false, .idle), (.upgradeFailed, true, .idle),
  ])
  func eachStateHasItsNextStep(state: InstallationState, isApplied: Bool, expected: Lifecycle.Step) {
    #expect(step(Self.record(state, isApplied: isApplied)) == expected)
  }

  @Test(arguments: [InstallationState.preparing, .installing, .upgrading, .installed, .installFailed, .uninstalling])
  func whatIsNotYetToldIsToldFirst(state: InstallationState) {
    #expect(step(Self.record(state), deletion: state == .uninstalling, published: false) == .publish)
  }

  @Test(arguments: [InstallationState.installed, .installFailed, .upgradeFailed])
  func anotherVersionOrConfigStartsAnew(state: InstallationState) {
    #expect(step(Self.record(state), Self.second) == .prepare)
    #expect(step(Self.record(state), .init(version: "1.0.0", config: "a: 2")) == .prepare)
  }

  @Test func theSameVersionWithAVStartsNothing() {
    #expect(step(Self.record(.installed), .init(version: "v1.0.0", config: "a: 1")) == .idle)
  }

  @Test(arguments: [InstallationState.installing, .upgrading])
  func whatIsUnderWayIsFinishedFirst(state: InstallationState) {
    #expect(step(Self.record(state), Self.second) == .apply)
  }

  @Test func theSwitchIsTurnedOnlyWhileInstalled() {
    #expect(step(Self.record(.installed, enabled: nil)) == .toggle)
    #expect(step(Self.record(.installed), enabled: false) == .toggle)
    #expect(step(Self.record(.installFailed), enabled: false) == .idle)
  }

  @Test func anotherTryIsTakenWhenTheAttemptHasEndedOrIsToBeGivenUp() {
    func step(_ state: InstallationState, _ retry: Lifecycle.Situation.Retry) -> Lifecycle.Step {
      let desired = DesiredState(version: "1.0.0", config: "a: 1", isEnabled: true, isDeletion: false)
      var situation = Lifecycle.Situation(
        desired: desired, isAdopted: true, record: Self.record(state), isPublished: false)
      situation.asksForAnotherTry = retry
      return Lifecycle.step(in: situation)
    }

    for state in [InstallationState.installed, .installFailed, .upgradeFailed] {
      #expect(step(state, .afterEnd) == .prepare)
      #expect(step(state, .evenInProgress) == .prepare)
    }
    #expect(step(.upgrading, .afterEnd) == .publish)
    #expect(step(.upgrading, .evenInProgress) == .prepare)
    #expect(step(.preparing, .evenInProgress) == .publish)
  }

  @Test func aDeletionIsTakenInEveryState() {
    for state in [InstallationState.preparing, .installing, .installed, .upgradeFailed] {
      #expect(step(Self.record(state), deletion: true) == .uninstall)
    }
    #expect(step(Self.record(.uninstalling), deletion: true) == .remove)
    #expect(step(Self.record(.uninstallFailed), deletion: true) == .remove)
    #expect(step(Self.record(.uninstalled), deletion: true) == .release)
    #expect(step(nil, deletion: true) == .release)
    #expect(step(nil, deletion: true, adopted: false) == .idle)
  }

  @Test func aFirstAttemptInstallsAndALaterOneUpgrades() {
    let record = Self.record(.none).preparing(Self.first, at: Self.moment(1)).beginning([], at: Self.moment(2))
    #expect(record.state == .installing)

    let installed = record.applied(at: Self.moment(2)).succeeding(at: Self.moment(3))
    #expect(installed.state == .installed)
    #expect(installed.deployed == Self.first)
    #expect(installed.conditions.first?.reason == "InstallSuccessful")

    let upgrade = installed.preparing(Self.second, at: Self.moment(4)).beginning([], at: Self.moment(5))
    #expect(upgrade.state == .upgrading)
    #expect(!upgrade.isApplied)
    let failed = upgrade.failing("no room", at: Self.moment(6))
    #expect(failed.state == .upgradeFailed)
    #expect(failed.deployed == Self.first)
    #expect(failed.conditions.map(\.type) == ["Upgraded", "Initialized", "Installed"])
    #expect(failed.conditions.first?.message == "no room")
    #expect(failed.history.map(\.state.word).suffix(3) == ["Preparing", "Upgrading", "UpgradeFailed"])
    #expect(failed.revision == 2)
  }

  @Test func anInstallationThatFailedIsNoUpgradeTheNextTime() {
    let failed = Self.record(.none).preparing(Self.first, at: Self.moment(1)).failing("no", at: Self.moment(2))

    #expect(failed.state == .installFailed)
    #expect(failed.preparing(Self.second, at: Self.moment(3)).beginning([], at: Self.moment(4)).state == .installing)
  }

  @Test func whatAPersonShouldKnowIsToldWithTheSuccess() {
    let record = Self.record(.preparing).beginning(
      [], notes: ["hooks not run: Job x (pre-install)"], at: Self.moment(1))

    #expect(
      record.succeeding(at: Self.moment(2)).conditions.first?.message
        == "version 1.0.0, revision 0; hooks not run: Job x (pre-install)")
  }

  @Test func historyKeepsTenAndItsTimeNeverRunsBackwards() {
    var record = Self.record(.none)
    for count in 0..<8 {
      record = record.preparing(Self.first, at: Self.moment(100 - count)).failing("no", at: Self.moment(0))
    }

    #expect(record.history.count == 10)
    let times = record.history.map(\.time.secondsSince1970)
    #expect(times == times.sorted())
  }

  @Test func whatAnEarlierAttemptMadeIsRemembered() {
    func part(_ name: String, _ data: Value) -> ReleaseRecord.Part {
      ReleaseRecord.Part(
        resource: .configMaps, object: Object(.configMaps, name: name, namespace: "ns", ["data": data]), file: "f")
    }
    let begun = Self.record(.none).beginning([part("a", ["x": "1"]), part("b", ["x": "1"])], at: Self.moment(1))

    let again = begun.failing("no", at: Self.moment(2)).beginning([part("a", ["y": "2"])], at: Self.moment(3))
    let third = again.beginning([part("c", [:])], at: Self.moment(4))

    #expect(again.leftovers.map(\.object.name) == ["b"])
    #expect(Set(third.leftovers.map(\.object.name)) == ["a", "b"])
    #expect(third.earlier.first { $0.object.name == "a" }?.object.value["data"] == ["x": "1", "y": "2"])
    #expect(third.inventory.count == 3)
    #expect(third.succeeding(at: Self.moment(5)).leftovers.isEmpty)
  }

  @Test func aRecordSurvivesItsSecret() throws {
    var record = Self.record(.none).preparing(Self.first, at: Self.moment(1)).failing("no", at: Self.moment(2))
    record.parts = [
      ReleaseRecord.Part(
        resource: .configMaps, object: Object(.configMaps, name: "a", namespace: "ns"), file: "templates/a.yaml")
    ]
    record.earlier = record.parts
    record.deployed = Self.second

    #expect(try ReleaseRecord(secret: record.secret) == record)
  }

  @Test(arguments: ["", "!!", "AAAA"])
  func aSecretThatIsNoRecordIsRefused(data: String) {
    let secret = Object(.secrets, name: "ksx-release.x", namespace: "ns", ["data": ["release": .string(data)]])

    #expect(throws: ClusterError.self) { try ReleaseRecord(secret: secret) }
  }

  @Test func theFirstDesignsStatusHasOnlyWhatItsCRDKnows() {
    let record = Self.record(.installed)

    #expect(
      InstallationStatus(dialect: .subscription, record: record).installation.keys.sorted() == ["conditions", "state"])
    #expect(
      InstallationStatus(dialect: .installPlan, record: record).installation["configHash"]?.string
        == ConfigHash.of("a: 1"))
  }

  @Test(
    arguments: [
      // What the new version does not set any more goes, what others set stays, lists are replaced.
      (
        "{data: {a: '1', mine: x}, l: [1, 2]}", "{data: {a: '1', b: '2'}, l: [1]}", "{data: {a: '3'}, l: [3]}",
        "{data: {a: '3'}, l: [3]}"
      ),
      ("{data: {a: '1', b: '2'}}", "{data: {a: '1', b: '2'}}", "{data: {a: '1'}}", "{data: {b: null}}"),
      ("{spec: {x: 1, defaulted: 2}}", "{}", "{spec: {x: 1}}", nil),
    ] as [(String, String, String, String?)])
  func aChangeHasThreeSides(present: String, earlier: String, wanted: String, expected: String?) throws {
    let patch = Applier.patch(
      from: try YAML.parse(present), earlier: try YAML.parse(earlier), to: try YAML.parse(wanted))

    #expect(try patch?.setting(["metadata"], to: nil) == expected.map(YAML.parse))
  }

  @Test(
    arguments: [
      (
        "{kind: Deployment, metadata: {generation: 2}, spec: {replicas: 2}, status: {observedGeneration: 1}}",
        "not started"
      ),
      (
        "{kind: Deployment, spec: {replicas: 2}, status: {replicas: 2, updatedReplicas: 2, readyReplicas: 1}}",
        "1 of 2 replicas available"
      ),
      ("{kind: Deployment, status: {replicas: 1, updatedReplicas: 1, readyReplicas: 1}}", nil),
      // The pod that is ready is one of the former ReplicaSet.
      (
        "{kind: Deployment, status: {replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1}}",
        "0 of 1 replicas available"
      ),
      ("{kind: Deployment, status: {replicas: 2, updatedReplicas: 1, readyReplicas: 2}}", nil),
      ("{kind: Deployment, spec: {paused: true}, status: {}}", nil),
      // What was said of the Deployment that was there before.
      (
        "{kind: Deployment, metadata: {generation: 2}, status: {observedGeneration: 1, conditions: "
          + "[{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: before}]}}",
        "not started"
      ),
      ("{kind: StatefulSet, status: {updatedReplicas: 1, readyReplicas: 0}}", "0 of 1 replicas ready"),
      (
        "{kind: Deployment, spec: {replicas: 4, strategy: {rollingUpdate: {maxUnavailable: 25%, maxSurge: 25%}}}, "
          + "status: {replicas: 4, updatedReplicas: 4, readyReplicas: 3}}", nil
      ),
      ("{kind: StatefulSet, status: {updatedReplicas: 0, readyReplicas: 1}}", "0 of 1 replicas updated"),
      (
        "{kind: StatefulSet, spec: {updateStrategy: {rollingUpdate: {partition: 1}}}, status: {readyReplicas: 1}}", nil
      ),
      ("{kind: DaemonSet, status: {desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3}}", nil),
      (
        "{kind: DaemonSet, status: {desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberReady: 3}}",
        "1 of 3 nodes updated"
      ),
      (
        "{kind: DaemonSet, spec: {updateStrategy: {rollingUpdate: {maxUnavailable: 1}}}, "
          + "status: {desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2}}", nil
      ),
      ("{kind: Pod, status: {phase: Pending}}", "Pending"),
      ("{kind: Pod, status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}}", nil),
      ("{kind: PersistentVolumeClaim, status: {phase: Pending}}", "not bound"),
      ("{kind: Service, spec: {type: LoadBalancer}}", "no address of its load balancer"),
      ("{kind: Service, spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}}", nil),
      ("{kind: Service, spec: {type: ClusterIP}}", nil),
      ("{kind: ReplicaSet, spec: {replicas: 2}, status: {readyReplicas: 1}}", "1 of 2 replicas ready"),
      ("{kind: Job, status: {active: 1}}", "not complete"),
      ("{kind: Job, status: {conditions: [{type: Complete, status: 'True'}]}}", nil),
      ("{kind: ConfigMap}", nil),
    ] as [(String, String?)])
  func workloadsAreReadyWhenTheySaySo(object: String, waiting: String?) throws {
    #expect(Readiness(of: Object(try YAML.parse(object))) == waiting.map(Readiness.waiting) ?? .ready)
  }

  @Test(arguments: [
    "{kind: Job, status: {conditions: [{type: Failed, status: 'True', message: too often}]}}",
    "{kind: Deployment, status: {conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: too often}]}}",
  ])
  func workloadsThatGaveUpAreFailures(object: String) throws {
    #expect(Readiness(of: Object(try YAML.parse(object))) == .failed("too often"))
  }
}
