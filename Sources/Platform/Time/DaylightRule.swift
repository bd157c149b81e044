import Glibc

/// The rule for clock changes in future years in POSIX notation: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct DaylightRule: Hashable, Sendable {
  /// A day of the year and the seconds after its midnight, by the clocks before the change.
  struct Turn: Hashable, Sendable {
    /// The notation of the day.
    enum Day: Hashable, Sendable {
      /// The week of a month, 5 for the last, and the day of that week.
      case month(Int, week: Int, weekday: Int)
      /// The day of the year from one; 29 February is not counted.
      case julian(Int)
      /// The day of the year from zero.
      case ordinal(Int)
    }

    var day: Day
    var seconds: Int
  }

  private let standard: Int
  private var daylight: (offset: Int, start: Turn, end: Turn)?

  init?(_ text: String) {
    var rest = text[...]
    guard Self.takeName(&rest), let west = Self.takeTime(&rest) else { return nil }
    // In this notation, times west of UTC are positive.
    standard = -west
    if rest.isEmpty { return }
    guard Self.takeName(&rest) else { return nil }
    let offset = rest.first == "," ? standard + 3600 : -(Self.takeTime(&rest) ?? 0)
    guard let start = Self.takeTurn(&rest), let end = Self.takeTurn(&rest), rest.isEmpty else { return nil }
    daylight = (offset, start, end)
  }

  static func == (left: DaylightRule, right: DaylightRule) -> Bool {
    left.standard == right.standard && left.daylight?.offset == right.daylight?.offset
      && left.daylight?.start == right.daylight?.start && left.daylight?.end == right.daylight?.end
  }

  func hash(into hasher: inout Hasher) { hasher.combine(standard) }

  /// The seconds to add to UTC at `time`.
  func offset(at time: Int) -> Int {
    guard let daylight else { return standard }
    var (localTime, parts) = (time + standard, tm())
    gmtime_r(&localTime, &parts)
    let year = Int(parts.tm_year) + 1900
    let start = daylight.start.time(in: year) - standard
    let end = daylight.end.time(in: year) - daylight.offset
    // South of the equator daylight saving time spans the new year.
    let isSummer = start < end ? start <= time && time < end : time < end || start <= time
    return isSummer ? daylight.offset : standard
  }
}

extension DaylightRule {
  /// Skips `CET`, or `<+03>` for names with other characters than letters.
  private static func takeName(_ rest: inout Substring) -> Bool {
    if rest.first == "<" {
      guard let end = rest.firstIndex(of: ">") else { return false }
      rest = rest[rest.index(after: end)...]
      return true
    }
    let name = rest.prefix { $0.isLetter }
    rest = rest.dropFirst(name.count)
    return name.count >= 3
  }

  /// Consumes a time such as `-1`, `+5:30` or `3:00:00`; returns its seconds.
  private static func takeTime(_ rest: inout Substring) -> Int? {
    let isNegative = rest.first == "-"
    if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
    let text = rest.prefix { $0.isNumber || $0 == ":" }
    rest = rest.dropFirst(text.count)
    let parts = text.split(separator: ":").compactMap { Int($0) }
    guard let hours = parts.first else { return nil }
    let seconds = hours * 3600 + (parts.count > 1 ? parts[1] : 0) * 60 + (parts.count > 2 ? parts[2] : 0)
    return isNegative ? -seconds : seconds
  }

  /// Consumes a change such as `,M3.5.0/2`, `,J60` or `,59`.
  private static func takeTurn(_ rest: inout Substring) -> Turn? {
    guard rest.first == "," else { return nil }
    rest = rest.dropFirst()
    let text = rest.prefix { $0 != "/" && $0 != "," }
    rest = rest.dropFirst(text.count)
    guard let day = day(text) else { return nil }
    // The default is two in the morning.
    guard rest.first == "/" else { return Turn(day: day, seconds: 7200) }
    rest = rest.dropFirst()
    return takeTime(&rest).map { Turn(day: day, seconds: $0) }
  }

  private static func day(_ text: Substring) -> Turn.Day? {
    if text.first == "J" { return Int(text.dropFirst()).map { .julian($0) } }
    guard text.first == "M" else { return Int(text).map { .ordinal($0) } }
    let parts = text.dropFirst().split(separator: ".").compactMap { Int($0) }
    guard parts.count == 3, (1...12).contains(parts[0]), (1...5).contains(parts[1]), (0...6).contains(parts[2]) else {
      return nil
    }
    return .month(parts[0], week: parts[1], weekday: parts[2])
  }
}

extension DaylightRule.Turn {
  /// Its time in `year`, in seconds since 1970, as if the clocks showed UTC.
  fileprivate func time(in year: Int) -> Int {
    let newYear = Self.midnight(year, 1, 1)
    return switch day {
    case .ordinal(let number): newYear + number * 86_400 + seconds
    case .julian(let number): newYear + Self.days(number, in: year) * 86_400 + seconds
    case .month(let month, let week, let weekday):
      Self.midnight(year, month, Self.dayOfMonth(year, month, week, weekday)) + seconds
    }
  }

  /// The days from 1 January to the day `julian`.
  private static func days(_ julian: Int, in year: Int) -> Int {
    let isLeap = midnight(year, 3, 1) - midnight(year, 2, 1) == 29 * 86_400
    return julian - 1 + (isLeap && julian >= 60 ? 1 : 0)
  }

  private static func dayOfMonth(_ year: Int, _ month: Int, _ week: Int, _ weekday: Int) -> Int {
    let start = midnight(year, month, 1) / 86_400
    let firstWeekday = ((start + 4) % 7 + 7) % 7
    let next = month == 12 ? midnight(year + 1, 1, 1) : midnight(year, month + 1, 1)
    let length = next / 86_400 - start
    var day = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
    while day > length { day -= 7 }
    return day
  }

  private static func midnight(_ year: Int, _ month: Int, _ day: Int) -> Int {
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year - 1900), Int32(month - 1), Int32(day))
    return timegm(&parts)
  }
}
