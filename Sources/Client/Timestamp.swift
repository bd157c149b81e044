import Glibc

/// Moments as Kubernetes writes them (RFC 3339).
package enum Timestamp {
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

  /// A moment in UTC, to the second.
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
}
