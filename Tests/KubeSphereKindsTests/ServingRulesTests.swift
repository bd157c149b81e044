import APITestSupport
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer
@testable import KubeSphereKinds

/// What KubeSphere's webhooks say of objects that claim what another one serves.
@Suite struct ServingRulesTests {
  private let asking: TestAPI
  private static let group = "/apis/extensions.kubesphere.io/v1alpha1/"

  init() throws { asking = try TestAPI(.installPlan) }

  private func create(_ kind: String, _ plural: String, _ name: String, _ spec: Value) async throws -> TestAPI.Answer {
    try await asking(
      .post, Self.group + plural,
      [
        "apiVersion": "extensions.kubesphere.io/v1alpha1", "kind": .string(kind), "metadata": ["name": .string(name)],
        "spec": spec,
      ])
  }

  private func service(_ name: String, _ version: String) async throws -> TestAPI.Answer {
    try await create(
      "APIService", "apiservices", name, ["group": "a.example.com", "version": .string(version), "url": "http://a"])
  }

  private func proxy(_ name: String, _ path: String, _ method: String) async throws -> TestAPI.Answer {
    try await create(
      "ReverseProxy", "reverseproxies", name,
      ["matcher": ["path": .string(path), "method": .string(method)], "upstream": ["url": "http://a"]])
  }

  @Test func aGroupAndVersionHaveOneAPIService() async throws {
    #expect(try await service("a", "v1").status == 201)
    #expect(try await service("b", "v2").status == 201)
    let second = try await service("c", "v1")

    #expect(second.status == 403)
    #expect(
      second.message
        == "admission webhook \"apiservices.extensions.kubesphere.io\" denied the request: "
        + "APIService a.example.com/v1 is already exists")
    // The one that is there may be changed.
    #expect(try await asking.patch(Self.group + "apiservices/a", ["spec": ["url": "http://b"]]).status == 200)
    #expect(try await asking.patch(Self.group + "apiservices/b", ["spec": ["version": "v1"]]).status == 403)
  }

  @Test(arguments: [
    ("/proxy/a/*", "*", 403), ("/proxy/a/b/*", "GET", 403), ("/proxy/a/b", "POST", 403), ("/proxy/b/*", "*", 201),
    ("/proxy/get", "POST", 201), ("/proxy/get", "GET", 403), ("/proxy/get/more", "GET", 201),
  ])
  func aReverseProxyDoesNotClaimPathsOfAnother(path: String, method: String, status: Int) async throws {
    #expect(try await proxy("a", "/proxy/a/*", "*").status == 201)
    #expect(try await proxy("get", "/proxy/get", "GET").status == 201)

    #expect(try await proxy("c", path, method).status == status)
  }

  @Test(arguments: ["/*", "/", "*", "/proxy", "/kapis/*"]) func whatIsNeverServedClaimsNothing(path: String)
    async throws
  {
    _ = try await proxy("all", path, "*")

    #expect(try await proxy("a", "/proxy/a/*", "*").status == 201)
    #expect(try await asking.patch(Self.group + "reverseproxies/a", ["metadata": ["labels": ["x": "y"]]]).status == 200)
  }

  @Test func entryNamesAreUniqueAcrossExtensionEntries() async throws {
    func entry(_ name: String, _ entries: [String]) async throws -> Int {
      let all = entries.map { Value.mapping(["name": .string($0), "link": "/x"]) }
      return try await create("ExtensionEntry", "extensionentries", name, ["entries": .sequence(all)]).status
    }

    #expect(try await entry("a", ["one", "two"]) == 201)
    #expect(try await entry("b", ["three"]) == 201)
    #expect(try await entry("c", ["four", "two"]) == 403)
  }

  private static let matchers: [(Value, [String])] = [
    ([["path": "/res/*", "method": "GET"], ["path": "/x"]], []), (["path": "/proxy/x/*"], []), ([], []),
    ([["pth": "/x"]], ["spec.matcher[0].pth", "spec.matcher[0].path"]), ("foo", ["spec.matcher"]),
    ([["path": 5]], ["spec.matcher[0].path"]), (["/x"], ["spec.matcher[0]"]),
  ]

  @Test(arguments: matchers)
  func anInvalidMatcherIsRefusedWithItsField(matcher: Value, fields: [String]) async throws {
    let ask = try TestAPI(.subscription)
    let resource = Dialect.subscription.reverseProxies
    let proxy = Object(resource, name: "p", ["spec": ["matcher": matcher]])

    let answer = try await ask(.post, "/apis/\(resource.apiVersion)/reverseproxies", proxy.value)

    #expect(answer.status == (fields.isEmpty ? 201 : 422))
    #expect((answer["details", "causes"]?.sequence ?? []).compactMap { $0["field"]?.string } == fields)
  }
}
