package import NIOHTTP2

/// How far ahead of its reader a body may be over HTTP/2, on either side of the gateway.
package enum HTTP2Windows {
  /// Bytes of a stream.
  private static let window = 256 << 10

  /// A connection that says `settings` of itself besides.
  package static func connection(_ settings: [HTTP2Setting]) -> NIOHTTP2Handler.ConnectionConfiguration {
    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
    configuration.initialSettings = settings + [HTTP2Setting(parameter: .initialWindowSize, value: window)]
    configuration.targetWindowSize = 4 * window
    return configuration
  }

  package static var stream: NIOHTTP2Handler.StreamConfiguration {
    var configuration = NIOHTTP2Handler.StreamConfiguration()
    configuration.targetWindowSize = window
    configuration.outboundBufferSizeHighWatermark = 256 << 10
    configuration.outboundBufferSizeLowWatermark = 64 << 10
    return configuration
  }
}
