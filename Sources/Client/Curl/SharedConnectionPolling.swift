/// Limits how long the loop waits in `curl_multi_poll` while transfers share connections.
///
/// While libcurl 7.88 reads for one HTTP/2 stream, it also takes the data of others, and may not report that another
/// stream has ended: `curl_multi_poll` then waits for the silent socket, and only the next `curl_multi_perform` finds
/// the complete response. The `curl` program itself stalls for a second in every fourth run of 28 parallel requests.
struct SharedConnectionPolling {
  /// Short compared with the way of a response over a network.
  static let shortest = Duration.milliseconds(10)
  /// A slow response costs only a few polls a second.
  static let longest = Duration.milliseconds(250)

  private var current = shortest

  /// The longest wait now; `nil` if there is no transfer.
  ///
  /// It doubles with every call and starts over if `hasMoved`: a transfer has ended since the last call.
  mutating func wait(for transfers: Int, hasMoved: Bool) -> Duration? {
    if transfers == 0 || hasMoved { current = Self.shortest }
    guard transfers > 0 else { return nil }
    defer { current = min(current * 2, Self.longest) }
    return current
  }
}
