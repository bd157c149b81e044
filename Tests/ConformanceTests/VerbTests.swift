import Client
import KubernetesAPI
import Manifest
import Testing

/// What every Kubernetes API server does, asked of whichever one is the target.
@Suite struct VerbTests {
  let cluster: Cluster
  let namespace: String

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
    namespace = try await ServerUnderTest.freshNamespace(in: cluster)
  }

  @Test func anObjectIsReadBackAsItWasWritten() async throws {
    let written = try await create("one", ["note": "# kept\nas: it is\n"])

    let read = try await cluster.get(.configMaps, namespace: namespace, "one")

    #expect(read == written)
    #expect(read.value[path: "data", "note"] == "# kept\nas: it is\n")
    #expect(!read.uid.isEmpty)
    #expect(!read.resourceVersion.isEmpty)
  }

  @Test func aSecondObjectOfOneNameIsRefused() async throws {
    _ = try await create("one", [:])

    let status = await refusal { () async throws(ClusterError) in _ = try await create("one", [:]) }

    #expect(status?.code == 409)
    #expect(status?.reason == "AlreadyExists")
  }

  @Test func whatIsNotThereIsNamed() async throws {
    let status = await refusal { () async throws(ClusterError) in
      _ = try await cluster.get(.configMaps, namespace: namespace, "nobody")
    }

    #expect(status?.code == 404)
    #expect(status?.reason == "NotFound")
    #expect(status?.message.contains("nobody") == true)
  }

  @Test func aMergePatchChangesWhatItNamesAndRemovesWithNull() async throws {
    _ = try await create("one", ["a": "1", "b": "2"])

    let patched = try await cluster.patch(
      .configMaps, namespace: namespace, "one", ["data": ["a": "3", "b": nil, "c": "4"]])

    #expect(patched.value["data"] == ["a": "3", "c": "4"])
  }

  @Test func aPatchOfAnOldVersionLosesTheRace() async throws {
    let first = try await create("one", ["a": "1"])
    _ = try await cluster.patch(.configMaps, namespace: namespace, "one", ["data": ["a": "2"]])

    let status = await refusal { () async throws(ClusterError) in
      _ = try await cluster.patch(
        .configMaps, namespace: namespace, "one",
        ["metadata": ["resourceVersion": .string(first.resourceVersion)], "data": ["a": "3"]])
    }

    #expect(status?.code == 409)
    #expect(status?.reason == "Conflict")
    #expect(try await cluster.get(.configMaps, namespace: namespace, "one").value[path: "data", "a"] == "2")
  }

  @Test func aPatchThatChangesNothingIsNoNewVersion() async throws {
    let first = try await create("one", ["a": "1"])

    let again = try await cluster.patch(.configMaps, namespace: namespace, "one", ["data": ["a": "1"]])

    #expect(again.resourceVersion == first.resourceVersion)
  }

  @Test func aDryRunLeavesNothingBehind() async throws {
    let object = Object(.configMaps, name: "ghost", namespace: namespace, ["data": ["a": "1"]])
    let answer = try await cluster.create(.configMaps, object, dryRun: true)

    let status = await refusal { () async throws(ClusterError) in
      _ = try await cluster.get(.configMaps, namespace: namespace, "ghost")
    }

    #expect(answer.name == "ghost")
    #expect(status?.code == 404)
  }

  @Test func aDeletionMeantForAnotherObjectIsRefused() async throws {
    _ = try await create("one", [:])

    let status = await refusal { () async throws(ClusterError) in
      try await cluster.delete(
        .configMaps, namespace: namespace, "one", uid: "00000000-0000-0000-0000-000000000000")
    }

    #expect(status?.code == 409)
    #expect(try await cluster.get(.configMaps, namespace: namespace, "one").name == "one")
  }

  @Test func aFinalizerHoldsADeletedObject() async throws {
    var object = Object(.configMaps, name: "held", namespace: namespace)
    object.value = object.value.setting(["metadata", "finalizers"], to: ["ksx.dev/held"])
    _ = try await cluster.create(.configMaps, object)

    try await cluster.delete(.configMaps, namespace: namespace, "held")
    let held = try await cluster.get(.configMaps, namespace: namespace, "held")
    _ = try await cluster.patch(.configMaps, namespace: namespace, "held", ["metadata": ["finalizers": nil]])
    let status = await refusal { () async throws(ClusterError) in
      _ = try await cluster.get(.configMaps, namespace: namespace, "held")
    }

    #expect(held.isBeingDeleted)
    #expect(status?.code == 404)
  }

  @Test(arguments: [1, 2, 3, 500])
  func aListIsWholeWhateverThePageSize(limit: Int) async throws {
    for name in ["a", "b", "c", "d", "e"] { _ = try await create(name, [:]) }

    let names = try await cluster.list(.configMaps, namespace: namespace, limit: limit).map(\.name)

    #expect(names.filter { $0.count == 1 } == ["a", "b", "c", "d", "e"])
  }

  @Test func aSelectorChoosesByLabel() async throws {
    for (name, tier) in [("front", "web"), ("back", "api"), ("edge", "web")] {
      _ = try await cluster.create(
        .configMaps, Object(.configMaps, name: name, namespace: namespace, labels: ["tier": tier]))
    }

    let web = try await cluster.list(.configMaps, namespace: namespace, selector: Selector(labels: "tier=web"))
    let other = try await cluster.list(.configMaps, namespace: namespace, selector: Selector(labels: "tier in (api)"))

    #expect(web.map(\.name) == ["edge", "front"])
    #expect(other.map(\.name) == ["back"])
  }

  @Test func whatIsSkippedIsNotRead() async throws {
    _ = try await create("one", ["icon": "data:…", "a": "1"])

    let read = try await cluster.get(
      .configMaps, namespace: namespace, "one", skipping: JSONPaths(["data", "icon"], ["metadata", "managedFields"]))

    #expect(read.value["data"] == ["a": "1"])
  }

  @Test func aNameThatIsNoNameIsRefusedWithItsField() async throws {
    let status = await refusal { () async throws(ClusterError) in _ = try await create("Not A Name", [:]) }

    #expect(status?.code == 422)
    #expect(status?.details.causes.contains { $0.field == "metadata.name" } == true)
  }

  @Test func aKindThatIsNotServedIsNotFound() async throws {
    let widgets = Resource(group: "widgets.ksx.dev", version: "v1", plural: "widgets", kind: "Widget")

    let status = await refusal { () async throws(ClusterError) in _ = try await cluster.list(widgets) }

    #expect(status?.code == 404)
  }

  private func create(_ name: String, _ data: Mapping) async throws(ClusterError) -> Object {
    try await cluster.create(
      .configMaps, Object(.configMaps, name: name, namespace: namespace, ["data": .mapping(data)]))
  }
}

/// The server's no, or `nil` when it said yes or could not be asked.
func refusal(_ action: () async throws(ClusterError) -> Void) async -> Status? {
  do {
    try await action()
    return nil
  } catch .refused(let status) {
    return status
  } catch {
    Issue.record("no answer: \(error)")
    return nil
  }
}
