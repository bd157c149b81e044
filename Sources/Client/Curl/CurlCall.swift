import HTTP

/// A request with everything that libcurl needs to send it.
struct CurlCall: Sendable {
  var request: HTTPRequest
  var connection: Connection
  var address: ServerAddress
  var credential: Credential
  /// `nil` for a direct connection.
  var proxy: Proxy?

  /// Texts that must not appear in anything a user reads.
  var secrets: [String] {
    credential.secrets + Redaction.secrets(in: proxy?.address) + Redaction.secrets(in: connection.server)
  }

  /// Seconds without a transferred byte after which the request times out; `nil` for no limit.
  var longestSilence: Int? {
    switch request.timeoutPolicy {
    case .answer: connection.requestTimeout
    case .stream(_, let silence): silence
    }
  }
}
