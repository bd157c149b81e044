import Client
import Extensions
import KubernetesAPI
import Manifest
import Testing

@testable import Operations

/// What each rung changes, and what brings it back.
@Suite struct LadderTests {
  private static let deployments = Resource(
    group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true)
  private static let daemons = Resource(
    group: "apps", version: "v1", plural: "daemonsets", kind: "DaemonSet", isNamespaced: true)
  private let bundles = Dialect.installPlan.jsBundles

  private func bundle(_ state: String) -> Object {
    Object(bundles, name: "w", ["spec": ["raw": "aGk="], "status": ["state": .string(state)]])
  }

  private func workload(_ resource: Resource = deployments, replicas: Int? = nil, selector: Value = [:]) -> Object {
    var spec: Mapping = ["template": ["spec": ["nodeSelector": selector]]]
    if let replicas { spec["replicas"] = .integer(replicas) }
    return Object(resource, name: "w", namespace: "ns", ["spec": .mapping(spec)])
  }

  @Test func aRungKeepsWhatItChangesAndLeavesWhatIsOutOfServiceAlone() {
    #expect(Ladder.former(bundle("Available"), bundles, .state) == .state("Available"))
    #expect(Ladder.former(bundle("Disabled"), bundles, .state) == nil)
    #expect(Ladder.former(bundle("Available"), bundles, .objects) == .object(bundle("Available")))
    #expect(Ladder.former(bundle("Disabled"), bundles, .objects) == nil)
    #expect(Ladder.former(workload(replicas: 3), Self.deployments, .workloads) == .replicas(3))
    #expect(Ladder.former(workload(), Self.deployments, .workloads) == .replicas(1))
    #expect(Ladder.former(workload(replicas: 0), Self.deployments, .workloads) == nil)
    #expect(Ladder.former(workload(Self.daemons), Self.daemons, .workloads) == .everywhere)
    #expect(
      Ladder.former(workload(Self.daemons, selector: ["ksx.dev/no-node": "true"]), Self.daemons, .workloads) == nil)
  }

  @Test func whatIsKeptComesBackFromJSONAsItWas() {
    let entries = [
      LadderEntry(bundles, bundle("Available"), .state("Available")),
      LadderEntry(bundles, bundle("Available"), .object(bundle("Available"))),
      LadderEntry(Self.deployments, workload(replicas: 3), .replicas(3)),
      LadderEntry(Self.daemons, workload(Self.daemons), .everywhere),
    ]

    for entry in entries { #expect(LadderEntry(entry.value) == entry) }
    #expect(LadderEntry(["kind": "Deployment"]) == nil)
  }

  @Test func onlyWhatIsStillAsItWasLeftIsBroughtBack() {
    let state = LadderEntry(bundles, bundle("Available"), .state("Available"))
    let copy = LadderEntry(bundles, bundle("Available"), .object(bundle("Available")))
    let count = LadderEntry(Self.deployments, workload(replicas: 3), .replicas(3))
    let everywhere = LadderEntry(Self.daemons, workload(Self.daemons), .everywhere)
    let rows: [(LadderEntry, Object?, LadderEntry.Descent)] = [
      (state, bundle("Disabled"), .write(.patch(bundles, name: "w", ["status": ["state": "Available"]]))),
      (state, bundle("Available"), .done), (state, bundle("Unavailable"), .changed("JSBundle w is Unavailable")),
      (state, nil, .changed("JSBundle w is gone")), (copy, bundle("Disabled"), .done),
      (copy, nil, .write(.create(bundles, bundle("Available")))), (count, workload(replicas: 3), .done),
      (
        count, workload(replicas: 0),
        .write(.patch(Self.deployments, namespace: "ns", name: "w", ["spec": ["replicas": 3]]))
      ),
      (count, workload(replicas: 5), .changed("Deployment ns/w has 5 replicas instead of 3")),
      (everywhere, workload(Self.daemons), .done),
    ]

    for (entry, current, descent) in rows { #expect(entry.descent(from: current) == descent) }
  }

  @Test func aCopyIsMadeAnewWithoutWhatOnlyAServerMaySay() {
    var object = bundle("Available")
    for key in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"] {
      object.value = object.value.setting(["metadata", key], to: "x")
    }

    #expect(LadderEntry.recreatable(object) == bundle("Available"))
  }

  @Test func theAnswerToTheSwitchTellsWhetherItIsEnough() {
    #expect(SwitchVerdict(Sample.installation("Installed")) == .works)
    #expect(SwitchVerdict(Sample.installation("UpgradeFailed")) == .waits("UpgradeFailed"))
    #expect(SwitchVerdict(Sample.installation("Upgrading")) == .waits("Upgrading"))
    #expect(SwitchVerdict.works.sentence("w") == nil)
  }
}
