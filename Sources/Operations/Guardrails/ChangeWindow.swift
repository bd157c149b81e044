package import Platform

/// A weekly time window in which changes are allowed, in one time zone.
package struct ChangeWindow: Hashable, Sendable {
  /// The days on which the window begins; Sunday is 0.
  package var days: Set<Int>
  /// Minute of the day; if `end` is not after `start`, the window extends past midnight.
  package var start: Int
  package var end: Int
  package var zone: TimeZone

  package init(days: Set<Int>, start: Int, end: Int, zone: TimeZone) {
    (self.days, self.start, self.end, self.zone) = (days, start, end, zone)
  }

  package func contains(_ time: Timestamp) -> Bool {
    let (day, minute) = zone.clock(at: time.secondsSince1970)
    if start < end { return days.contains(day) && start <= minute && minute < end }
    let yesterday = (day + 6) % 7
    return (days.contains(day) && minute >= start) || (days.contains(yesterday) && minute < end)
  }

  static let names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  /// `mon, tue 09:00–17:00 Europe/Berlin`.
  package var words: String {
    let ordered = [1, 2, 3, 4, 5, 6, 0].filter(days.contains)
    let text = days.count == 7 ? "daily" : ordered.map { Self.names[$0] }.joined(separator: ", ")
    return "\(text) \(Self.clock(start))–\(Self.clock(end)) \(zone.name)"
  }

  /// `thu 20:14`, in the time zone of the window.
  func clock(at time: Timestamp) -> String {
    let (day, minute) = zone.clock(at: time.secondsSince1970)
    return "\(Self.names[day]) \(Self.clock(minute))"
  }

  private static func clock(_ minute: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(minute / 60)):\(two(minute % 60))"
  }
}
