import Client
import Glibc

/// A moment, to the second, as Kubernetes writes it (RFC 3339, UTC).
package struct Timestamp: Hashable, Sendable, CustomStringConvertible {
  package var secondsSince1970: Int

  package init(secondsSince1970: Int) {
    self.secondsSince1970 = secondsSince1970
  }

  package static func now() -> Timestamp {
    Timestamp(secondsSince1970: time(nil))
  }

  /// Reads `2026-01-31T12:00:00Z`; `nil` for anything else.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20, bytes[19] == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T") else { return nil }
    guard let seconds = Client.Timestamp.seconds(text) else { return nil }
    secondsSince1970 = seconds
  }

  package var description: String { Client.Timestamp.text(secondsSince1970) }

  /// How long it was to `later`, as kubectl writes ages: `45s`, `3m20s`, `12m`, `5h30m`, `3d`.
  func age(at later: Timestamp) -> String {
    let seconds = max(0, later.secondsSince1970 - secondsSince1970)
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
    func pair(_ number: Int, _ unit: String, _ rest: Int, _ smaller: String) -> String {
      "\(number)\(unit)" + (rest == 0 ? "" : "\(rest)\(smaller)")
    }
    if seconds < 120 { return "\(seconds)s" }
    if minutes < 10 { return pair(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    if hours < 8 { return pair(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    if days < 8 { return pair(days, "d", hours % 24, "h") }
    if days < 730 { return "\(days)d" }
    return days < 2_920 ? pair(days / 365, "y", days % 365, "d") : "\(days / 365)y"
  }
}
