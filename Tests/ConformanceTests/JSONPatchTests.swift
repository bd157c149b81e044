import Client
import HTTP
import KubernetesAPI
import Manifest
import Testing

/// JSON patches (RFC 6902), as every server carries them out or refuses them.
@Suite struct JSONPatchTests {
  let cluster: Cluster
  let path: String

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
    let namespace = try await ServerUnderTest.freshNamespace(in: cluster)
    let maps = Resource.configMaps.path(namespace: namespace)
    path = maps + "/one"
    var object = Object(
      .configMaps, name: "one", labels: ["ksx.dev/a": "x"], ["data": ["a": "1", "b": "2"]])
    object.value = object.value.setting(["metadata", "finalizers"], to: ["ksx.dev/1", "ksx.dev/2"])
    try await cluster.raw(.post, maps, object.value)
  }

  @Test(arguments: [
    (#"[]"#, #"{"a":"1","b":"2"}"#),
    (#"[{"op":"test","path":"/data/a","value":"1"}]"#, #"{"a":"1","b":"2"}"#),
    (#"[{"op":"test","path":"/data","value":{"b":"2","a":"1"}}]"#, #"{"a":"1","b":"2"}"#),
    (#"[{"op":"test","path":"/data/none","value":null}]"#, #"{"a":"1","b":"2"}"#),
    (#"[{"op":"add","path":"/data/c","value":"3"}]"#, #"{"a":"1","b":"2","c":"3"}"#),
    (#"[{"op":"add","path":"/data/a","value":"3"}]"#, #"{"a":"3","b":"2"}"#),
    (#"[{"op":"remove","path":"/data/a"}]"#, #"{"b":"2"}"#),
    (#"[{"op":"replace","path":"/data/a","value":"3"}]"#, #"{"a":"3","b":"2"}"#),
    (#"[{"op":"move","from":"/data/a","path":"/data/c"}]"#, #"{"b":"2","c":"1"}"#),
    (#"[{"op":"copy","from":"/data/a","path":"/data/c"}]"#, #"{"a":"1","b":"2","c":"1"}"#),
    (
      #"[{"op":"copy","from":"/metadata/labels/ksx.dev~1a","path":"/data/c"},{"op":"test","path":"/data/c","value":"x"}]"#,
      #"{"a":"1","b":"2","c":"x"}"#
    ),
    (
      #"[{"op":"add","path":"/data/c","value":"3"},{"op":"replace","path":"/data/c","value":"4"}]"#,
      #"{"a":"1","b":"2","c":"4"}"#
    ),
  ])
  func operationsChangeTheirPlace(patch: String, data: String) async throws {
    let answer = try await send(patch)

    #expect(answer.status == 200)
    #expect(answer["data"] == (try JSON.parse(Array(data.utf8))))
    try await release()
  }

  @Test(arguments: [
    (#"[{"op":"add","path":"/metadata/finalizers/0","value":"ksx.dev/n"}]"#, "n12"),
    (#"[{"op":"add","path":"/metadata/finalizers/1","value":"ksx.dev/n"}]"#, "1n2"),
    (#"[{"op":"add","path":"/metadata/finalizers/2","value":"ksx.dev/n"}]"#, "12n"),
    (#"[{"op":"add","path":"/metadata/finalizers/-","value":"ksx.dev/n"}]"#, "12n"),
    (#"[{"op":"remove","path":"/metadata/finalizers/0"}]"#, "2"),
    (#"[{"op":"remove","path":"/metadata/finalizers/-1"}]"#, "1"),
    (#"[{"op":"move","from":"/metadata/finalizers/1","path":"/metadata/finalizers/0"}]"#, "21"),
    (#"[{"op":"replace","path":"/metadata/finalizers/1","value":"ksx.dev/n"}]"#, "1n"),
  ])
  func arrayItemsAreAddressedByIndex(patch: String, order: String) async throws {
    let answer = try await send(patch)

    let names = answer["metadata", "finalizers"]?.sequence?.compactMap { $0.string?.split(separator: "/").last } ?? []
    #expect(names.joined() == order)
    try await release()
  }

  @Test(arguments: [
    (#"[{"op":"test","path":"/data/a","value":"2"}]"#, 422),
    (#"[{"op":"test","path":"/data/none","value":"2"}]"#, 422),
    (#"[{"op":"add","path":"/none/c","value":"3"}]"#, 422),
    (#"[{"op":"add","path":"/data/a/b","value":"3"}]"#, 422),
    (#"[{"op":"remove","path":"/data/none"}]"#, 422),
    (#"[{"op":"remove","path":""}]"#, 422),
    (#"[{"op":"move","from":"/data/none","path":"/data/c"}]"#, 422),
    (#"[{"op":"move","from":"/metadata","path":"/metadata/x"}]"#, 422),
    (#"[{"op":"move","path":"/data/c"}]"#, 422),
    (#"[{"op":"add","path":"/metadata/finalizers/3","value":"ksx.dev/n"}]"#, 422),
    (#"[{"op":"add","path":"/metadata/finalizers/x","value":"ksx.dev/n"}]"#, 422),
    (#"[{"op":"remove","path":"/metadata/finalizers/7"}]"#, 422),
    (#"[{"op":"frob","path":"/data/a"}]"#, 422), (#"[{"path":"/data/a"}]"#, 422),
    (#"[{"op":"add","value":"1"}]"#, 422), (#"[{"op":"replace","path":"","value":{}}]"#, 422),
    (#"{"op":"add"}"#, 400), (#"[1]"#, 400), (#""x""#, 400), (#"{nonsense"#, 400),
    (#"[{"op":"replace","path":"/metadata/name","value":"other"}]"#, 400),
  ])
  func whatCannotBeDoneChangesNothing(patch: String, status: Int) async throws {
    let before = try await cluster.raw(.get, path)

    let answer = try await send(patch)

    #expect(answer.status == status)
    #expect(answer.reason == (status == 400 ? "BadRequest" : "Invalid"))
    #expect(try await cluster.raw(.get, path).json == before.json)
    try await release()
  }

  @Test func aPatchIsDoneAsAWholeOrNotAtAll() async throws {
    let answer = try await send(
      #"[{"op":"remove","path":"/data/a"},{"op":"test","path":"/data/b","value":"other"}]"#)

    #expect(answer.status == 422)
    #expect(try await cluster.raw(.get, path)["data"] == ["a": "1", "b": "2"])
    try await release()
  }

  @Test func theVersionInATestGuardsAgainstARace() async throws {
    let version = try await cluster.raw(.get, path).version
    let patch =
      #"[{"op":"test","path":"/metadata/resourceVersion","value":"\#(version)"},"#
      + #"{"op":"replace","path":"/data/a","value":"9"}]"#

    let first = try await send(patch)
    let second = try await send(patch)

    #expect([first.status, second.status] == [200, 422])
    try await release()
  }

  private func send(_ patch: String) async throws -> Answer {
    try await cluster.raw(.patch, path, text: patch, type: "application/json-patch+json")
  }

  /// Removes the finalizers, so that the namespace can be deleted.
  private func release() async throws {
    try await cluster.raw(
      .patch, path, ["metadata": ["finalizers": nil]], type: "application/merge-patch+json")
  }
}
