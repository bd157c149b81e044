import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

@Suite struct TableTests {
  private static let table = #"""
    {"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"42"},"columnDefinitions":[
     {"name":"Name","type":"string","format":"name","description":"[\"rows\":[","priority":0},
     {"name":"Age","type":"date","format":"","description":"","priority":1}],
     "rows":[{"cells":["a","5d"],"object":{"kind":"PartialObjectMetadata","metadata":{"name":"a","uid":"1"}}},
     {"cells":["b",null],"object":null}]}
    """#

  @Test(arguments: Array(1...30) + [1000])
  func rowsDoNotDependOnWhereChunksAreCut(size: Int) async throws {
    let transport = ScriptedTransport { _, _ in .pieces(Self.table, of: size) }
    var rows: [Table.Row] = []

    let table = try await Cluster(transport: transport).table(.extensions, of: .metadata) { rows.append($0) }

    #expect(rows.map(\.cells) == [["a", "5d"], ["b", nil]])
    #expect(rows.map(\.object.name) == ["a", ""])
    #expect(table.version.resourceVersion == "42")
    #expect(table.columns.map(\.name) == ["Name", "Age"])
    #expect(table.columns.map(\.priority) == [0, 1])
    let request = try #require(transport.requests.first)
    #expect(request.target == "/apis/kubesphere.io/v1alpha1/extensions?limit=500&includeObject=Metadata")
    #expect(request.headers["Accept"] == "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
  }

  @Test func aServerThatKnowsNoTablesSendsWholeObjects() async throws {
    let transport = ScriptedTransport { _, _ in
      .json(#"{"kind":"ExtensionList","metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"a"}}]}"#)
    }
    var rows: [Table.Row] = []

    let table = try await Cluster(transport: transport).table(.extensions) { rows.append($0) }

    #expect(rows.map(\.object.name) == ["a"])
    #expect(rows.map(\.object.kind) == ["Extension"])
    #expect(rows.map(\.cells) == [[]])
    #expect(table.columns.isEmpty)
    #expect(table.version.resourceVersion == "9")
  }

  @Test func pagesOfATableFollowOneAnother() async throws {
    let transport = ScriptedTransport { _, number in
      .json(
        #"{"kind":"Table","metadata":{"continue":"\#(number < 2 ? "t\(number)" : "")"},"rows":[{"cells":["\#(number)"]}]}"#
      )
    }
    var names: [String?] = []

    _ = try await Cluster(transport: transport).table(.extensions, limit: 1) { names.append($0.cells.first?.string) }

    #expect(names == ["0", "1", "2"])
    #expect(transport.requests[2].target.contains("limit=1&continue=t1&includeObject=None"))
  }

  @Test(arguments: ["{}", "[]", #"{"kind":"Table","rows":[{"cells":[}]}"#, #"{"kind":"Table","rows":[{"cells":[]}]"#])
  func whatIsNoTableIsUnreadable(body: String) async {
    let transport = ScriptedTransport { _, _ in .json(body) }

    let error = await #expect(throws: ClusterError.self) {
      try await Cluster(transport: transport).table(.extensions) { _ in }
    }

    guard case .unreadable? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
