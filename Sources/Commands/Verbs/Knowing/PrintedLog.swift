import Client

/// Which lines of a log were printed, so that none is lost or repeated where the connection broke.
///
/// The server's `sinceTime` counts whole seconds: lines of the last second are sent again, and several lines may have
/// the same time.
struct PrintedLog {
  /// The time of the last printed line, RFC 3339; empty before the first.
  private(set) var time = ""
  /// How many printed lines have that time.
  private var count = 0
  /// How many of them are still to be skipped on this connection.
  private var repeated = 0

  /// Prepares for the lines of a new connection.
  mutating func startAgain() { repeated = count }

  /// Records that `line` is printed; `false` if it was printed before.
  mutating func noteIfNew(_ line: LogLine) -> Bool {
    if line.time < time { return false }
    if line.time == time, repeated > 0 {
      repeated -= 1
      return false
    }
    count = line.time == time ? count + 1 : 1
    repeated = line.time == time ? repeated : 0
    time = line.time
    return true
  }
}
