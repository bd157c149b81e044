import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP

@Suite struct GatewayComparisonTests {
  /// A way that shows one list after another, each object as `name uid version`, and the last for ever.
  private func way(_ lists: [String]...) -> ScriptedTransport {
    ScriptedTransport { _, number in
      let items = lists[min(number, lists.count - 1)].map { line in
        let words = line.split(separator: " ")
        return #"{"metadata":{"name":"\#(words[0])","uid":"\#(words[1])","resourceVersion":"\#(words[2])"}}"#
      }
      return .json(#"{"metadata":{"resourceVersion":"9"},"items":[\#(items.joined(separator: ","))]}"#)
    }
  }

  private func differences(_ kubernetes: ScriptedTransport, _ gateway: ScriptedTransport) async throws -> [String] {
    try await FallbackTransport(kubernetes: kubernetes, gateway: gateway)
      .disagreements(about: .extensions).map(\.description)
  }

  @Test func twoWaysToOneClusterAgree() async throws {
    let (kubernetes, gateway) = (way(["a 1 1", "b 2 2"]), way(["b 2 2", "a 1 1"]))

    #expect(try await differences(kubernetes, gateway) == [])
    #expect(kubernetes.requests.count == 1 && gateway.requests.count == 1)
  }

  @Test func whatDiffersIsSaidOfEachObject() async throws {
    let found = try await differences(way(["a 1 1", "b 2 2", "c 3 3"]), way(["b 7 2", "c 3 1", "d 4 4"]))

    #expect(
      found == [
        "a is only seen through Kubernetes", "b has two UIDs: the two ways lead to different clusters",
        "c has two resource versions: one way is behind", "d is only seen through the gateway",
      ])
  }

  @Test func whatChangedBetweenTwoListsIsNoDifference() async throws {
    #expect(try await differences(way(["a 1 1"], ["a 1 2"]), way(["a 1 2"])) == [])
    #expect(try await differences(way(["a 1 1"], []), way([])) == [])
  }

  @Test func aWayThatIsDownCannotBeCompared() async {
    let down = ScriptedTransport { _, _ throws(TransportError) in throw .unreachable(host: "ks", reason: "down") }

    await #expect(throws: ClusterError.transport(.unreachable(host: "ks", reason: "down"))) {
      try await FallbackTransport(kubernetes: way([]), gateway: down).disagreements(about: .extensions)
    }
  }
}
