import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI

@Suite(.endsInTime)
struct InitialEventsSupportTests {
  private let clock = TestClock()

  @Test func nothingIsReportedBeforeEverythingIsThere() async {
    let transport = ScriptedTransport { _, _ in
      .json(
        event("ADDED", "a", "1") + event("ADDED", "b", "2") + event("MODIFIED", "a", "3") + event("DELETED", "b", "4")
          + event("ADDED", "c", "5") + end("6") + event("ADDED", "d", "7"))
    }

    let events = await run(transport, isOffered: true, upTo: 2)

    #expect(events == [.replaced([element("a", "3"), element("c", "5")]), .applied(element("d", "7"))])
    let target = transport.requests[0].target
    #expect(target.contains("?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersion=0&"))
    #expect(target.contains("&resourceVersionMatch=NotOlderThan&"))
  }

  @Test func theWatchGoesOnAfterTheBookmarkThatEndedTheList() async {
    let transport = ScriptedTransport { _, number in
      number == 0 ? .json(event("ADDED", "a", "1") + end("6")) : .json(event("ADDED", "b", "9"))
    }

    let events = await run(transport, isOffered: true, upTo: 2)

    #expect(events.last == .applied(element("b", "9")))
    #expect(transport.requests[1].target.contains("resourceVersion=6"))
    #expect(!transport.requests[1].target.contains("sendInitialEvents"))
    #expect(clock.waits.isEmpty)
  }

  @Test(arguments: [400, 403, 422])
  func aServerThatRefusesIsNotAskedAgain(code: Int) async {
    let transport = ScriptedTransport { request, _ in
      if request.target.contains("sendInitialEvents") { return .json(code, "{}") }
      return request.target.contains("watch=true") ? .json(410, "") : .json(list("5", "a"))
    }

    let events = await run(transport, isOffered: true, upTo: 2)

    #expect(events == [.replaced([element("a", "1")]), .replaced([element("a", "1")])])
    #expect(transport.requests.filter { $0.target.contains("sendInitialEvents") }.count == 1)
    #expect(clock.waits.isEmpty)
  }

  @Test func aServerThatPassesOverTheQuestionIsListed() async {
    let transport = ScriptedTransport { request, number in
      switch number {
      case 0: .json(event("ADDED", "a", "1") + event("BOOKMARK", "", "4"))
      case 1: .json(list("5", "b"))
      default: .json(event("ADDED", "c", "6"))
      }
    }

    let events = await run(transport, isOffered: true, upTo: 2)

    #expect(events == [.replaced([element("b", "1")]), .applied(element("c", "6"))])
  }

  @Test func aStreamThatBreaksBeforeItsEndBeginsAgain() async {
    let transport = ScriptedTransport { (request, number) throws(TransportError) in
      switch number {
      case 0: return .pieces(event("ADDED", "a", "1"), of: 500, then: .interrupted(reason: "cut"))
      case 1: return .json(event("ADDED", "a", "1"))
      default: return .json(event("ADDED", "b", "2") + end("6"))
      }
    }

    let events = await run(transport, isOffered: true, upTo: 3)

    #expect(events.last == .replaced([element("b", "2")]))
    #expect(clock.waits.count == 2)
    #expect(transport.requests.allSatisfy { $0.target.contains("sendInitialEvents=true") })
  }

  @Test(arguments: [("1", "26", false), ("1", "27+", true), ("1", "34", true), ("2", "0", true), ("", "", false)])
  func aListAfterAForgottenVersionAsksWhatTheServerIs(major: String, minor: String, streams: Bool) async {
    let transport = ScriptedTransport { request, number in
      switch request.target {
      case "/version": .json(#"{"major":"\#(major)","minor":"\#(minor)","gitVersion":"v"}"#)
      case let target where target.contains("sendInitialEvents"): .json(event("ADDED", "b", "8") + end("9"))
      case let target where target.contains("watch=true"):
        number == 1 ? .json(410, "") : .json(event("ADDED", "c", "10"))
      default: .json(list("5", "a"))
      }
    }

    let events = await run(transport, upTo: 3)

    #expect(events[1] == .replaced([streams ? element("b", "8") : element("a", "1")]))
    #expect(events[2] == .applied(element("c", "10")))
    let relist = transport.requests[3].target
    #expect(relist.contains("sendInitialEvents=true") == streams)
    #expect(relist.contains("resourceVersion=5&resourceVersionMatch=NotOlderThan"))
  }

  @Test(arguments: 1...30)
  func theBeginningDoesNotDependOnWhereChunksAreCut(size: Int) async {
    let transport = ScriptedTransport { _, _ in
      .pieces(event("ADDED", "a", "1") + end("6") + event("DELETED", "a", "7"), of: size)
    }

    let events = await run(transport, isOffered: true, upTo: 2)

    #expect(events == [.replaced([element("a", "1")]), .deleted(element("a", "7"))])
  }

  /// The first `count` events of a watch.
  private func run(
    _ transport: ScriptedTransport, isOffered: Bool? = nil, upTo count: Int
  ) async -> [WatchEvent<Object>] {
    var cluster = Cluster(transport: transport)
    cluster.timing = clock.timing
    if let isOffered { cluster.initialEventsSupport.note(isOffered) }
    return await Watch(.extensions, in: cluster) { $0 }.first(count)
  }
}

/// The bookmark after everything there is.
private func end(_ version: String) -> String {
  JSON.text([
    "type": "BOOKMARK",
    "object": [
      "kind": "Extension",
      "metadata": ["resourceVersion": .string(version), "annotations": ["k8s.io/initial-events-end": "true"]],
    ],
  ]) + "\n"
}
