import Glibc

/// A moment, to the second, as Kubernetes writes it (RFC 3339, UTC).
public struct Timestamp: Hashable, Sendable, CustomStringConvertible {
  public var secondsSince1970: Int

  public init(secondsSince1970: Int) {
    self.secondsSince1970 = secondsSince1970
  }

  public static func now() -> Timestamp {
    Timestamp(secondsSince1970: time(nil))
  }

  /// Reads `2026-01-31T12:00:00Z`; `nil` for anything else.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20, bytes[19] == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T") else { return nil }
    func number(_ range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
      let minute = number(14..<16), let second = number(17..<19)
    else { return nil }
    let days = Self.days(year: year, month: month, day: day)
    secondsSince1970 = days * 86_400 + hour * 3_600 + minute * 60 + second
  }

  public var description: String {
    let days = secondsSince1970.dividedDown(by: 86_400)
    let second = secondsSince1970 - days * 86_400
    let date = Self.date(days)
    let day = "\(Self.pad(date.year, 4))-\(Self.pad(date.month))-\(Self.pad(date.day))"
    return "\(day)T\(Self.pad(second / 3_600)):\(Self.pad(second / 60 % 60)):\(Self.pad(second % 60))Z"
  }

  /// How long it was to `later`, as kubectl writes ages: `45s`, `3m20s`, `12m`, `5h30m`, `3d`.
  func age(at later: Timestamp) -> String {
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

  // Days from and to the civil calendar, counting years from March so that leap days come last:
  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.dividedDown(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.dividedDown(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func pad(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

extension Int {
  fileprivate func dividedDown(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
