import Manifest
import Testing

@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI
@testable import Platform

/// Which clusters get an agent, with which config: a value decides it.
@Suite struct AgentPlacementTests {
  private static func cluster(
    _ name: String = "east", labels: Value = [:], conditions: [String: String] = ["Ready": "True"],
    kubeconfig: String = "e30=", isGoing: Bool = false
  ) -> Object {
    let metadata: Value = ["name": .string(name), "labels": labels]
    return Object([
      "kind": "Cluster",
      "metadata": isGoing ? metadata.setting(["deletionTimestamp"], to: "2026-01-01T00:00:00Z") : metadata,
      "spec": ["connection": ["kubeconfig": .string(kubeconfig)]],
      "status": [
        "conditions": .sequence(
          conditions.map { ["type": .string($0.key), "status": .string($0.value)] as Value })
      ],
    ])
  }

  private static func placement(_ yaml: String) throws -> AgentPlacement { AgentPlacement(try YAML.parse(yaml)) }

  private static let named = "clusterScheduling: {placement: {clusters: [east, west]}}"

  private static let decisions: [(Object?, AgentPlacement.Decision)] = [
    (cluster(), .wanted),
    (cluster(conditions: ["Ready": "True", "Schedulable": "True"]), .wanted),
    (cluster(conditions: [:]), .skipped("ClusterNotReady", "it is not Ready")),
    (cluster(conditions: ["Ready": "Unknown"]), .skipped("ClusterNotReady", "it is not Ready")),
    (
      cluster(conditions: ["Ready": "True", "Schedulable": "False"]),
      .skipped("ClusterNotReady", "it takes no agents (Schedulable is False)")
    ),
    (cluster(isGoing: true), .skipped("ClusterNotReady", "it is being deleted")),
    (cluster(kubeconfig: ""), .skipped("NoKubeconfig", "it has no kubeconfig")),
    (cluster(labels: ["cluster-role.kubesphere.io/host": ""], kubeconfig: ""), .wanted),
    (nil, .skipped("ClusterNotFound", "there is no such cluster")),
  ]

  @Test(arguments: decisions)
  func aClusterThatIsNamedGetsItsAgentOrTheReasonWhyNot(
    cluster: Object?, decision: AgentPlacement.Decision
  ) throws {
    let placement = try Self.placement(Self.named)

    #expect(placement.decision("east", cluster) == decision)
    #expect(placement.decision("north", cluster) == .unwanted)
  }

  @Test(arguments: [
    ("{matchLabels: {zone: a}}", true), ("{matchLabels: {zone: b}}", false), ("{}", true),
    ("{matchExpressions: [{key: zone, operator: In, values: [a, c]}]}", true),
    ("{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}", false),
    ("{matchExpressions: [{key: zone, operator: Exists}, {key: old, operator: DoesNotExist}]}", true),
    ("{matchExpressions: [{key: zone, operator: Like, values: [a]}]}", false),
  ])
  func aSelectorChoosesByLabels(selector: String, isChosen: Bool) throws {
    let placement = try Self.placement("clusterScheduling: {placement: {clusterSelector: \(selector)}}")

    let decision = placement.decision("east", Self.cluster(labels: ["zone": "a"]))

    #expect(decision == (isChosen ? .wanted : .unwanted))
    // One that is gone has no labels.
    #expect(placement.decision("east", nil) == .unwanted)
  }

  @Test func namesWinOverASelector() throws {
    let placement = try Self.placement("clusterScheduling: {placement: {clusters: [west], clusterSelector: {}}}")

    #expect(placement.decision("east", Self.cluster()) == .unwanted)
    #expect(placement.decision("west", Self.cluster("west")) == .wanted)
  }

  @Test(arguments: [
    "{}", "clusterScheduling: null", "clusterScheduling: {}", "clusterScheduling: {placement: {}}",
    "clusterScheduling: {placement: {clusters: []}}",
  ])
  func withoutAPlacementNoneIsWanted(spec: String) throws {
    #expect(try Self.placement(spec).decision("east", Self.cluster()) == .unwanted)
  }

  @Test func anOverrideLiesOverTheConfigAsTheShippedControllerWritesIt() throws {
    let placement = try Self.placement(
      "{config: 'msg: a', clusterScheduling: {overrides: {east: \"agent:\\n  msg: over\\n\"}}}")

    let config = try placement.config(in: "east")

    // The fingerprint that was recorded of KubeSphere's controller for these two texts.
    #expect(ConfigHash.of(config) == "e39c52d60f58b911")
    #expect(try placement.config(in: "west") == "msg: a")
  }

  @Test(arguments: [
    ("a: {b: 1, c: 2}", "a: {c: 3}", "a:\n    b: 1\n    c: 3\n"),
    ("a: [1, 2]", "a: [3]", "a:\n    - 3\n"), ("a: 1", "a: null", "a: null\n"),
    (
      "a: 1", "{b: {d: 1, c: 2}}",
      "a: 1\nb:\n    c: 2\n    d: 1\n"
    ),
    ("# mine\na: 1", "", "# mine\na: 1"), ("", "b: 1\n", "b: 1"),
  ])
  func mappingsAreMergedAndAllElseIsReplaced(config: String, override: String, merged: String) throws {
    let spec: Value = ["config": .string(config), "clusterScheduling": ["overrides": ["east": .string(override)]]]

    #expect(try AgentPlacement(spec).config(in: "east") == merged)
  }

  @Test(arguments: ["a: [", "- a", "word"])
  func anOverrideThatIsNoMappingIsRefusedWithItsCluster(override: String) throws {
    let spec: Value = ["config": "a: 1", "clusterScheduling": ["overrides": ["east": .string(override)]]]

    #expect {
      try AgentPlacement(spec).config(in: "east")
    } throws: { error in
      guard case .permanent(let message)? = error as? StepError else { return false }
      return message.hasPrefix("the config for east")
    }
  }

  @Test func keysOfAgentsWithDotsInTheirNamesShareNothing() {
    let (one, other) = (AgentKey("a.b", in: "c"), AgentKey("a", in: "b.c"))

    #expect(one.recordName != other.recordName && one.logName != other.logName)
    #expect(AgentKey(one.description) == one)
    #expect(AgentKey("plan") == nil)
  }
}
