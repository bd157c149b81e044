/// How long libcurl is believed that nothing has come for transfers that share a connection.
///
/// libcurl 7.88 takes what has come for one stream of HTTP/2 while it reads for another, and may not say that the first has
/// ended: `curl_multi_poll` then waits for the socket, which stays silent, and only the next `curl_multi_perform` finds the
/// answer that is there. Its own program stands still for a second in every fourth run of 28 requests at once.
struct SharedConnectionDoubt {
  /// Short beside an answer's way over a network.
  static let shortest = Duration.milliseconds(10)
  /// An answer that takes long costs a few looks a second.
  static let longest = Duration.milliseconds(250)

  private var current = shortest

  /// How long may be waited now; nil if there is no transfer.
  ///
  /// `hasMoved` is that one has ended since the last look.
  mutating func wait(for transfers: Int, hasMoved: Bool) -> Duration? {
    if transfers == 0 || hasMoved { current = Self.shortest }
    guard transfers > 0 else { return nil }
    defer { current = min(current * 2, Self.longest) }
    return current
  }
}
