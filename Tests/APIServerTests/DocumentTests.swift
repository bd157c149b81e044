import APITestSupport
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// Clients find out from documents what there is and what it has to be.
@Suite struct DocumentTests {
  @Test func whatThereIsIsListed() async throws {
    let paths = try await TestAPI()(.get, "/")["paths"]?.sequence?.compactMap(\.string) ?? []

    #expect(Set(["/api/v1", "/apis/apps", "/apis/apps/v1", "/openapi/v3", "/version"]).isSubset(of: paths))
    #expect(paths == paths.sorted())
  }

  @Test func partsOfObjectsHavePathsOfTheirOwn() async throws {
    let paths = try await TestAPI()(.get, "/openapi/v3/apis/apps/v1")["paths"]

    for part in ["status", "scale"] {
      let operations = paths?["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/" + part]?.mapping?.keys
      #expect(operations == ["get", "put", "patch"])
    }
    #expect(paths?["/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}/scale"] == nil)
  }

  @Test func whoWroteWhatIsExplained() {
    let entry = OpenAPISchemas.metadata[path: "properties", "managedFields", "items", "properties", "manager"]
    #expect(entry?["type"] == "string")
  }

  private let ask: TestAPI

  init() throws { ask = try TestAPI(.subscription) }

  @Test func oneDocumentTellsAllThatDiscoveryTells() async throws {
    var asking = ask
    asking.headers = ["Accept": "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"]

    let core = try await asking(.get, "/api")
    let groups = try await asking(.get, "/apis")

    #expect(core["kind"] == "APIGroupDiscoveryList")
    #expect(core["apiVersion"] == "apidiscovery.k8s.io/v2")
    let names = groups["items"]?.sequence?.compactMap { $0[path: "metadata", "name"]?.string } ?? []
    #expect(names.contains("kubesphere.io") && names.contains("apps"))
    let group = groups["items"]?.sequence?.first { $0[path: "metadata", "name"] == "kubesphere.io" }
    let resources = group?["versions"]?.sequence?.first?["resources"]?.sequence ?? []
    let subscription = resources.first { $0["resource"] == "subscriptions" }
    #expect(subscription?["scope"] == "Cluster")
    #expect(subscription?["singularResource"] == "subscription")
    #expect(subscription?["categories"] == ["kubesphere"])
  }

  @Test func whoDoesNotKnowThatDocumentGetsTheOldOne() async throws {
    var asking = ask
    for accept in ["application/json", "application/json, */*", "application/json;g=apidiscovery.k8s.io;v=v9"] {
      asking.headers = ["Accept": accept]
      #expect(try await asking(.get, "/apis")["kind"] == "APIGroupList")
    }
  }

  @Test func theThirdOpenAPIDescribesEachGroup() async throws {
    let index = try await ask(.get, "/openapi/v3")
    let place = "apis/kubesphere.io/v1alpha1"
    let document = try await ask(.get, "/openapi/v3/" + place)

    let address = index["paths"]?[place]?["serverRelativeURL"]?.string
    #expect(address?.hasPrefix("/openapi/v3/\(place)?hash=") == true)
    let schema = document["components", "schemas"]?["io.kubesphere.v1alpha1.Subscription"]
    #expect(schema?[path: "properties", "spec", "properties", "enabled", "type"] == "boolean")
    #expect(
      schema?["x-kubernetes-group-version-kind"] == [
        ["group": "kubesphere.io", "version": "v1alpha1", "kind": "Subscription"]
      ])
    let path = document["paths"]?["/apis/kubesphere.io/v1alpha1/subscriptions/{name}"]
    let parameters = path?[path: "patch", "parameters"]?.sequence?.compactMap { $0["name"]?.string }
    #expect(parameters == ["dryRun", "fieldManager", "fieldValidation"])
    #expect(try await ask(.get, "/openapi/v3/apis/none/v1").status == 404)
  }

  @Test func whoHasADocumentIsToldSoUntilAnotherKindIsServed() async throws {
    func answer(_ tag: String?) async -> HTTPResponse {
      var request = HTTPRequest(.get, "/openapi/v2")
      if let tag { request.headers["If-None-Match"] = tag }
      return await ask.api.respond(to: request)
    }
    let first = await answer(nil)
    let tag = try #require(first.headers["ETag"])
    let again = await answer(tag)
    let kinds = try await ask(.get, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions").names
    let name = try #require(kinds.first)
    try await ask(.delete, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name)
    let later = await answer(tag)

    #expect([first.status, again.status, later.status] == [200, 304, 200])
  }

  @Test func theSecondOpenAPISaysOnlyWhatItCan() async throws {
    let document = try await ask(.get, "/openapi/v2")

    let definitions = document["definitions"]
    let version = definitions?["io.kubesphere.v1alpha1.ExtensionVersion"]
    #expect(version?[path: "properties", "spec", "properties", "sources"]?["type"] == nil)
    #expect(version?[path: "properties", "metadata", "$ref"]?.string?.hasPrefix("#/definitions/") == true)
    let template = definitions?["io.k8s.api.core.v1.PodTemplateSpec"]?[path: "properties", "spec"]
    #expect(template == ["$ref": "#/definitions/io.k8s.api.core.v1.PodSpec"])
    let containers = definitions?["io.k8s.api.core.v1.PodSpec"]?[path: "properties", "containers"]
    #expect(containers?["x-kubernetes-patch-merge-key"] == "name")
  }

  @Test func itsProtocolBuffersHoldTheSame() async throws {
    let schema: Value = [
      "type": "object", "maximum": 1.5, "maxLength": 300, "exclusiveMinimum": true, "enum": ["a"],
      "additionalProperties": ["type": "string"],
    ]
    let document: Value = ["swagger": "2.0", "definitions": ["A": schema]]

    let bytes = OpenAPIProtobuf.encode(document)

    // By hand from the messages of OpenAPIv2.proto; kubectl 1.20 reads the whole document so.
    #expect(
      bytes.map { String($0, radix: 16) }.joined(separator: " ")
        == "a 3 32 2e 30 12 0 42 0 4a 38 a 36 a 1 41 12 31 39 0 0 0 0 0 0 f8 3f 50 1 58 ac 2 a2 1 5 12 3 22 61 22 "
        + "aa 1 d a b b2 1 8 a 6 73 74 72 69 6e 67 b2 1 8 a 6 6f 62 6a 65 63 74")
  }
}
