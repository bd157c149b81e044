import APITestSupport
import Client
import Manifest
import Testing

@testable import APIServer
@testable import HTTP

@Suite struct WatchingTests {
  let ask: TestAPI

  init() throws { ask = try TestAPI() }

  @Test(arguments: [
    "watch=true&resourceVersion=9223372036854775807", "watch=true&timeoutSeconds=9223372036854775807",
    "resourceVersion=9223372036854775807", "resourceVersion=9223372036854775808", "limit=9223372036854775807",
    "resourceVersion=9223372036854775807&resourceVersionMatch=Exact", "continue=9223372036854775807_a_b",
    "watch=true&resourceVersion=9223372036854775807&resourceVersionMatch=NotOlderThan&sendInitialEvents=true"
      + "&allowWatchBookmarks=true",
  ])
  func theLargestNumbersAreNumbers(query: String) async throws {
    let ask = try TestAPI()
    try await ask(.post, Path.maps, .map("m"))

    let status = await ask.status(.get, Path.maps + "?" + query)

    #expect([200, 400, 410, 504].contains(status))
  }

  @Test func aWatchGoesOnFromAVersion() async throws {
    let version = try await ask(.get, Path.plans).version
    try await ask(.post, Path.plans, .plan("a"))
    try await ask.patch(Path.plans + "/a", ["spec": ["enabled": false]])
    try await ask(.delete, Path.plans + "/a")

    let events = try await ask.watch(Path.plans + "?watch=true&resourceVersion=\(version)", 3)

    #expect(events.map(\.eventType) == ["ADDED", "MODIFIED", "DELETED"])
    #expect(Set(events.map(\.eventVersion)).count == 3)
  }

  @Test func aWatchWaitsForWhatHappens() async throws {
    let version = try await ask(.get, Path.plans).version
    let target = Path.plans + "?watch=true&resourceVersion=\(version)"

    async let events = ask.watch(target, 1)
    try await ask(.post, Path.extensions, Value.plan("other").setting(["kind"], to: "Extension"))
    try await ask(.post, Path.plans, .plan("a"))

    #expect(try await events.map(\.eventName) == ["a"])
  }

  @Test func withoutAVersionItBeginsWithWhatThereIs() async throws {
    try await ask(.post, Path.plans, .plan("a"))
    try await ask(.post, Path.plans, .plan("b"))

    let events = try await ask.watch(Path.plans + "?watch=1", 2)

    #expect(events.map(\.eventName) == ["a", "b"])
  }

  @Test func aForgottenVersionIsAnErrorInTheStream() async throws {
    let ask = try TestAPI(remembering: 2)
    let version = try await ask(.get, Path.plans).version
    for name in ["a", "b", "c"] { try await ask(.post, Path.plans, .plan(name)) }

    let events = try await ask.watch(Path.plans + "?watch=true&resourceVersion=\(version)")

    #expect(events.map(\.eventType) == ["ERROR"])
    #expect(events.first?[path: "object", "code"] == 410)
    #expect(events.first?[path: "object", "reason"] == "Expired")
  }

  @Test func aWatchEndsWithABookmark() async throws {
    let version = try await ask(.post, Path.maps, .map("m")).version

    let events = try await ask.watch(
      Path.plans + "?watch=true&resourceVersion=\(version)&timeoutSeconds=1&allowWatchBookmarks=true")

    #expect(events.map(\.eventType) == ["BOOKMARK"])
    #expect(events.first?.eventVersion == version)
    #expect(events.first?[path: "object", "kind"] == "InstallPlan")
  }

