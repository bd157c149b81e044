import Client
import Manifest
import TestSupport
import Testing

@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI
@testable import Platform

/// The agents of an extension in member clusters, from the placement to their removal.
@Suite struct AgentTests {
  @Test func eachClusterThatIsNamedGetsAReleaseOfItsOwn() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east", "west"], config: "word: all", overrides: ["west": "word: here"])

    try await fixture.withControllers {
      let east = try await fixture.wait("east", "Installed")
      try await fixture.wait("west", "Installed")

      #expect(east["version"] == "1.0.0" && east["releaseName"] == "quince-agent")
      #expect(east["targetNamespace"] == "extension-quince")
      #expect(east["configHash"] == .string(ConfigHash.of("word: all")))
      #expect(east["conditions"]?.sequence?.first?["reason"] == "InstallSuccessful")
      #expect(
        (east["stateHistory"]?.sequence ?? []).compactMap { $0["state"]?.string } == [
          "Preparing", "Installing", "Installed",
        ])
      let name = "quince-agent-settings"
      #expect(
        try await fixture.member("east").settings(name) == [
          "version": "1.0.0", "word": "all", "cluster": "east member true",
        ])
      #expect(
        try await fixture.member("west").settings(name) == [
          "version": "1.0.0", "word": "here", "cluster": "west member true",
        ])
      // The extension itself runs in the host cluster, and only there.
      #expect(try await fixture.host.settingsMap("quince")["cluster"] == "none none false")
      #expect(try await fixture.member("east").settings() == nil)
      try await fixture.host.wait("the Extension says so too") {
        let shelf = try await fixture.host.cluster.get(fixture.host.dialect.extensions, "quince")
        return shelf.status[path: "clusterSchedulingStatuses", "west", "state"] == "Installed"
      }
    }
  }

  @Test func anAgentFollowsItsExtensionsVersionConfigAndSwitch() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east"])
    let east = try fixture.member("east")

    try await fixture.withControllers {
      try await fixture.wait("east", "Installed")
      try await fixture.patch(["spec": ["extension": ["version": "1.1.0"], "config": "word: two"]])
      let upgraded = try await fixture.wait("east", "Installed") { $0["version"] == "1.1.0" }
      #expect(upgraded["conditions"]?.sequence?.first?["reason"] == "UpgradeSuccessful")
      #expect(try await east.settings("quince-agent-settings")?["word"] == "two")

      try await fixture.patch(["spec": ["enabled": false]])
      try await fixture.host.wait("what it serves there is off") {
        try await east.cluster.get(fixture.host.dialect.jsBundles, "quince-agent").status["state"] == "Disabled"
      }
      try await fixture.place(["east"], overrides: ["east": "word: other"])
      try await fixture.host.wait("the override is applied") {
        try await east.settings("quince-agent-settings")?["word"] == "other"
      }
    }
  }

  @Test func aClusterThatDoesNotAnswerDelaysNoOtherAndGetsItsAgentWhenItDoes() async throws {
    let fixture = try await AgentFixture()
    try fixture.member("east").set(isDown: true)
    try await fixture.install(["east", "west", "nowhere"])

    try await fixture.withControllers {
      try await fixture.wait("west", "Installed")
      let east = try await fixture.wait("east", "") { $0["conditions"]?.sequence?.isEmpty == false }
      let condition = try #require(east["conditions"]?.sequence?.first)
      #expect(condition["type"] == "Scheduled" && condition["reason"] == "ClusterUnreachable")
      #expect(condition["message"]?.string?.contains("connection refused") == true)
      let nowhere = try await fixture.wait("nowhere", "")
      #expect(nowhere["conditions"]?.sequence?.first?["message"] == "there is no such cluster")
      #expect(try await fixture.plan().status["state"] == "Installed")

      try fixture.member("east").set(isDown: false)
      try await fixture.join("nowhere")
      let back = try await fixture.wait("east", "Installed")
      #expect(back["conditions"]?.sequence?.contains { $0["type"] == "Scheduled" } == false)
    }
    #expect(try await fixture.events("ClusterUnreachable").count == 1)
  }

  @Test func whatStandsInTheWayIsSaidOnceAndCostsNoWriteAfterwards() async throws {
    let fixture = try await AgentFixture()
    try fixture.member("east").set(isDown: true)
    try await fixture.install(["east", "nowhere"])

    try await fixture.withControllers {
      try await fixture.wait("east", "") { $0["conditions"]?.sequence?.isEmpty == false }
      try await fixture.wait("nowhere", "")
      try await fixture.host.wait("its switch is turned") { try await fixture.plan().status["enabled"] == true }
      let asked = try fixture.member("east").requests
      let version = try await fixture.plan().resourceVersion
      try await fixture.host.wait("it is tried again and again") { try fixture.member("east").requests > asked + 3 }
      #expect(try await fixture.plan().resourceVersion == version)
    }
  }

  @Test func aClusterThatIsNotReadyIsPassedOverWithTheReasonUntilItIs() async throws {
    let fixture = try await AgentFixture()
    try await fixture.set("east", isReady: false)
    try await fixture.install(["east"])

    try await fixture.withControllers {
      let skipped = try await fixture.wait("east", "")
      #expect(skipped["conditions"]?.sequence?.first?["message"] == "it is not Ready")
      #expect(try fixture.member("east").requests == 0)
      try await fixture.set("east", isReady: true)
      try await fixture.wait("east", "Installed")
    }
  }

  @Test func aPlacementThatIsTakenBackRemovesTheAgent() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east", "west"])

    try await fixture.withControllers {
      try await fixture.wait("east", "Installed")
      try await fixture.wait("west", "Installed")
      try await fixture.place(["west"])
      try await fixture.host.wait("the agent in east is gone") { try await fixture.entry("east") == nil }
      #expect(try await fixture.member("east").settings("quince-agent-settings") == nil)
      #expect(try await fixture.entry("west")?["state"] == "Installed")

      // The shipped controller leaves them behind here.
      try await fixture.patch(["spec": ["clusterScheduling": .null]])
      try await fixture.host.wait("the agent in west is gone") { try await fixture.entry("west") == nil }
      #expect(try await fixture.member("west").settings("quince-agent-settings") == nil)
      #expect(try await fixture.plan().status["state"] == "Installed")
    }
    #expect(try await fixture.host.cluster.list(.secrets).allSatisfy { !$0.name.hasPrefix("ksx-agent") })
  }

  @Test func agentsGoBeforeTheirExtensionDoes() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east"])

    try await fixture.withControllers {
      try await fixture.wait("east", "Installed")
      try await fixture.hold("east", true)
      try await fixture.host.change("quince", .uninstall)
      try await fixture.wait("east", "Uninstalling")
      // What the agent holds keeps the extension as it is.
      #expect(try await fixture.plan().status["state"] == "Installed")
      #expect(try await fixture.host.settingsMap("quince")["version"] == "1.0.0")
      try await fixture.hold("east", false)
      try await fixture.host.wait("it is gone") {
        try await fixture.host.cluster.find(fixture.plans, "quince") == nil
      }
      #expect(try await fixture.member("east").settings("quince-agent-settings") == nil)
      #expect(try await fixture.host.cluster.list(.secrets).allSatisfy { !$0.name.hasPrefix("ksx-") })
    }
  }

  @Test func aDeadClusterDoesNotHoldARemovalForEver() async throws {
    let fixture = try await AgentFixture()
    var settings = fixture.settings()
    settings.agentTimeout = 1
    try await fixture.install(["east", "west"])

    try await fixture.withControllers(settings) {
      try await fixture.wait("east", "Installed")
      try await fixture.wait("west", "Installed")
      try fixture.member("east").set(isDown: true)
      try await fixture.host.change("quince", .uninstall)
      let waiting = try await fixture.wait("east", "Uninstalling") {
        $0["conditions"]?.sequence?.first?["type"] == "Scheduled"
      }
      #expect(waiting["conditions"]?.sequence?.first?["reason"] == "ClusterUnreachable")
      try await fixture.host.wait("it is gone") {
        try await fixture.host.cluster.find(fixture.plans, "quince") == nil
      }
    }
    #expect(try await fixture.member("west").settings("quince-agent-settings") == nil)
    let left = try await fixture.events("AgentLeftBehind")
    #expect(left.count == 1 && left[0].hasPrefix("agent in east: the cluster does not answer"))
  }

  @Test func aForcedRemovalLeavesADeadClusterAtOnce() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east"])

    try await fixture.withControllers {
      try await fixture.wait("east", "Installed")
      try fixture.member("east").set(isDown: true)
      try await fixture.patch(["metadata": ["annotations": ["kubesphere.io/force-delete": ""]]])
      try await fixture.host.change("quince", .uninstall)
      try await fixture.host.wait("it is gone") {
        try await fixture.host.cluster.find(fixture.plans, "quince") == nil
      }
    }
  }

  @Test func theAgentOfAClusterThatIsGoneIsForgotten() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east"])

    try await fixture.withControllers {
      try await fixture.wait("east", "Installed")
      try await fixture.host.cluster.remove(MemberCluster.resource, "east")
      let gone = try await fixture.wait("east", "")
      #expect(gone["conditions"]?.sequence?.first?["message"] == "there is no such cluster")
      // One that comes under its name has no agent yet, whatever was recorded.
      try await fixture.member("east").cluster.remove(
        .configMaps, namespace: "extension-quince", "quince-agent-settings")
      try await fixture.join("east")
      try await fixture.wait("east", "Installed")
      #expect(try await fixture.member("east").settings("quince-agent-settings") != nil)
    }
  }

  @Test func anAgentThatFailsSaysWhyAndIsTriedAgainWhenAsked() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east", "west"], overrides: ["east": "fails: no room"])

    try await fixture.withControllers {
      let failed = try await fixture.wait("east", "InstallFailed")
      #expect(failed["conditions"]?.sequence?.first?["message"]?.string?.contains("no room") == true)
      try await fixture.wait("west", "Installed")
      #expect(try await fixture.plan().status["state"] == "Installed")

      // The remedy of the doctor for an agent.
      try await fixture.patch(["status": ["clusterSchedulingStatuses": ["east": ["configHash": ""]]]])
      try await fixture.wait("east", "InstallFailed") { ($0["stateHistory"]?.sequence?.count ?? 0) == 6 }
      try await fixture.place(["east"])
      try await fixture.wait("east", "Installed")
    }
    #expect(try await fixture.events("InstallFailed").allSatisfy { $0.hasPrefix("agent in east: ") })
  }

  @Test func inTheHostClusterAnAgentLiesBesideItsExtensionAndTakesNothingOfIt() async throws {
    let fixture = try await AgentFixture()
    try await fixture.join("host", labels: ["cluster-role.kubesphere.io/host": ""])
    try await fixture.install(["host"])

    try await fixture.withControllers {
      try await fixture.wait("host", "Installed")
      let map = try await fixture.host.cluster.find(
        .configMaps, namespace: "extension-quince", "quince-agent-settings")
      #expect(map?.value[path: "data", "cluster"] == "host host true")
      try await fixture.place([])
      try await fixture.host.wait("the agent is gone") { try await fixture.entry("host") == nil }
      #expect(try await fixture.host.settingsMap("quince")["version"] == "1.0.0")
    }
  }

  @Test func anExtensionOfTheHostClusterOnlyHasNoAgents() async throws {
    let fixture = try await AgentFixture(mode: "HostOnly")
    try await fixture.install(["east"])

    try await fixture.withControllers {
      let skipped = try await fixture.wait("east", "")
      #expect(skipped["conditions"]?.sequence?.first?["message"] == "1.0.0 runs in the host cluster only")
    }
  }

  @Test func whatAUserHasForgottenIsNotAskedOfTheClusterAgain() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install(["east"])

    try await fixture.withControllers {
      try await fixture.wait("east", "Installed")
      try fixture.member("east").set(isDown: true)
      try await fixture.place([])
      try await fixture.wait("east", "Uninstalling") { $0["conditions"]?.sequence?.first?["type"] == "Scheduled" }
      try await fixture.patch(["status": ["clusterSchedulingStatuses": ["east": .null]]])
      try await fixture.host.wait("its record is gone") {
        try await fixture.host.cluster.list(.secrets).allSatisfy { !$0.name.hasPrefix("ksx-agent") }
      }
      #expect(try await fixture.entry("east") == nil)
    }
  }

  @Test func aSelectorFollowsTheLabelsOfClusters() async throws {
    let fixture = try await AgentFixture()
    try await fixture.install([])
    try await fixture.patch([
      "spec": ["clusterScheduling": ["placement": ["clusterSelector": ["matchLabels": ["zone": "a"]]]]]
    ])

    try await fixture.withControllers {
      try await fixture.host.wait(for: "quince") { $0.observed.state == .installed }
      _ = try await fixture.host.cluster.patch(
        MemberCluster.resource, "west", ["metadata": ["labels": ["zone": "a"]]])
      try await fixture.wait("west", "Installed")
      #expect(try await fixture.entry("east") == nil)
      _ = try await fixture.host.cluster.patch(
        MemberCluster.resource, "west", ["metadata": ["labels": ["zone": "b"]]])
      try await fixture.host.wait("the agent is gone") { try await fixture.entry("west") == nil }
    }
  }
}

extension AgentFixture {
  /// Keeps what the agent has in `cluster` from going, or lets it go.
  fileprivate func hold(_ cluster: String, _ isHeld: Bool) async throws {
    _ = try await member(cluster).cluster.patch(
      .configMaps, namespace: "extension-quince", "quince-agent-settings",
      ["metadata": ["finalizers": isHeld ? ["test.dev/held"] : .null]])
  }
}
