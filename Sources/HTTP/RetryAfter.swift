import Glibc

/// The value of a `Retry-After` field (RFC 9110 §10.2.3): seconds or a date.
package enum RetryAfter {
  /// The seconds to wait from `now`, in seconds since 1970, and at most a day; `nil` if `text` is invalid.
  package static func seconds(_ text: String, now: Int) -> Int? {
    if let seconds = Int(text) { return seconds >= 0 ? min(seconds, 86_400) : nil }
    return date(text).map { max(0, min($0 - now, 86_400)) }
  }

  /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func date(_ text: String) -> Int? {
    let parts = text.split { " ,:".contains($0) }
    guard parts.count == 8, parts[7] == "GMT", let month = HTTPDate.months.firstIndex(of: String(parts[2])) else {
      return nil
    }
    let numbers = [parts[1], parts[3], parts[4], parts[5], parts[6]].compactMap { Int32($0) }
    guard numbers.count == 5, numbers.allSatisfy({ (0...9999).contains($0) }) else { return nil }
    var moment = tm()
    moment.tm_mday = numbers[0]
    moment.tm_mon = Int32(month)
    moment.tm_year = numbers[1] - 1900
    moment.tm_hour = numbers[2]
    moment.tm_min = numbers[3]
    moment.tm_sec = numbers[4]
    return timegm(&moment)
  }
}
