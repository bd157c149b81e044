import Client
import HTTP
import KubernetesAPI
import Manifest
import Packages
import TestSupport
import Testing

@testable import Extensions

/// The design as it was first written: its eight kinds, and the life of an extension that is packaged as it says.
@Suite(
  .serialized, .enabled(if: ServerUnderTest.dialect.era == .seed, "the target speaks another dialect"))
struct FirstDesignTests {
  private let cluster: Cluster
  private let dialect = Dialect.subscription
  private let name = "pipeline-yard"
  /// Its name says nothing.
  private let subscription = "pipeline-yard-0.10.0"

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
  }

  @Test func theEightKindsComeBackWithEveryField() async throws {
    let kinds = [
      dialect.categories, dialect.repositories, dialect.extensions, dialect.extensionVersions, dialect.installations,
      dialect.apiServices, dialect.jsBundles, dialect.reverseProxies,
    ]
    for written in try FirstDesign.objects {
      let resource = try #require(kinds.first { .string($0.kind) == written["kind"] })
      let name = Object(written).name

      let made = try await cluster.raw(.post, resource.path() + "?fieldValidation=Strict", written)

      #expect(made.status == 201, "\(made.message)")
      let back = try await cluster.get(resource, name)
      #expect(back.spec == written["spec"])
      if made.json["status"] != nil { #expect(made.json["status"] == written["status"]) }
    }
    for written in try FirstDesign.objects {
      let resource = try #require(kinds.first { .string($0.kind) == written["kind"] })
      try await cluster.delete(resource, Object(written).name)
    }
  }

  @Test func anExtensionPackagedAsItSaysLivesThroughItsWholeLife() async throws {
    try await onTheShelf()
    try await subscribe("0.10.0")
    try await says("deployed", "0.10.0", "Installed")

    try await patch(["extension": ["version": "v0.10.1"]])
    try await says("deployed", "v0.10.1", "Installed")

    try await patch(["extension": ["version": "9.9.9"]])
    try await says("failed", "v0.10.1", "UpgradeFailed")

    try await patch(["extension": ["version": "v0.10.0"]])
    try await says("deployed", "v0.10.0", "Installed")

    try await patch(["enabled": false])
    try await serves("Disabled")
    try await patch(["enabled": true])
    try await serves("Available")

    try await patch(["config": ["builds": 7]])
    try await builds(7)

    try await cluster.delete(dialect.installations, subscription)
    try await until("everything is gone") {
      let isGone = try await self.find(self.dialect.installations, self.subscription) == nil
      let shelf = try await self.cluster.get(self.dialect.extensions, self.name)
      return isGone && shelf.status["state"] == "" && shelf.status["subscribedVersion"] == ""
    }
    #expect(try await find(dialect.apiServices, "v1alpha1.\(name).meadow.example") == nil)
  }

  @Test func aSecondSubscriptionAndAnotherNamespaceAreRefused() async throws {
    try await onTheShelf()
    try await subscribe("v0.10.1")
    try await says("deployed", "v0.10.1", "Installed")
    try await aRivalIsRefused()
    try await isRefusedToMove()
    try await cluster.delete(dialect.installations, subscription)
    try await until("it is gone") { try await self.find(self.dialect.installations, self.subscription) == nil }
  }

  /// As a move is, below; either names the first one.
  private func aRivalIsRefused() async throws {
    let rival: Value = ["extension": ["name": .string(name), "version": "v0.10.0"], "enabled": true]
    do throws(ClusterError) {
      _ = try await cluster.create(
        dialect.installations, Object(dialect.installations, name: "rival", ["spec": rival]))
    } catch {
      guard case .refused(let status) = error, status.code == 403 else { throw error }
      #expect(status.message.contains("has the Subscription \(subscription) already"), "\(status.message)")
      return
    }
    try await until("the rival is told") {
      let rival = Installation(try await self.cluster.get(self.dialect.installations, "rival"))
      return rival.message == "\(self.name) is installed by the Subscription \(self.subscription) already"
    }
    try await cluster.delete(dialect.installations, "rival")
  }

  /// A server that admits by our rules refuses the write, any other takes it, and the controllers refuse it.
  private func isRefusedToMove() async throws {
    do throws(ClusterError) {
      try await patch(["targetNamespace": "elsewhere"])
    } catch {
      guard case .refused(let status) = error, status.code == 422 else { throw error }
      #expect(status.message.contains("field is immutable: the release is in yard-system"), "\(status.message)")
      return
    }
    try await until("the move is refused") {
      try await self.installation().message.hasPrefix("targetNamespace elsewhere is refused")
    }
  }

  private func onTheShelf() async throws {
    try await until("the marketplace has it") {
      let shelf = try await self.find(self.dialect.extensions, self.name)
      return shelf?.status["recommendVersion"] == "v0.10.1"
        && shelf?.labels["extensions.kubesphere.io/category"] == "devops"
        && shelf?.status["versions"]?.sequence?.compactMap { $0["minKubeVersion"]?.string }
          == ["1.17.0", "1.17.0", "1.99.0"]
    }
    if try await find(dialect.installations, subscription) != nil {
      try await cluster.delete(dialect.installations, subscription)
      try await until("the last run is gone") {
        try await self.find(self.dialect.installations, self.subscription) == nil
      }
    }
  }

  private func subscribe(_ version: String) async throws {
    // Without a kubelet no replica gets ready.
    let spec: Value = [
      "enabled": true, "extension": ["name": .string(name), "version": .string(version)],
      "targetNamespace": "yard-system", "config": ["replicas": 0, "builds": 3],
    ]
    _ = try await cluster.create(
      dialect.installations, Object(dialect.installations, name: subscription, ["spec": spec]))
  }

  private func patch(_ spec: Value) async throws(ClusterError) {
    _ = try await cluster.patch(dialect.installations, subscription, .merge(["spec": spec]))
  }

  /// The extension's word is helm's, the subscription's the detailed one.
  private func says(_ word: String, _ version: String, _ state: String) async throws {
    try await until("\(name) is \(word) at \(version)") {
      let status = try await self.cluster.get(self.dialect.extensions, self.name).status
      let own = try await self.cluster.get(self.dialect.installations, self.subscription).status["state"]
      return status["state"]?.string == word && status["subscribedVersion"]?.string == version && own?.string == state
    }
  }

  private func serves(_ state: String) async throws {
    try await until("its API is \(state)") {
      try await self.find(self.dialect.apiServices, "v1alpha1.\(self.name).meadow.example")?.status["state"]?.string
        == state
    }
  }

  private func builds(_ count: Int) async throws {
    let deployments = Resource(
      group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true)
    try await until("the config is applied") {
      let object = try await self.cluster.get(deployments, namespace: "yard-system", self.name)
      let container = object.spec[path: "template", "spec", "containers"]?.sequence?.first
      return container?["env"]?.sequence?.first?["value"]?.string == String(count)
    }
  }

  private func installation() async throws -> Installation {
    Installation(try await cluster.get(dialect.installations, subscription))
  }

  private func until(_ what: String, _ condition: @escaping () async throws -> Bool) async throws {
    _ = try await eventually(what, condition, when: { $0 })
  }

  private func find(_ resource: Resource, _ name: String) async throws(ClusterError) -> Object? {
    do {
      return try await cluster.get(resource, name)
    } catch .refused(let status) where status.code == 404 {
      return nil
    }
  }
}
