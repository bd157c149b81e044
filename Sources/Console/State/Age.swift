import Platform
import Terminal

/// How long ago something was, as all lists and pages tell it.
enum Age {
  /// `31 s`, `2 min`, `3 d`; or the time itself.
  ///
  /// Seconds are told while something is under way; otherwise they would be old before they are painted anew.
  static func text(
    of seconds: Int, at now: ClockReading, isExact: Bool, isUnderWay: Bool = true, _ words: Language
  ) -> String {
    if isExact { return ClockReading(0, wall: Double(seconds)).date }
    let age = now.wall - Double(seconds)
    return age < 60 && !isUnderWay ? words("now") : words.duration(age)
  }

  /// The time itself in as few columns as a list has: with the year alone where that is another one.
  static func exact(_ seconds: Int, at now: ClockReading) -> String {
    let date = ClockReading(0, wall: Double(seconds)).date
    return date.prefix(4) == now.date.prefix(4) ? String(date.dropFirst(5)) : String(date.prefix(10))
  }

  /// When the text changes next; `nil` where it is too old to wake up for.
  ///
  /// Seconds are told only while something is under way: they cost a frame each.
  static func nextChange(of seconds: Int, after now: ClockReading, isUnderWay: Bool) -> ClockReading? {
    let age = max(0, now.wall - Double(seconds))
    guard age < 3600 else { return nil }
    let step = isUnderWay && age < 60 ? 1.0 : 60.0
    return now + (((age / step).rounded(.down) + 1) * step - age)
  }
}

extension ConsoleState {
  /// How long ago `time` was, which is RFC 3339; the time itself where the user wants that, and nothing where it is none.
  func age(_ time: String) -> String {
    Timestamp.seconds(time).map { Age.text(of: $0, at: now, isExact: showsExactTimes, words) } ?? ""
  }
}

extension Language {
  /// How long something has lasted, in the largest unit that says enough.
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
