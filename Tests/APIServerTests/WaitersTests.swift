import APITestSupport
import Client
import Extensions
import HTTP
import KubeSphereKinds
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import APIServer

@Suite struct WaitersTests {
  private let waiters = Waiters()
  private let filter: ObjectFilter

  init() throws {
    let types = ResourceTypes(dialect: .installPlan)
    filter = ObjectFilter(try #require(types.find(collection: "configmaps")))
  }

  private func change(_ version: Int, of collection: String = "configmaps") -> StoredChange {
    StoredChange(
      kind: .added, collection: collection, object: StoredObject(.map("a"), version: version), previous: nil)
  }

  private func wait(until deadline: ContinuousClock.Instant) -> Task<Int?, Never> {
    Task { [waiters, filter] in
      await waiters.wait(for: filter, until: deadline, unless: { true }, expect: {})
    }
  }

  private func untilWaiting(_ count: Int = 1) async {
    let end = ContinuousClock.now + TestTimeout.usual
    while waiters.count < count, ContinuousClock.now < end { await Task.yield() }
  }

  @Test func aChangeWakesThoseItConcerns() async {
    let waiting = wait(until: .now + .seconds(3_600))
    await untilWaiting()

    waiters.announce(change(7, of: "secrets"))
    let afterOther = waiters.count
    waiters.announce(change(8))

    #expect(afterOther == 1)
    #expect(await waiting.value == 7)
  }

  @Test func nothingIsLeftOfAWaitThatIsOver() async {
    for version in 1...200 {
      let waiting = wait(until: .now + .seconds(3_600))
      await untilWaiting()
      waiters.announce(change(version))
      _ = await waiting.value
    }
    let cancelled = wait(until: .now + .seconds(3_600))
    await untilWaiting()
    cancelled.cancel()

    #expect(await cancelled.value == nil)
    #expect(waiters.count == 0)
  }

  @Test func whoseTimeIsOverIsWoken() async {
    let start = ContinuousClock.now
    let (early, late) = (wait(until: start + .seconds(10)), wait(until: start + .seconds(20)))
    await untilWaiting(2)

    let first = waiters.wakeOverdue(at: start + .seconds(9))
    let second = waiters.wakeOverdue(at: start + .seconds(11))
    let last = waiters.wakeOverdue(at: start + .seconds(21))

    #expect([first, second, last] == [.seconds(1), .seconds(9), nil])
    #expect(await early.value == nil)
    #expect(await late.value == nil)
  }

  @Test func aChangeThatIsAnnouncedAfterItWasReadIsNotReadAgain() async throws {
    let ask = try TestAPI()
    let api = ask.api
    try await ask(.post, Path.maps, .map("a"))
    let version = api.version
    let news = Task { [filter] in
      await api.news(after: version, for: filter, until: .now + .seconds(3_600))
    }
    let end = ContinuousClock.now + TestTimeout.usual
    while api.waiters.count < 1, ContinuousClock.now < end { await Task.yield() }

    api.waiters.announce(change(version))

    guard case .events(let events, let seen) = await news.value else { return #expect(Bool(false), "forgotten") }
    #expect(events.map(\.object.version) == [] && seen == version)
  }

  @Test func aChangeThatCameFirstIsNotWaitedFor() async {
    let version = await waiters.wait(
      for: filter, until: .now + .seconds(3_600), unless: { false }, expect: {})

    #expect(version == nil)
    #expect(waiters.count == 0)
  }
}
