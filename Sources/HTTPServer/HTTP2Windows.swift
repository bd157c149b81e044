package import NIOHTTP2

/// Flow-control windows of HTTP/2: how many bytes of a body may wait for its reader, on either side of the gateway.
package enum HTTP2Windows {
  /// Bytes for each stream.
  private static let window = 256 << 10

  /// A connection that announces `settings` too.
  package static func connection(_ settings: [HTTP2Setting]) -> NIOHTTP2Handler.ConnectionConfiguration {
    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
    configuration.initialSettings = settings + [HTTP2Setting(parameter: .initialWindowSize, value: window)]
    configuration.targetWindowSize = 4 * window
    return configuration
  }

  /// The configuration of each stream.
  package static var stream: NIOHTTP2Handler.StreamConfiguration {
    var configuration = NIOHTTP2Handler.StreamConfiguration()
    configuration.targetWindowSize = window
    configuration.outboundBufferSizeHighWatermark = 256 << 10
    configuration.outboundBufferSizeLowWatermark = 64 << 10
    return configuration
  }
}
