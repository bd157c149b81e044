import Client
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

/// The forms answers come in, and what deletions ask for.
@Suite struct AnswerTests {
  let cluster: Cluster
  let namespace: String
  let maps: String

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
    namespace = try await ServerUnderTest.freshNamespace(in: cluster)
    maps = Resource.configMaps.path(namespace: namespace)
    for name in ["a", "b"] {
      let object = Object(.configMaps, name: name, labels: ["n": name], ["data": ["k": "v"]])
      try await cluster.raw(.post, maps, object.value)
    }
  }

  private static let table: HTTPHeaders = ["Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"]

  @Test(arguments: ["", "None", "Metadata", "Object"])
  func aTableBringsAlongWhatIsAskedFor(inclusion: String) async throws {
    let query = inclusion.isEmpty ? "" : "&includeObject=\(inclusion)"

    let answer = try await cluster.raw(.get, "\(maps)?labelSelector=n\(query)", headers: Self.table)

    let rows = answer["rows"]?.sequence ?? []
    let titles = answer["columnDefinitions"]?.sequence?.compactMap { $0["name"]?.string } ?? []
    #expect(answer["kind"] == "Table")
    #expect(answer["apiVersion"] == "meta.k8s.io/v1")
    #expect([titles.first, titles.last] == ["Name", "Age"])
    #expect(rows.map { $0["cells"]?.sequence?.first } == ["a", "b"])
    #expect(rows.allSatisfy { $0["cells"]?.sequence?.count == titles.count })
    let object = rows.first?["object"] ?? .null
    switch inclusion {
    case "None": #expect(object == .null)
    case "Object":
      #expect(object["kind"] == "ConfigMap")
      #expect(object["data"] == ["k": "v"])
    default:
      #expect(object["kind"] == "PartialObjectMetadata")
      #expect(object["data"] == nil)
    }
  }

  @Test func oneObjectIsATableToo() async throws {
    let answer = try await cluster.raw(.get, maps + "/a", headers: Self.table)

    #expect(answer["kind"] == "Table")
    #expect(answer["rows"]?.sequence?.count == 1)
    #expect(!answer.version.isEmpty)
  }

  @Test func anUnknownTableVersionFallsBackToTheTypeNamedNext() async throws {
    let answer = try await cluster.raw(
      .get, maps, headers: ["Accept": "application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json"])
    let refused = try await cluster.raw(
      .get, maps, headers: ["Accept": "application/json;as=Nonsense;v=v1;g=meta.k8s.io"])

    #expect(answer["kind"] == "ConfigMapList")
    #expect(refused.status == 406)
  }

  @Test func anUnknownInclusionIsRefused() async throws {
    let answer = try await cluster.raw(.get, maps + "?includeObject=Half", headers: Self.table)

    #expect(answer.status == 400)
  }

  @Test func bareMetadataIsAllThatIsSent() async throws {
    let accept: HTTPHeaders = ["Accept": "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"]

    let answer = try await cluster.raw(.get, maps + "?labelSelector=n", headers: accept)

    #expect(answer["kind"] == "PartialObjectMetadataList")
    #expect(answer["items"]?.sequence?.compactMap { $0[path: "metadata", "name"]?.string } == ["a", "b"])
    #expect(answer["items"]?.sequence?.allSatisfy { $0["data"] == nil } == true)
  }

  @Test func aListSaysWhatDoesNotGoTogether() async throws {
    let lonely = try await cluster.raw(.get, maps + "?resourceVersionMatch=Exact")
    let unknown = try await cluster.raw(.get, maps + "?resourceVersionMatch=Foo&resourceVersion=1")
    let zero = try await cluster.raw(.get, maps + "?resourceVersionMatch=Exact&resourceVersion=0")

    #expect([lonely.status, unknown.status, zero.status] == [422, 422, 422])
    #expect(
      lonely.message
        == #"ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is "#
        + "forbidden unless resourceVersion is provided")
    #expect(
      unknown.message
        == #"ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Foo": supported "#
        + #"values: "Exact", "NotOlderThan", """#)
    #expect(zero.causes == ["resourceVersionMatch"])
  }

  @Test func aDeletionMayBeMeantForOneStateOnly() async throws {
    let present = try await cluster.raw(.get, maps + "/a")
    func delete(_ preconditions: Value) async throws -> Answer {
      try await cluster.raw(
        .delete, maps + "/a", ["apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions])
    }

    let wrongUID = try await delete(["uid": "00000000-0000-0000-0000-000000000000"])
    let wrongVersion = try await delete(["resourceVersion": "1"])
    let right = try await delete([
      "uid": present["metadata", "uid"] ?? .null, "resourceVersion": .string(present.version),
    ])

    #expect([wrongUID.status, wrongVersion.status, right.status] == [409, 409, 200])
    #expect(wrongUID.reason == "Conflict")
    #expect(
      wrongUID.message.hasPrefix(
        #"Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (00000000-"#))
    #expect(
      wrongVersion.message
        == #"Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does not "#
        + "match the ResourceVersion in record (\(present.version)). The object might have been modified")
    #expect(right["status"] == "Success")
    #expect(right["details", "uid"] == present["metadata", "uid"])
  }

  @Test(arguments: ["Background", "Orphan", "Foreground"])
  func whatAnObjectOwnsGoesWithItOrStays(policy: String) async throws {
    let owner = try await cluster.raw(.get, maps + "/a")
    let reference: Value = [
      "apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": owner["metadata", "uid"] ?? .null,
    ]
    let child = Object(.configMaps, name: "child").value.setting(["metadata", "ownerReferences"], to: [reference])
    try await cluster.raw(.post, maps, child)

    let answer = try await cluster.raw(
      .delete, maps + "/a", ["apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": .string(policy)])

    #expect(answer.status == 200)
    _ = try await eventually("the owner is gone") {
      try await cluster.raw(.get, maps + "/a").status
    } when: {
      $0 == 404
    }
    guard policy == "Orphan" else {
      _ = try await eventually("the child is gone") {
        try await cluster.raw(.get, maps + "/child").status
      } when: {
        $0 == 404
      }
      return
    }
    let left = try await cluster.raw(.get, maps + "/child")
    #expect(left.status == 200)
    #expect(left["metadata", "ownerReferences"] == nil)
  }

  @Test func anUnknownPolicyIsRefused() async throws {
    let answer = try await cluster.raw(
      .delete, maps + "/a", ["apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Sideways"])

    #expect(answer.status == 422)
    #expect(answer.causes == ["propagationPolicy"])
    #expect(try await cluster.raw(.get, maps + "/a").status == 200)
  }
}
