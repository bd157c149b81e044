import Platform
import Terminal

/// Formats how long ago something was, for all lists and pages.
enum Age {
  /// The age such as `31 s`, `2 min` or `3 d`, or the exact time.
  ///
  /// Seconds are shown only for changes in progress, because otherwise they would be outdated before the next frame.
  static func text(
    of seconds: Int, at now: ClockReading, isExact: Bool, isUnderWay: Bool = true, _ words: Language
  ) -> String {
    if isExact { return ClockReading(0, wall: Double(seconds)).date }
    let age = now.wall - Double(seconds)
    return age < 60 && !isUnderWay ? words("now") : words.duration(age)
  }

  /// The exact time in few columns: the year is shown only if it is not the present one, and then without the time of
  /// day.
  static func exact(_ seconds: Int, at now: ClockReading) -> String {
    let date = ClockReading(0, wall: Double(seconds)).date
    return date.prefix(4) == now.date.prefix(4) ? String(date.dropFirst(5)) : String(date.prefix(10))
  }

  /// When the text next changes; `nil` if the age is too great to wake up for.
  ///
  /// Seconds are shown only for changes in progress because each costs a frame.
  static func nextChange(of seconds: Int, after now: ClockReading, isUnderWay: Bool) -> ClockReading? {
    let age = max(0, now.wall - Double(seconds))
    guard age < 3600 else { return nil }
    let step = isUnderWay && age < 60 ? 1.0 : 60.0
    return now + (((age / step).rounded(.down) + 1) * step - age)
  }
}

extension ConsoleState {
  /// The age of `time` (RFC 3339), or the exact time if the user wants that; empty if `time` is not a time.
  func age(_ time: String) -> String {
    Timestamp.seconds(time).map { Age.text(of: $0, at: now, isExact: showsExactTimes, words) } ?? ""
  }
}

extension Language {
  /// The duration in its largest unit, rounded down.
  func duration(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds))
    switch whole {
    case ..<60: return self("{0} s", "\(whole)")
    case ..<3600: return self("{0} min", "\(whole / 60)")
    case ..<86400: return self("{0} h", "\(whole / 3600)")
    default: return self("{0} d", "\(whole / 86400)")
    }
  }
}
