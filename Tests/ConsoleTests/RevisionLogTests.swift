import Client
import Extensions
import Platform
import Testing

@testable import Console

@Suite struct RevisionLogTests {
  @Test func aSecondReaderIsToldWhatTheFirstHasSeen() {
    var log = RevisionLog()
    log.noteEverything()
    let seen = log.revision
    log.note("a")
    #expect(log.changes(since: seen) == .some(["a"]))
    log.note("b")

    #expect(log.changes(since: seen) == .some(["a", "b"]))
    #expect(log.changes(since: seen + 1) == .some(["b"]))
    #expect(log.changes(since: log.revision) == .none)
  }

  @Test func whoHasSeenNothingOrTooLittleReadsEverything() {
    var log = RevisionLog()
    log.note("a")
    #expect(log.changes(since: nil) == .everything)
    let seen = log.revision
    log.noteEverything()
    #expect(log.changes(since: seen) == .everything)

    let behind = log.revision
    for number in 0..<(3 * RevisionLog.capacity) { log.note("e\(number)") }
    #expect(log.changes(since: behind) == .everything)
    #expect(log.changes(since: log.revision - RevisionLog.capacity + 1) != .everything)
  }

  @Test func aSecondListOverTheMarketplaceMissesNothing() {
    var market = Market()
    market.apply(.replaced([.sample("grafana", "Grafana", versions: ["1.0.0"])]) as WatchEvent<Extension>)
    var lists = [FilteredRows(), FilteredRows()]
    for index in lists.indices {
      _ = lists[index].update(from: market, [:], language: "en", at: Timestamp(secondsSince1970: 0))
    }
    market.apply(.applied(.sample("loki", "Loki", versions: ["1.0.0"])) as WatchEvent<Extension>)

    for index in lists.indices {
      let hasNews = lists[index].update(from: market, [:], language: "en", at: Timestamp(secondsSince1970: 0))
      let hasMore = lists[index].update(from: market, [:], language: "en", at: Timestamp(secondsSince1970: 0))
      #expect(hasNews && !hasMore)
      #expect(lists[index].row("loki") != nil)
    }
  }
}
