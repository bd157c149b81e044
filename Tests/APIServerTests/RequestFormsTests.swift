import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// The forms that requests and answers have besides the usual ones.
@Suite struct RequestFormsTests {
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private func answer(_ target: String, accepting: String) async throws -> (status: Int, type: String, text: String) {
    let request = HTTPRequest(.get, target, headers: ["Accept": accepting])
    let response = await ask.api.respond(to: request)
    let text = String(decoding: try await response.body.collected(), as: UTF8.self)
    return (response.status, response.headers["Content-Type"] ?? "", text)
  }

  @Test func everythingButAWatchIsHadAsYAML() async throws {
    try await ask(.post, Path.maps, .map("m", ["a": "b: c"]))
    let object = try await ask(.get, Path.maps + "/m")

    let yaml = try await answer(Path.maps + "/m", accepting: "application/yaml")
    let missing = try await answer(Path.maps + "/x", accepting: "application/yaml,application/json")
    let json = try await answer(Path.maps + "/m", accepting: "application/json,application/yaml")
    let watch = try await answer(Path.maps + "?watch=true", accepting: "application/yaml")

    #expect(try YAML.parse(yaml.text) == object.json)
    #expect([yaml.type, missing.type, json.type] == ["application/yaml", "application/yaml", "application/json"])
    #expect([yaml.status, missing.status, json.status, watch.status] == [200, 404, 200, 406])
    #expect(try YAML.parse(missing.text)["reason"] == "NotFound")
  }

  @Test func aTableIsHadInItsEarlierVersionToo() async throws {
    try await ask(.post, Path.maps, .map("m"))
    for version in ["v1", "v1beta1"] {
      let table = try await answer(Path.maps, accepting: "application/json;as=Table;v=\(version);g=meta.k8s.io")
      #expect(try JSON.parse(Array(table.text.utf8))["apiVersion"] == .string("meta.k8s.io/" + version))
    }
    #expect(try await answer(Path.maps, accepting: "application/json;as=Table;v=v2;g=meta.k8s.io").status == 406)
  }

  @Test func watchesHaveTheirEarlierPathsToo() async throws {
    for name in ["a", "b"] { try await ask(.post, Path.maps, .map(name)) }
    let base = "/api/v1/watch/namespaces/default/configmaps"

    let (all, one) = (try await ask.watch(base, 2), try await ask.watch(base + "/b", 1))
    let written = try await ask(.post, base, .map("c"))

    #expect(all.map(\.eventName).sorted() == ["a", "b"])
    #expect(one.map(\.eventName) == ["b"])
    #expect(written.status == 405)
  }

  @Test func whatIsOnlyTriedHasNoVersionAndShowsWhatWouldBe() async throws {
    let plan = Value.plan("a").setting(["metadata", "finalizers"], to: ["x/y"])
      .setting(["metadata", "selfLink"], to: "/somewhere")
    let tried = try await ask(.post, Path.plans + "?dryRun=All", plan)
    try await ask(.post, Path.plans, plan)

    let deletion = try await ask(.delete, Path.plans + "/a?dryRun=All")

    #expect(tried.status == 201)
    #expect(tried["metadata", "resourceVersion"] == nil)
    #expect(tried["metadata", "selfLink"] == nil)
    #expect(deletion["metadata", "deletionTimestamp"] == "2026-01-01T00:00:00Z")
    #expect(try await ask(.get, Path.plans + "/a")["metadata", "deletionTimestamp"] == nil)
  }

  @Test func deletingACollectionGivesWhatWasDeleted() async throws {
    for name in ["a", "b"] { try await ask(.post, Path.maps, .map(name, labels: ["k": name])) }

    let tried = try await ask(.delete, Path.maps + "?labelSelector=k&dryRun=All")
    let deleted = try await ask(.delete, Path.maps + "?labelSelector=k")

    for answer in [tried, deleted] {
      #expect(answer["kind"] == "ConfigMapList")
      #expect(answer.names == ["a", "b"])
    }
    #expect(!deleted.version.isEmpty)
    #expect(try await ask(.get, Path.maps + "?labelSelector=k").names == [])
  }

  @Test func noWriteMovesAnObjectOrMarksIt() async throws {
    try await ask(.post, Path.maps, .map("m"))

    let moved = try await ask.patch(Path.maps + "/m", ["metadata": ["namespace": "kube-system"]])
    let marked = try await ask.patch(Path.maps + "/m", ["metadata": ["deletionTimestamp": "2026-01-01T00:00:00Z"]])
    let same = try await ask.patch(Path.maps + "/m", ["metadata": ["namespace": "default", "deletionTimestamp": nil]])

    #expect([moved.status, marked.status, same.status] == [400, 422, 200])
    #expect(marked["details", "causes"]?.sequence?.first?["field"] == "metadata.deletionTimestamp")
  }
}
