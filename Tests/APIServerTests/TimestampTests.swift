import Testing

@testable import APIServer
@testable import Platform

@Suite struct TimestampTests {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
    (1_767_225_600, "2026-01-01T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
  ])
  func timesAreWrittenAndRead(seconds: Int, text: String) {
    #expect(Timestamp(secondsSince1970: seconds).description == text)
    #expect(Timestamp(text) == Timestamp(secondsSince1970: seconds))
  }

  @Test(arguments: [
    (0, "0s"), (119, "119s"), (120, "2m"), (200, "3m20s"), (660, "11m"), (10_800, "3h"), (19_800, "5h30m"),
    (86_400, "24h"), (180_000, "2d2h"), (8_640_000, "100d"), (63_072_000, "2y"), (-5, "0s"),
  ])
  func agesAreShort(seconds: Int, text: String) {
    let start = Timestamp(secondsSince1970: 1_767_225_600)

    #expect(start.age(at: Timestamp(secondsSince1970: start.secondsSince1970 + seconds)) == text)
  }
}
