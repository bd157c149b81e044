import Platform
import Testing

@Suite struct GoDurationTests {
  /// What `time.ParseDuration` of Go 1.19 gave, in nanoseconds.
  @Test(
    arguments: [
      ("15m", 900_000_000_000), ("1h30m", 5_400_000_000_000), ("1.5h", 5_400_000_000_000), ("500ms", 500_000_000),
      ("1ms500us", 1_500_000), ("1µs", 1000), ("1μs", 1000), ("1ns", 1), ("0.1ns", 0), (".5s", 500_000_000),
      ("1.s", 1_000_000_000), ("1.0000000000000000000001s", 1_000_000_000), ("0", 0), ("-0", 0),
      ("-5s", -5_000_000_000),
      ("+5s", 5_000_000_000), ("2562047h47m16.854775807s", .max), ("2562047h47m16.854775808s", nil),
      ("9223372037s", nil),
      ("", nil), ("soon", nil), (".s", nil), ("5", nil), ("00", nil), ("1h 30m", nil), ("1d", nil), ("1e3s", nil),
      ("--5s", nil), ("1s-5s", nil), ("٣s", nil), ("0x5s", nil),
    ] as [(String, Int64?)])
  func durationsAreReadAsGoReadsThem(text: String, nanoseconds: Int64?) {
    #expect(GoDuration.parse(text) == nanoseconds.map { .nanoseconds($0) })
  }

  @Test(arguments: [("1h30m", 5400), ("999ms", 0), ("-1500ms", -1), ("soon", nil)])
  func secondsAreWhole(text: String, seconds: Int?) {
    #expect(GoDuration.seconds(text) == seconds)
  }
}
