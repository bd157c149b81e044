import Glibc

/// The time of day, as files and clusters write it.
package enum Clock {
  /// Now, in seconds since 1970.
  package static var seconds: Int { time(nil) }

  /// Now, as RFC 3339 in UTC: `2026-01-31T12:00:00Z`.
  static var now: String { text(seconds) }

  static func text(_ seconds: Int) -> String {
    var moment = tm()
    var seconds = seconds
    gmtime_r(&seconds, &moment)
    var buffer = [CChar](repeating: 0, count: 32)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &moment)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
