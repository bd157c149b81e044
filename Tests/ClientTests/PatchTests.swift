import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

@Suite struct PatchTests {
  private let transport = ScriptedTransport { _, _ in .json(#"{"kind":"Extension","metadata":{"name":"devops"}}"#) }

  @Test func aJSONPatchIsAListOfSteps() async throws {
    let steps: [Patch.Step] = [
      .test(["metadata", "resourceVersion"], "7"), .add(["metadata", "labels", "a/b~c"], "1"),
      .remove(["spec", "items", "0"]), .replace(["spec", "enabled"], true), .move(from: ["a"], to: ["b"]),
      .copy(from: ["b"], to: ["c"]),
    ]

    let request = try await sent(.json(steps))

    #expect(request.headers["Content-Type"] == "application/json-patch+json")
    #expect(
      try JSON.parse(request.body) == [
        ["op": "test", "path": "/metadata/resourceVersion", "value": "7"],
        ["op": "add", "path": "/metadata/labels/a~1b~0c", "value": "1"],
        ["op": "remove", "path": "/spec/items/0"],
        ["op": "replace", "path": "/spec/enabled", "value": true],
        ["op": "move", "from": "/a", "path": "/b"],
        ["op": "copy", "from": "/b", "path": "/c"],
      ])
  }

  @Test(arguments: [false, true])
  func whatIsAppliedIsOursUnderOurName(isForced: Bool) async throws {
    let object = Object(.extensions, name: "devops", ["spec": ["enabled": true]])

    let request = try await sent(.apply(object, force: isForced))

    #expect(request.headers["Content-Type"] == "application/apply-patch+yaml")
    #expect(request.target.contains("fieldManager=ksx"))
    #expect(request.target.contains("force=true") == isForced)
    #expect(try JSON.parse(request.body) == object.value)
  }

  @Test func aSubresourceIsReachedByEveryVerb() async throws {
    let transport = ScriptedTransport { _, _ in .json(#"{"kind":"Pod","metadata":{"name":"web"}}"#) }
    let cluster = Cluster(transport: transport)
    let object = Object(.pods, name: "web", namespace: "apps")

    _ = try await cluster.get(.pods, namespace: "apps", "web", subresource: "status")
    _ = try await cluster.patch(.pods, namespace: "apps", "web", subresource: "status", [:], dryRun: true)
    _ = try await cluster.create(.pods, object, subresource: "eviction", dryRun: true)

    let options = "?fieldManager=ksx&fieldValidation=Strict&dryRun=All"
    #expect(
      transport.requests.map { $0.method.rawValue + " " + $0.target } == [
        "GET /api/v1/namespaces/apps/pods/web/status", "PATCH /api/v1/namespaces/apps/pods/web/status" + options,
        "POST /api/v1/namespaces/apps/pods/web/eviction" + options,
      ])
  }

  private func sent(_ patch: Patch) async throws -> HTTPRequest {
    _ = try await Cluster(transport: transport).patch(.extensions, "devops", patch)
    return try #require(transport.requests.first)
  }
}
