import Platform
import Testing

/// Clocks of other places, from zone files and their rules.
@Suite struct TimeZoneTests {
  /// A zone file of the second version without a change, whose footer says all.
  private static func file(_ rule: String) -> [UInt8] {
    func block(_ timeSize: Int) -> [UInt8] {
      var counts = [UInt8](repeating: 0, count: 24)
      (counts[19], counts[23]) = (1, 4)
      let type: [UInt8] = [0, 0, 0x0E, 0x10, 0, 0]
      return Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts + type + Array("CET\0".utf8)
    }
    return block(4) + block(8) + Array("\n\(rule)\n".utf8)
  }

  private func offset(_ rule: String, _ time: String) throws -> Int {
    let zone = try #require(TimeZone(name: "test", bytes: Self.file(rule)))
    return zone.offset(at: try #require(Timestamp.seconds(time)))
  }

  @Test(arguments: [
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-01-15T12:00:00Z", 3600),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 7200),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3600),
    ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -18_000),
    ("EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14_400),
    ("EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z", -18_000),
    ("NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-01-01T00:00:00Z", 46_800),
    ("NZST-12NZDT,M9.5.0,M4.1.0/3", "2026-07-01T00:00:00Z", 43_200),
    ("<+0545>-5:45", "2026-07-01T00:00:00Z", 20_700), ("UTC0", "2026-07-01T00:00:00Z", 0),
    ("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0),
    ("XXX3YYY,J60,299/0", "2024-03-01T05:00:00Z", -7200), ("XXX3YYY,J60,299/0", "2024-02-29T12:00:00Z", -10_800),
  ])
  func theRuleOfAZoneSaysWhenClocksChange(rule: String, time: String, seconds: Int) throws {
    #expect(try offset(rule, time) == seconds)
  }

  @Test func aClockShowsTheDayThere() throws {
    let zone = try #require(TimeZone(name: "test", bytes: Self.file("<+14>-14")))
    let clock = zone.clock(at: try #require(Timestamp.seconds("2026-11-26T20:30:00Z")))

    #expect(clock.weekday == 5)
    #expect(clock.minute == 10 * 60 + 30)
  }

  @Test func whatIsNoZoneFileIsNoZone() {
    #expect(TimeZone(name: "x", bytes: []) == nil)
    #expect(TimeZone(name: "x", bytes: Array("TZif2".utf8)) == nil)
    for size in stride(from: 0, to: Self.file("UTC0").count - 6, by: 7) {
      #expect(TimeZone(name: "x", bytes: Array(Self.file("UTC0").prefix(size))) == nil)
    }
    #expect(TimeZone(named: "../../etc/passwd") == nil)
    #expect(TimeZone(named: "") == nil)
    #expect(TimeZone(named: "UTC") == .utc)
  }
}
