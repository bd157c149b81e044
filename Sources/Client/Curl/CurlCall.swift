import HTTP

/// A request with everything libcurl is to be told about it.
struct CurlCall: Sendable {
  var request: HTTPRequest
  var connection: Connection
  var address: ServerAddress
  var credential: Credential
  /// The proxy on the way, or `nil` when there is none.
  var proxy: Proxy?

  /// Texts that must not appear in anything a user reads.
  var secrets: [String] {
    credential.secrets + Redaction.secrets(in: proxy?.address) + Redaction.secrets(in: connection.server)
  }

  /// Seconds without a byte after which it is given up.
  var longestSilence: Int? {
    switch request.patience {
    case .answer: connection.requestTimeout
    case .stream(_, let silence): silence
    }
  }
}
