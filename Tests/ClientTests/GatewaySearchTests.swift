import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

@Suite struct GatewaySearchTests {
  private func gateway(_ body: String) -> (GatewayAPI, ScriptedTransport) {
    let transport = ScriptedTransport { _, _ in .pieces(body, of: 7) }
    return (GatewayAPI(GatewayTransport(transport)), transport)
  }

  @Test func aSearchAsksForOnePageByName() async throws {
    let (gateway, transport) = gateway(#"{"items":null,"metadata":{"continue":"0"}}"#)

    let page = try await gateway.search(
      .init(text: "日志 &", category: "security", status: "notInstalled", page: 3, size: 10))

    #expect(page == .init(objects: [], total: 0, number: 3, remaining: 0))
    #expect(
      transport.requests.first?.target
        == "/kapis/kubesphere.io/v1alpha1/extensions?q=%E6%97%A5%E5%BF%97%20%26&labelSelector=kubesphere.io%2Fcategory%3Dsecurity&status=notInstalled&page=3&limit=10&sortBy=name&ascending=true"
    )
  }

  @Test func whatLooksLikeATokenToGoOnIsTheNumberOfAll() async throws {
    let (gateway, _) = gateway(
      #"{"metadata":{"continue":"12","remainingItemCount":10},"items":[{"metadata":{"name":"a"},"spec":{"icon":"x"}},{"metadata":{"name":"b"}}]}"#
    )

    let page = try await gateway.search(.init(size: 2), skipping: JSONPaths(["spec", "icon"]))

    #expect(page.total == 12 && page.remaining == 10)
    #expect(page.objects.map(\.name) == ["a", "b"])
    #expect(page.objects[0].spec == [:])
  }

  @Test func withoutThatNumberItIsCounted() async throws {
    let (gateway, _) = gateway(#"{"metadata":{"remainingItemCount":3},"items":[{"metadata":{"name":"a"}}]}"#)

    #expect(try await gateway.search(.init(page: 2, size: 5)).total == 9)
  }

  @Test(arguments: ["", "{}", "[]", "not supported", #"{"items":[{]}"#])
  func anAnswerThatIsNoListIsUnreadable(body: String) async {
    let (gateway, _) = gateway(body)

    let error = await #expect(throws: ClusterError.self) { try await gateway.search(.init()) }

    guard case .unreadable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func theFilesOfAPackageAreDecoded() async throws {
    let (gateway, transport) = gateway(
      #"[{"Name":"README.md","Data":"IyBIaQ=="},{"Name":"empty","Data":null},{"Name":"charts/a/x","Data":"AP8="}]"#)

    let files = try await gateway.files(of: "devops-1.1.0")

    #expect(
      transport.requests.first?.target == "/kapis/package.kubesphere.io/v1alpha1/extensionversions/devops-1.1.0/files")
    #expect(files.map(\.name) == ["README.md", "empty", "charts/a/x"])
    #expect(files.map(\.bytes) == [Array("# Hi".utf8), [], [0, 255]])
  }

  @Test(arguments: ["[]", "null"])
  func aVersionWithoutAPackageHasNoFiles(body: String) async throws {
    let (gateway, _) = gateway(body)

    #expect(try await gateway.files(of: "x-1").isEmpty)
  }

  @Test(arguments: ["{}", #"[{"Name":"a","Data":"*"}]"#, #"[{"Data":""}]"#, #"[{"Name":"a","Data":7}]"#])
  func filesThatCannotBeDecodedAreUnreadable(body: String) async {
    let (gateway, _) = gateway(body)

    await #expect(throws: ClusterError.self) { try await gateway.files(of: "x-1") }
  }
}
