import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// What kube-apiserver 1.20 made of the same patches.
@Suite struct StrategicMergePatchTests {
  private static let pods = ResourceTypes.kubernetes(.pods)

  private static func spec(_ containers: String, _ rest: String = "") throws -> Value {
    try JSON.parse(Array(#"{"spec":{"containers":[\#(containers)]\#(rest)}}"#.utf8))
  }

  @Test(
    arguments: [
      // A container is changed and keeps its place.
      (
        #"{"name":"a","image":"1"},{"name":"b","image":"1"}"#, #"{"name":"b","image":"2"}"#, "",
        #"{"name":"a","image":"1"},{"name":"b","image":"2"}"#
      ),
      // One more comes last, unless the patch says where.
      (#"{"name":"a"}"#, #"{"name":"b"}"#, "", #"{"name":"a"},{"name":"b"}"#),
      (
        #"{"name":"a"},{"name":"z"}"#, #"{"name":"b"}"#,
        #","$setElementOrder/containers":[{"name":"b"},{"name":"a"}]"#, #"{"name":"b"},{"name":"a"},{"name":"z"}"#
      ),
      // One goes, or all are replaced.
      (#"{"name":"a"},{"name":"b"}"#, #"{"name":"a","$patch":"delete"}"#, "", #"{"name":"b"}"#),
      (#"{"name":"a"},{"name":"b"}"#, #"{"name":"c"},{"$patch":"replace"}"#, "", #"{"name":"c"}"#),
      // What no type merges is replaced, and null removes.
      (#"{"name":"a","args":["1","2"]}"#, #"{"name":"a","args":["3"]}"#, "", #"{"name":"a","args":["3"]}"#),
      (#"{"name":"a","image":"1"}"#, #"{"name":"a","image":null}"#, "", #"{"name":"a"}"#),
    ])
  func containersAreMergedByTheirNames(old: String, patch: String, rest: String, expected: String) throws {
    let result = try StrategicMergePatch.apply(
      try Self.spec(patch, rest), to: try Self.spec(old), Self.pods)

    #expect(JSON.text(result) == JSON.text(try Self.spec(expected)))
  }

  @Test func valuesAreMergedAndDeletedByThemselves() throws {
    let old: Value = ["metadata": ["finalizers": ["a", "b"]]]
    let patch: Value = ["metadata": ["finalizers": ["b", "c"], "$deleteFromPrimitiveList/finalizers": ["a"]]]

    #expect(
      try StrategicMergePatch.apply(patch, to: old, Self.pods) == ["metadata": ["finalizers": ["b", "c"]]])
  }

  @Test func onlyTheKeysThatAPatchRetainsStay() throws {
    let old: Value = ["spec": ["volumes": [["name": "v", "emptyDir": [:]]]]]
    let patch: Value = [
      "spec": ["volumes": [["name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": ["path": "/x"]]]]
    ]

    #expect(
      try StrategicMergePatch.apply(patch, to: old, Self.pods)
        == ["spec": ["volumes": [["name": "v", "hostPath": ["path": "/x"]]]]])
  }

  @Test func directivesAreNoUnknownFields() async throws {
    let ask = try TestAPI()
    let place = "/apis/apps/v1/namespaces/default/deployments"
    try await ask(.post, place, .deployment("d"))
    let containers: Value = [
      "$setElementOrder/containers": [["name": "a"]], "containers": [["name": "a", "image": "i:2"]],
    ]

    let answer = try await ask(
      .patch, place + "/d?fieldValidation=Strict", ["spec": ["template": ["spec": containers]]],
      as: "application/strategic-merge-patch+json")

    #expect(answer["spec", "template", "spec", "containers"]?.sequence?.first?["image"] == "i:2")
  }

  @Test func anUnknownDirectiveIsRefused() {
    #expect(throws: Status.badRequest(#"Unknown patch type found: "burn""#)) {
      try StrategicMergePatch.apply(["spec": ["$patch": "burn"]], to: ["spec": ["a": 1]], Self.pods)
    }
  }
}
