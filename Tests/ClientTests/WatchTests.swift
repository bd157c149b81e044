import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

@Suite(.endsInTime)
struct WatchTests {
  private let clock = TestClock()

  @Test func aListIsFollowedByItsChanges() async {
    let events = await run(upTo: 4) { request, _ in
      request.target.contains("watch=true")
        ? .json(
          event("ADDED", "b", "6") + event("MODIFIED", "a", "7") + event("BOOKMARK", "", "8")
            + event("DELETED", "b", "9"))
        : .json(list("5", "a"))
    }

    #expect(
      events == [
        .replaced([element("a", "1")]), .applied(element("b", "6")), .applied(element("a", "7")),
        .deleted(element("b", "9")),
      ])
  }

  @Test func aWatchGoesOnWhereTheLastOneEnded() async {
    let transport = ScriptedTransport { request, number in
      switch number {
      case 0: .json(list("5", "a"))
      case 1: .json(event("MODIFIED", "a", "7"))
      case 2: .json(event("BOOKMARK", "", "20"))
      default: .json(event("MODIFIED", "a", "30"))
      }
    }

    _ = await run(transport, upTo: 3)

    #expect(versions(transport) == ["0", "5", "7", "20"])
    #expect(transport.requests[1].target.contains("allowWatchBookmarks=true"))
    #expect(transport.requests[1].target.contains("timeoutSeconds=450"))
    #expect(transport.requests[1].timeoutPolicy == .stream(limit: 480, silence: 180))
  }

  @Test(arguments: [
    HTTPResponse.json(410, #"{"kind":"Status","code":410,"reason":"Expired"}"#),
    .json(#"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Gone"}}"# + "\n"),
    .json(410, "gone"),
  ])
  func aForgottenVersionIsListedAgainWithoutAnEmptyMoment(answer: HTTPResponse) async {
    let transport = ScriptedTransport { request, number in
      switch number {
      case 0: .json(list("5", "a"))
      case 1: answer
      case 2: .json(list("50", "b"))
      default: .json(event("ADDED", "c", "51"))
      }
    }

    let events = await run(transport, upTo: 3)

    #expect(events == [.replaced([element("a", "1")]), .replaced([element("b", "1")]), .applied(element("c", "51"))])
    #expect(versions(transport) == ["0", "5", "5", "50"])
    #expect(clock.waits.isEmpty)
  }

  @Test func aServerThatForgetsEveryVersionIsNotAskedInALoop() async {
    let transport = ScriptedTransport { request, _ in
      request.target.contains("watch=true") ? .json(410, "") : .json(list("5", "a"))
    }

    let events = await run(transport, upTo: 12)

    #expect(events.contains { if case .interrupted = $0 { true } else { false } })
    #expect(clock.waits.count >= 4)
  }

  @Test func aRelistTheServerCannotServeAsksForTheNewest() async {
    let transport = ScriptedTransport { request, number in
      switch number {
      case 0: .json(list("5", "a"))
      case 1: .json(410, "")
      case 2: .json(504, #"{"kind":"Status","code":504,"message":"Too large resource version: 5, current: 3"}"#)
      case 3: .json(list("3", "b"))
      default: .json(event("ADDED", "c", "4"))
      }
    }

    let events = await run(transport, upTo: 3)

    #expect(events.count == 3)
    #expect(versions(transport) == ["0", "5", "5", "", "3"])
  }

  @Test func anErrorKeepsTheVersionAndWaits() async {
    let transport = ScriptedTransport { (request, number) throws(TransportError) in
      switch number {
      case 0: return .json(list("5", "a"))
      case 1: return .json(event("MODIFIED", "a", "7") + event("MODIFIED", "a", "8").dropLast(4))
      case 2: throw .unreachable(host: "h", reason: "refused")
      case 3: return .json(429, "", headers: ["Retry-After": "9"])
      default: return .json(event("MODIFIED", "a", "8"))
      }
    }

    let events = await run(transport, upTo: 6)

    #expect(versions(transport) == ["0", "5", "7", "7", "7"])
    #expect(
      events == [
        .replaced([element("a", "1")]), .applied(element("a", "7")),
        .interrupted(.transport(.unreachable(host: "h", reason: "refused")), delay: .milliseconds(1200)),
        .interrupted(.refused(Status(code: 429, reason: "TooManyRequests", retryAfter: 9)), delay: .seconds(9)),
        .resumed, .applied(element("a", "8")),
      ])
  }

  @Test func veryShortWatchesBackOff() async {
    let events = await run(upTo: 8) { request, _ in
      request.target.contains("watch=true") ? .json("") : .json(list("5", "a"))
    }

    #expect(clock.waits.prefix(3) == [.milliseconds(1200), .milliseconds(2400), .milliseconds(4800)])
    #expect(events.contains(.resumed))
  }

  @Test(arguments: ["nonsense\n", "{}\n", #"{"type":"ODD","object":{}}"# + "\n", #"{"type":"ADDED"}"# + "\n"])
  func anEventThatCannotBeReadBreaksTheWatchOnly(line: String) async {
    let events = await run(upTo: 4) { request, number in
      switch number {
      case 0: .json(list("5", "a"))
      case 1: .json(line)
      default: .json(event("ADDED", "b", "6"))
      }
    }

    #expect(events.last == .applied(element("b", "6")))
    guard case .interrupted(.unreadable, _) = events[1] else {
      Issue.record("\(events)")
      return
    }
  }

  @Test(arguments: 1...30)
  func eventsDoNotDependOnWhereChunksAreCut(size: Int) async {
    let events = await run(upTo: 3) { request, _ in
      request.target.contains("watch=true")
        ? .pieces(event("ADDED", "b", "6") + event("DELETED", "a", "7"), of: size) : .json(list("5", "a"))
    }

    #expect(events.dropFirst() == [.applied(element("b", "6")), .deleted(element("a", "7"))])
  }

  @Test func cancellingEndsAWatchThatWaits() async {
    let server = LoopbackServer {
      $0.target.contains("watch=true") ? [.chunkedHead, .stall] : .answer("200 OK", list("5", "a"))
    }
    let watch = Watch(.extensions, in: Cluster(transport: CurlTransport(base: server.base))) { $0 }
    let events = Locked<[WatchEvent<Object>]>([])
    let task = Task { await watch.run { event in events.withLock { $0.append(event) } } }
    await eventually { events.withLock { $0.count } == 1 && server.requests.count == 2 }

    task.cancel()
    await task.value

    await eventually { server.disconnects == 1 }
  }

  @Test func aBurstLosesNothing() async {
    let count = 20_000
    let server = LoopbackServer { request in
      guard request.target.contains("watch=true") else { return .answer("200 OK", list("5", "a")) }
      let lines = (0..<count).map { event("MODIFIED", "e\($0)", String($0 + 10)) }
      return [.chunkedHead] + stride(from: 0, to: count, by: 500).map { .chunk(lines[$0..<($0 + 500)].joined()) } + [
        .stall
      ]
    }
    let watch = Watch(.extensions, in: Cluster(transport: CurlTransport(base: server.base))) { $0 }
    let task = Task {
      var seen: [String] = []
      await watch.run { event in
        guard case .applied(let object) = event else { return }
        seen.append(object.name)
        if seen.count == count { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return seen
    }

    #expect(await task.value == (0..<count).map { "e\($0)" })
  }

  /// The first `count` events of a watch.
  private func run(
    upTo count: Int, _ answer: @escaping @Sendable (HTTPRequest, Int) throws(TransportError) -> HTTPResponse
  ) async -> [WatchEvent<Object>] {
    await run(ScriptedTransport(answer), upTo: count)
  }

  private func run(_ transport: ScriptedTransport, upTo count: Int) async -> [WatchEvent<Object>] {
    var cluster = Cluster(transport: transport)
    cluster.timing = clock.timing
    // Lists and watches apart; `InitialEventsSupportTests` has them in one.
    cluster.initialEventsSupport.note(false)
    return await Watch(.extensions, in: cluster) { $0 }.first(count)
  }

  private func versions(_ transport: ScriptedTransport) -> [String] {
    transport.requests.map { request in
      guard let range = request.target.rangeOfText("resourceVersion=") else { return "" }
      return String(request.target[range.upperBound...].prefix { $0 != "&" })
    }
  }
}
