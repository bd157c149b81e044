import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

@Suite struct ListTests {
  private static let items = [
    #"{"metadata":{"name":"a","resourceVersion":"1"},"spec":{"icon":"}]\"{[\\","text":"中文"}}"#,
    #"{ "metadata" : { "name" : "b" } , "items" : [ 1 , { } ] }"#,
    #"{"kind":"Extension","apiVersion":"own/v1","metadata":{"name":"c"}}"#,
  ]
  private static let list: String =
    #"{"kind":"ExtensionList","note":"\"items\":[","apiVersion":"v1","items" : ["# + items.joined(separator: " ,\n")
    + #"],"metadata":{"resourceVersion":"42"},"tail":{"items":[1]}}"#

  private func cluster(
    _ answer: @escaping @Sendable (HTTPRequest, Int) throws(TransportError) -> HTTPResponse
  ) -> (Cluster, ScriptedTransport) {
    let transport = ScriptedTransport(answer)
    return (Cluster(transport: transport), transport)
  }

  @Test(arguments: Array(1...40) + [64, 100, 1000])
  func itemsDoNotDependOnWhereChunksAreCut(size: Int) async throws {
    let (cluster, _) = cluster { _, _ in .pieces(Self.list, of: size) }
    var names: [String] = []

    let version = try await cluster.list(.extensions, each: { names.append($0.name) })
    let objects = try await cluster.list(.extensions, skipping: JSONPaths(["spec", "icon"]))

    #expect(names == ["a", "b", "c"])
    #expect(version.resourceVersion == "42")
    #expect(objects[0].spec == ["text": "中文"])
    #expect(objects.map(\.kind) == ["Extension", "Extension", "Extension"])
    #expect(objects[2].apiVersion == "own/v1")
  }

  @Test func anItemOfAnotherKindBelongsToAnotherAnswer() async throws {
    let (cluster, _) = cluster { _, _ in
      .json(#"{"metadata":{"resourceVersion":"1"},"items":[{"kind":"Secret","metadata":{"name":"a"}}]}"#)
    }

    let error = await #expect(throws: ClusterError.self) { try await cluster.list(.extensions) }

    #expect(error == .unreadable("there is something else in the answer, Secret"))
  }

  @Test func itemsArriveBeforeTheListIsComplete() async {
    let (cluster, _) = cluster { _, _ in
      .pieces(String(Self.list.prefix(160)), of: 16, then: .interrupted(reason: "cut"))
    }
    var names: [String] = []

    await #expect(throws: ClusterError.transport(.interrupted(reason: "cut"))) {
      try await cluster.list(.extensions, each: { names.append($0.name) })
    }

    #expect(names == ["a"])
  }

  @Test func pagesFollowOneAnother() async throws {
    let (cluster, transport) = cluster { _, number in
      .json(
        #"{"metadata":{"resourceVersion":"9","continue":"\#(number < 2 ? "t/\(number)" : "")"},"items":[{"metadata":{"name":"\#(number)"}}]}"#
      )
    }

    let objects = try await cluster.list(
      .extensions, selector: Selector(labels: "a=b,c", fields: "metadata.name=x"), limit: 1)

    #expect(objects.map(\.name) == ["0", "1", "2"])
    let query = "/apis/kubesphere.io/v1alpha1/extensions?limit=1"
    let selector = "&labelSelector=a%3Db%2Cc&fieldSelector=metadata.name%3Dx"
    #expect(
      transport.requests.map(\.target) == [
        query + selector, query + "&continue=t%2F0" + selector, query + "&continue=t%2F1" + selector,
      ])
  }

  @Test func aForgottenPageStartsTheListAgain() async throws {
    let (cluster, _) = cluster { request, number in
      if number == 1 { return .json(410, #"{"kind":"Status","reason":"Expired","code":410}"#) }
      let next = number == 0 || number == 2 ? "t" : ""
      return .json(
        #"{"metadata":{"resourceVersion":"9","continue":"\#(next)"},"items":[{"metadata":{"name":"\#(number)"}}]}"#)
    }

    let objects = try await cluster.list(.extensions, limit: 1)

    #expect(objects.map(\.name) == ["2", "3"])
  }

  @Test func pagesThatAreAlwaysForgottenEndInOneWholeList() async throws {
    let (cluster, _) = cluster { request, _ in
      if request.target.contains("continue=") { return .json(410, "") }
      let next = request.target.contains("limit=") ? "t" : ""
      return .json(
        #"{"metadata":{"resourceVersion":"9","continue":"\#(next)"},"items":[{"metadata":{"name":"x"}}]}"#)
    }

    let objects = try await cluster.list(.extensions, limit: 1)

    #expect(objects.map(\.name) == ["x"])
  }

  @Test(arguments: [#"{"items":null,"metadata":{}}"#, #"{"items":[],"metadata":{}}"#, #"{"metadata":{},"items":[ ]}"#])
  func anEmptyListIsAList(body: String) async throws {
    let (cluster, _) = cluster { _, _ in .json(body) }

    #expect(try await cluster.list(.extensions).isEmpty)
  }

  @Test(arguments: [
    "", "{}", "[]", "<html>x</html>", #"{"items":[1]}"#, #"{"items":[{"a":tru}]}"#, #"{"items":[{"a":1}]"#,
    #"{"items":[{"a":1}"#, #"{"items":{"a":1}}"#, #"{"items":["a"]}"#,
  ])
  func whatIsNoListIsUnreadable(body: String) async {
    let (cluster, _) = cluster { _, _ in .json(body) }

    let error = await #expect(throws: ClusterError.self) { try await cluster.list(.extensions) }

    guard case .unreadable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
