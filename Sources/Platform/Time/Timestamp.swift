import Glibc

/// A point in time to the second, in Kubernetes' format (RFC 3339, UTC).
///
/// It is wall time, for display and storage; pauses and timeouts use a monotonic clock.
package struct Timestamp: Hashable, Sendable, CustomStringConvertible {
  package var secondsSince1970: Int

  package init(secondsSince1970: Int) {
    self.secondsSince1970 = secondsSince1970
  }

  /// The present wall time.
  package static func now() -> Timestamp {
    Timestamp(secondsSince1970: time(nil))
  }

  /// Parses `2026-01-31T12:00:00Z`, the format of servers; `nil` for anything else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20, bytes[19] == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T") else { return nil }
    guard let seconds = Self.seconds(text) else { return nil }
    secondsSince1970 = seconds
  }

  package var description: String { Self.text(secondsSince1970) }

  /// Seconds since 1970 of a text such as `2026-01-02T03:04:05Z` or with `.123456` and `+08:00`.
  package static func seconds(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), "Tt ".utf8.contains(bytes[10]),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var rest = bytes[19...]
    if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst().drop { (48...57).contains($0) } }
    guard let offset = offset(Array(rest)) else { return nil }
    var moment = tm()
    moment.tm_year = Int32(year - 1900)
    moment.tm_mon = Int32(month - 1)
    moment.tm_mday = Int32(day)
    moment.tm_hour = Int32(hour)
    moment.tm_min = Int32(minute)
    moment.tm_sec = Int32(second)
    return timegm(&moment) - offset
  }

  /// RFC 3339 in UTC, to the second.
  package static func text(_ seconds: Int) -> String {
    var clock = seconds
    var moment = tm()
    gmtime_r(&clock, &moment)
    func padded(_ number: Int32, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return padded(moment.tm_year + 1900, 4) + "-" + padded(moment.tm_mon + 1) + "-" + padded(moment.tm_mday) + "T"
      + padded(moment.tm_hour) + ":" + padded(moment.tm_min) + ":" + padded(moment.tm_sec) + "Z"
  }

  private static func offset(_ text: [UInt8]) -> Int? {
    if text == [UInt8(ascii: "Z")] || text == [UInt8(ascii: "z")] { return 0 }
    guard text.count == 6, text[3] == UInt8(ascii: ":"), let hours = number(text[1..<3]),
      let minutes = number(text[4..<6])
    else { return nil }
    let seconds = hours * 3600 + minutes * 60
    switch text[0] {
    case UInt8(ascii: "+"): return seconds
    case UInt8(ascii: "-"): return -seconds
    default: return nil
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  /// The age at `later`, in kubectl's format: `45s`, `3m20s`, `12m`, `5h30m`, `3d`.
  package func age(at later: Timestamp) -> String {
    let seconds = max(0, later.secondsSince1970 - secondsSince1970)
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
    func pair(_ number: Int, _ unit: String, _ rest: Int, _ smaller: String) -> String {
      "\(number)\(unit)" + (rest == 0 ? "" : "\(rest)\(smaller)")
    }
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    if days < 8 { return pair(days, "d", hours % 24, "h") }
    if days < 730 { return "\(days)d" }
    return days < 2_920 ? pair(days / 365, "y", days % 365, "d") : "\(days / 365)y"
  }
}
