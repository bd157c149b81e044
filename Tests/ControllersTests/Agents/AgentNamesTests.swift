import Client
import Extensions
import KubernetesAPI
import Manifest
import Testing

@testable import Controllers

/// Which agents want a look when something has changed, and which do not.
@Suite struct AgentNamesTests {
  private let names = AgentNames()

  private func plan(
    _ clusters: [String], selects: Bool = false, version: String = "1.0.0", status: Mapping = [:]
  ) -> AgentNames.InstallationView {
    let placement: Value =
      selects ? ["clusterSelector": ["matchLabels": ["a": "b"]]] : ["clusters": .sequence(clusters.map(Value.string))]
    let spec: Value = [
      "extension": ["name": "quince", "version": .string(version)], "clusterScheduling": ["placement": placement],
    ]
    return AgentNames.InstallationView(
      Object(["metadata": ["name": "quince", "uid": "1"], "spec": spec, "status": .mapping(status)]))
  }

  private func cluster(
    _ name: String, isReady: Bool = true, labels: Value = [:], beat: String = "", config: String = "k"
  ) -> AgentNames.ClusterView {
    let ready: Value = [
      "type": "Ready", "status": isReady ? "True" : "False", "lastUpdateTime": .string(beat),
    ]
    return AgentNames.ClusterView(
      Object([
        "metadata": ["name": .string(name), "uid": .string(name), "labels": labels],
        "spec": ["connection": ["kubeconfig": .string(config)]], "status": ["conditions": [ready]],
      ]))
  }

  private func entry(_ state: String) -> Value { ["state": .string(state)] }

  @Test func aPlacementWantsTheClustersThatItNamesAndThoseThatItNoLongerDoes() {
    #expect(names.apply(.applied(plan(["east", "west"]))) == ["quince/east", "quince/west"])
    #expect(names.apply(.applied(plan(["west", "south"]))) == ["quince/east", "quince/west", "quince/south"])
    #expect(names.apply(.deleted(plan([]))) == ["quince/west", "quince/south"])
  }

  @Test func whatIsSaidOfOneAgentWantsThatOneAlone() {
    _ = names.apply(.applied(plan(["east", "west"])))

    let told: Mapping = ["clusterSchedulingStatuses": ["east": entry("Preparing")]]
    #expect(names.apply(.applied(plan(["east", "west"], status: told))) == ["quince/east"])
    #expect(names.apply(.applied(plan(["east", "west"], status: told))) == [])
  }

  @Test func whatIsSaidOfTheExtensionWantsAllOfThem() {
    _ = names.apply(.applied(plan(["east", "west"])))

    #expect(names.apply(.applied(plan(["east", "west"], status: ["state": "Installed"]))).count == 2)
    #expect(names.apply(.applied(plan(["east", "west"], version: "1.1.0", status: ["state": "Installed"]))).count == 2)
  }

  @Test func aHeartbeatWantsNothing() {
    _ = names.apply(.applied(plan(["east"])))

    #expect(names.apply(.applied(cluster("east"))) == ["quince/east"])
    #expect(names.apply(.applied(cluster("east", beat: "later"))) == [])
    #expect(names.apply(.applied(cluster("east", isReady: false, beat: "later"))) == ["quince/east"])
    #expect(names.apply(.applied(cluster("east", isReady: false, config: "another"))) == ["quince/east"])
    #expect(names.apply(.applied(cluster("west"))) == [])
  }

  @Test func aSelectorIsAskedOfEveryClusterThatChanges() {
    _ = names.apply(.applied(plan([], selects: true)))

    #expect(names.apply(.applied(cluster("east"))) == ["quince/east"])
    #expect(names.apply(.applied(cluster("east", labels: ["a": "b"]))) == ["quince/east"])
    #expect(names.apply(.applied(plan([], selects: true, version: "1.1.0"))) == ["quince/east"])
    #expect(names.apply(.deleted(cluster("east"))) == ["quince/east"])
  }

  @Test func whatVanishedWhileNothingWasHeardWantsALook() {
    _ = names.apply(.replaced([plan(["east"])]))
    _ = names.apply(.replaced([cluster("east"), cluster("west")]))

    #expect(names.apply(.replaced([cluster("west")])) == ["quince/east"])
    #expect(names.apply(WatchEvent<AgentNames.InstallationView>.replaced([])) == ["quince/east"])
  }
}