  @Test func initialEventsEndWithAMark() async throws {
    try await ask(.post, Path.plans, .plan("a"))

    let events = try await ask.watch(
      Path.plans + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", 2)

    #expect(events.map(\.eventType) == ["ADDED", "BOOKMARK"])
    #expect(events.last?[path: "object", "metadata", "annotations", "k8s.io/initial-events-end"] == "true")
  }

  @Test func afterTheMarkItGoesOn() async throws {
    try await ask(.post, Path.plans, .plan("a"))
    let target =
      Path.plans + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"

    async let events = ask.watch(target, 3)
    // The watch may begin before or after this: it is seen once either way.
    try await ask(.post, Path.plans, .plan("b"))
    let seen = try await events

    #expect(seen.filter { $0.eventType == "ADDED" }.map(\.eventName) == ["a", "b"])
    #expect(seen.filter { $0.eventType == "BOOKMARK" }.count == 1)
  }

  @Test func withoutInitialEventsItBeginsNow() async throws {
    try await ask(.post, Path.plans, .plan("a"))

    let events = try await ask.watch(
      Path.plans + "?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&timeoutSeconds=1")

    #expect(events.isEmpty)
  }

  @Test(arguments: [
    ("watch=1&sendInitialEvents=true", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
    ("watch=1&sendInitialEvents=true&resourceVersionMatch=Exact", "sendInitialEvents requires setting"),
    ("watch=1&resourceVersionMatch=NotOlderThan", "forbidden for watch unless sendInitialEvents is provided"),
    ("sendInitialEvents=true", "sendInitialEvents is forbidden for list"),
    (
      "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&continue=x",
      "resourceVersionMatch is forbidden when continue is provided"
    ),
  ])
  func whatDoesNotGoTogetherIsInvalid(query: String, problem: String) async throws {
    let answer = try await ask(.get, Path.plans + "?" + query)

    #expect(answer.status == 422)
    #expect(answer.reason == "Invalid")
    #expect(answer.message.hasPrefix("ListOptions.meta.k8s.io \"\" is invalid: "))
    #expect(answer.message.contains(problem))
  }

  @Test func whatLosesItsLabelIsGoneForTheSelection() async throws {
    let version = try await ask(.get, Path.maps).version
    try await ask(.post, Path.maps, .map("m", labels: ["app": "x"]))
    try await ask.patch(Path.maps + "/m", ["metadata": ["labels": ["app": "y"]]])
    try await ask.patch(Path.maps + "/m", ["metadata": ["labels": ["app": "x"]]])

    let events = try await ask.watch(Path.maps + "?watch=true&labelSelector=app%3Dx&resourceVersion=\(version)", 3)

    #expect(events.map(\.eventType) == ["ADDED", "DELETED", "ADDED"])
    // Shown as it was while it was selected, at the version at which it left.
    #expect(events[1][path: "object", "metadata", "labels"] == ["app": "x"])
    let versions = events.compactMap { Int($0.eventVersion) }
    #expect(versions == versions.sorted() && Set(versions).count == 3)
  }

  @Test func aCancelledWatchEnds() async throws {
    let target = Path.plans + "?watch=true"
    let watch = Task { try await ask.watch(target) }

    watch.cancel()

    await #expect(throws: TransportError.cancelled) { try await watch.value }
  }

  @Test func aFloodOfWritesIsSeenOnceAndInOrder() async throws {
    let version = try await ask(.post, Path.maps, .map("m")).version
    let target = Path.maps + "?watch=true&resourceVersion=\(version)"
    let count = 500

    async let events = ask.watch(target, count)
    var written: [String] = []
    for index in 0..<count {
      written.append(try await ask.patch(Path.maps + "/m", ["data": ["n": .string(String(index))]]).version)
    }

    #expect(try await events.map(\.eventVersion) == written)
  }

  @Test func everyEventReachesEveryWatcher() async throws {
    let version = try await ask(.get, Path.maps).version
    let target = Path.maps + "?watch=true&resourceVersion=\(version)"
    let names = (0..<300).map { "m\($0)" }

    let seen = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<5 { group.addTask { try await ask.watch(target, names.count).map(\.eventName) } }
      for name in names { try await ask(.post, Path.maps, .map(name)) }
      return try await group.reduce(into: []) { $0.append($1) }
    }

    #expect(seen == Array(repeating: names, count: 5))
  }
}
