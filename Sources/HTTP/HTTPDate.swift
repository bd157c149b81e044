import Glibc
import Platform

/// Dates in header fields, such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
package enum HTTPDate {
  static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let cached = Locked((seconds: 0, text: ""))

  /// The present date, formatted once a second.
  package static var now: String {
    let seconds = time(nil)
    return cached.withLock { cached in
      if cached.seconds != seconds { cached = (seconds, text(of: seconds)) }
      return cached.text
    }
  }

  /// The date `seconds` after 1970.
  package static func text(of seconds: Int) -> String {
    var (moment, seconds) = (tm(), seconds)
    gmtime_r(&seconds, &moment)
    let time = [moment.tm_hour, moment.tm_min, moment.tm_sec].map(padded).joined(separator: ":")
    return "\(days[Int(moment.tm_wday)]), \(padded(moment.tm_mday)) \(months[Int(moment.tm_mon)]) "
      + "\(moment.tm_year + 1900) \(time) GMT"
  }

  private static func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : String(number) }
}
