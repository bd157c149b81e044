import Glibc

/// A point in time, on two clocks.
///
/// Order and distance are those of a clock that is never set, so that no pause, timeout or age depends on the
/// clock on the wall; that one is for showing and for what is written down. Time is a parameter: the loop
/// reads the clocks, and everything else is told.
package struct ClockReading: Sendable {
  /// Seconds since the computer was started, sleep included.
  package var seconds: Double
  /// Seconds since 1970, by a clock that may be set at any time.
  package var wall: Double

  /// The moment `seconds` after the start, when the clock on the wall says `wall`, or the same.
  package init(_ seconds: Double, wall: Double? = nil) {
    self.seconds = seconds
    self.wall = wall ?? seconds
  }

  /// What the clocks say.
  package static var now: ClockReading { ClockReading(read(CLOCK_BOOTTIME), wall: read(CLOCK_REALTIME)) }

  private static func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func - (left: ClockReading, right: ClockReading) -> Double { left.seconds - right.seconds }
  static func + (left: ClockReading, right: Double) -> ClockReading {
    ClockReading(left.seconds + right, wall: left.wall + right)
  }

  /// `20:45:01`, by the clock on the wall.
  var clock: String {
    let fields = local
    return [fields.tm_hour, fields.tm_min, fields.tm_sec].map(Self.twoDigits).joined(separator: ":")
  }

  /// `2026-11-22 20:45`, by the clock on the wall.
  var date: String {
    let fields = local
    let day = [fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday].map(Self.twoDigits).joined(separator: "-")
    return day + " " + [fields.tm_hour, fields.tm_min].map(Self.twoDigits).joined(separator: ":")
  }

  /// RFC 3339 in UTC, as the cluster writes times.
  var timestamp: String {
    var time = time_t(wall)
    var fields = tm()
    gmtime_r(&time, &fields)
    let day = [fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday].map(Self.twoDigits).joined(separator: "-")
    return day + "T" + [fields.tm_hour, fields.tm_min, fields.tm_sec].map(Self.twoDigits).joined(separator: ":") + "Z"
  }

  private var local: tm {
    var time = time_t(wall)
    var fields = tm()
    localtime_r(&time, &fields)
    return fields
  }

  private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension ClockReading: Hashable, Comparable {
  /// The wall clock is not compared.
  package static func == (left: ClockReading, right: ClockReading) -> Bool { left.seconds == right.seconds }

  /// Earlier comes first.
  package static func < (left: ClockReading, right: ClockReading) -> Bool { left.seconds < right.seconds }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(seconds) }
}

/// How long something has lasted, in the largest unit that says enough.
func duration(_ seconds: Double) -> String {
  let whole = Int(max(0, seconds))
  switch whole {
  case ..<60: return "\(whole) s"
  case ..<3600: return "\(whole / 60) min"
  case ..<86400: return "\(whole / 3600) h"
  default: return "\(whole / 86400) d"
  }
}
