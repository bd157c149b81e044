import Client
import KubernetesAPI
import Manifest
import Testing

/// The forms of a patch, deletions with conditions and tables, asked of whichever server is the target.
@Suite struct PatchTests {
  let cluster: Cluster
  let namespace: String

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
    namespace = try await ServerUnderTest.freshNamespace(in: cluster)
  }

  @Test func aJSONPatchIsTakenAsAWholeOrNotAtAll() async throws {
    let first = try await create("one", ["a": "1", "b": "2"])

    let patched = try await patch(
      "one",
      .json([
        .test(["metadata", "resourceVersion"], .string(first.resourceVersion)), .replace(["data", "a"], "3"),
        .remove(["data", "b"]), .add(["metadata", "annotations"], [:]),
        .add(["metadata", "annotations", "ksx.example/note"], "4"),
      ]))
    let code = await refusal { () async throws(ClusterError) in
      _ = try await patch(
        "one", .json([.replace(["data", "a"], "5"), .test(["metadata", "annotations", "ksx.example/note"], "no")]))
    }

    #expect(patched.value["data"] == ["a": "3"])
    #expect(patched.annotations == ["ksx.example/note": "4"])
    #expect(code == 422)
    #expect(try await get("one").value["data"] == ["a": "3"])
  }

  @Test func whatIsAppliedIsMadeAndOwnedAndTakenOnlyByForce() async throws {
    func wanted(_ data: [String: String]) -> Object {
      Object(.configMaps, name: "one", namespace: namespace, ["data": Value(data)])
    }
    var other = cluster
    other.fieldManager = "another-writer"

    let made = try await patch("one", .apply(wanted(["a": "1", "b": "2"])))
    let code = await refusal { () async throws(ClusterError) in
      _ = try await other.patch(.configMaps, namespace: namespace, "one", .apply(wanted(["a": "3"])))
    }
    _ = try await other.patch(.configMaps, namespace: namespace, "one", .apply(wanted(["a": "3"]), force: true))
    let left = try await patch("one", .apply(wanted(["b": "2"])), dryRun: true)

    #expect(made.value["data"] == ["a": "1", "b": "2"])
    #expect(code == 409)
    #expect(left.value["data"] == ["a": "3", "b": "2"], "what another writer owns by now stays")
  }

  @Test func aDeletionOnlyTriedLeavesTheVeryObjectItNames() async throws {
    let object = try await create("one", ["a": "1"])

    try await cluster.delete(.configMaps, namespace: namespace, "one", uid: object.uid, dryRun: true)

    #expect(try await get("one").uid == object.uid)
  }

  @Test func aDeletionInsistsOnTheObjectAndItsVersion() async throws {
    let first = try await create("one", ["a": "1"])
    let second = try await patch("one", ["data": ["a": "2"]])

    let wrongUID = await refusal { () async throws(ClusterError) in
      try await cluster.delete(.configMaps, namespace: namespace, "one", uid: "another-uid")
    }
    let late = await refusal { () async throws(ClusterError) in
      try await cluster.delete(
        .configMaps, namespace: namespace, "one", uid: first.uid, resourceVersion: first.resourceVersion)
    }
    try await cluster.delete(
      .configMaps, namespace: namespace, "one", uid: first.uid, resourceVersion: second.resourceVersion)

    #expect(wrongUID == 409)
    #expect(late == 409)
    #expect(await refusal { () async throws(ClusterError) in _ = try await get("one") } == 404)
  }

  @Test func orphansStayWhenTheirOwnerGoes() async throws {
    let owner = try await create("owner", [:])
    let reference: Value = [
      "apiVersion": "v1", "kind": "ConfigMap", "name": .string(owner.name), "uid": .string(owner.uid),
    ]
    _ = try await create("child", [:])
    _ = try await patch("child", ["metadata": ["ownerReferences": [reference]]])

    try await cluster.delete(.configMaps, namespace: namespace, "owner", uid: owner.uid, propagation: .orphan)

    #expect(try await get("child").name == "child")
  }

  @Test func aTableHasTheNamesWithoutTheObjects() async throws {
    for name in ["a", "b", "c"] { _ = try await create(name, ["text": "hidden"]) }
    var rows: [Table.Row] = []

    let table = try await cluster.table(
      .configMaps, namespace: namespace, limit: 2, of: .metadata, restart: { rows = [] }, each: { rows.append($0) })

    // A real server puts a certificate into every namespace.
    rows.removeAll { $0.object.name == "kube-root-ca.crt" }
    #expect(table.columns.first?.name == "Name")
    #expect(rows.map { $0.cells.first?.string } == ["a", "b", "c"])
    #expect(rows.map(\.object.namespace) == [namespace, namespace, namespace])
    #expect(rows.map { $0.object.value["data"] } == [nil, nil, nil])
    #expect(rows.map(\.cells.count) == rows.map { _ in table.columns.count })
  }

  private func create(_ name: String, _ data: [String: String]) async throws(ClusterError) -> Object {
    try await cluster.create(.configMaps, Object(.configMaps, name: name, namespace: namespace, ["data": Value(data)]))
  }

  private func get(_ name: String) async throws(ClusterError) -> Object {
    try await cluster.get(.configMaps, namespace: namespace, name)
  }

  private func patch(_ name: String, _ patch: Patch, dryRun: Bool = false) async throws(ClusterError) -> Object {
    try await cluster.patch(.configMaps, namespace: namespace, name, patch, dryRun: dryRun)
  }

  /// The code with which `body` is refused.
  private func refusal(_ body: () async throws(ClusterError) -> Void) async -> Int? {
    do {
      try await body()
      return nil
    } catch {
      guard case .refused(let status) = error else { return nil }
      return status.code
    }
  }
}
