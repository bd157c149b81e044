import Glibc

/// A point in time, on two clocks.
///
/// Order and differences use a clock that is never set, so that no pause, timeout or age depends on the wall clock,
/// which is only for display and for records. Time is a parameter: only the loop reads the clocks.
package struct ClockReading: Sendable {
  /// The seconds since the computer was started, including sleep.
  package var seconds: Double
  /// The seconds since 1970, by a clock that may be set at any time.
  package var wall: Double

  /// The moment `seconds` after the start, at the wall-clock time `wall`, by default the same number.
  package init(_ seconds: Double, wall: Double? = nil) {
    self.seconds = seconds
    self.wall = wall ?? seconds
  }

  /// The present time on both clocks.
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

  /// The local wall-clock time, such as `20:45:01`.
  var clock: String {
    let fields = local
    return [fields.tm_hour, fields.tm_min, fields.tm_sec].map(Self.twoDigits).joined(separator: ":")
  }

  /// The local date and wall-clock time, such as `2026-11-22 20:45`.
  var date: String {
    let fields = local
    let day = [fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday].map(Self.twoDigits).joined(separator: "-")
    return day + " " + [fields.tm_hour, fields.tm_min].map(Self.twoDigits).joined(separator: ":")
  }

  /// The time in UTC (RFC 3339), as the cluster writes times.
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
  /// Compares only the clock that is never set.
  package static func == (left: ClockReading, right: ClockReading) -> Bool { left.seconds == right.seconds }

  /// Orders earlier moments first.
  package static func < (left: ClockReading, right: ClockReading) -> Bool { left.seconds < right.seconds }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(seconds) }
}
