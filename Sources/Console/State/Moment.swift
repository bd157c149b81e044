import Glibc

/// A point in time, in seconds since 1970.
///
/// Time is a parameter: the loop reads the clock, and everything else is told.
package struct Moment: Hashable, Comparable, Sendable {
  /// Seconds since 1970.
  package var seconds: Double

  /// The moment `seconds` after 1970 began.
  package init(_ seconds: Double) { self.seconds = seconds }

  /// What the clock says.
  package static var now: Moment {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Moment(Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
  }

  /// Earlier comes first.
  package static func < (left: Moment, right: Moment) -> Bool { left.seconds < right.seconds }

  static func - (left: Moment, right: Moment) -> Double { left.seconds - right.seconds }
  static func + (left: Moment, right: Double) -> Moment { Moment(left.seconds + right) }

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
    var time = time_t(seconds)
    var fields = tm()
    gmtime_r(&time, &fields)
    let day = [fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday].map(Self.twoDigits).joined(separator: "-")
    return day + "T" + [fields.tm_hour, fields.tm_min, fields.tm_sec].map(Self.twoDigits).joined(separator: ":") + "Z"
  }

  private var local: tm {
    var time = time_t(seconds)
    var fields = tm()
    localtime_r(&time, &fields)
    return fields
  }

  private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
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
