import HTTP
import NIOCore
import NIOHTTP1

/// One request while it is answered.
///
/// Confined to its connection's event loop.
final class Exchange {
  let isHead: Bool
  let version: HTTPVersion
  /// `nil` if the request has no body.
  let body: IncomingBody?
  var isKeepAlive: Bool
  /// What the client sends after an upgrade; `nil` if it offers none.
  var upgraded: IncomingBody?
  /// The relay that answers instead of the handler.
  var relay: (any RelayEnd)?
  /// Whether the head of the answer has been sent.
  var isBegun = false
  /// Whether the handler's response has no `Content-Length`.
  var isOpenEnded = false
  /// Whether all of the body has arrived, read or not.
  var isComplete = false
  /// Trailers that arrived before a relay began.
  var trailers: HTTP.HTTPHeaders?
  /// A fault in the body that was found before a relay began.
  var fault: RequestFault?
  /// The entry for the access log, and when the request began.
  var logEntry: (request: ServedRequest, since: NIODeadline)?

  init(_ head: RequestHead, isStream: Bool, body: IncomingBody?) {
    isHead = head.request.method == .head
    version = head.version
    self.body = body
    // After an offer to upgrade that is not accepted, it is unknown where the next request begins.
    isKeepAlive = isStream || head.isKeptAlive && head.offer == nil
  }

  /// An exchange for the refusal of an invalid request.
  init(refusedOnStream isStream: Bool) {
    isHead = false
    version = isStream ? HTTPVersion(major: 2, minor: 0) : .http1_1
    body = nil
    isKeepAlive = isStream
  }

  /// Logs the request, once.
  func report(to log: (@Sendable (ServedRequest) -> Void)?, isComplete: Bool) {
    guard var logEntry, let log else { return }
    self.logEntry = nil
    logEntry.request.isComplete = isComplete
    logEntry.request.duration = Duration.nanoseconds((NIODeadline.now() - logEntry.since).nanoseconds)
    log(logEntry.request)
  }
}

/// How the client finds the end of a response.
enum Framing {
  /// By a field or the frames of a stream, or because there is no body.
  case known
  case chunked
  case endOfConnection
}

extension ResponseHead {
  /// Sets the fields that frame the body (RFC 9112 §6.3).
  mutating func frame(for version: HTTPVersion, isHead: Bool) -> Framing {
    let mayHaveBody = status.mayHaveResponseBody
    // A 304 has the length that the body of a 200 would have had.
    let mayHaveLength = mayHaveBody || status == .notModified
    var hasLength = false
    headers.removeAll { field in
      switch field.name.utf8.count {
      case 14 where field.isNamed("content-length"):
        hasLength = true
        return !mayHaveLength
      case 17: return field.isNamed("transfer-encoding")
      default: return false
      }
    }
    guard mayHaveBody, !hasLength, !isHead else { return .known }
    guard version == .http1_1 else { return version.isOlder ? .endOfConnection : .known }
    headers.add("Transfer-Encoding", "chunked")
    return .chunked
  }

  /// Whether one of its fields asks for the end of the connection.
  var asksToClose: Bool {
    headers.fields.contains { $0.isNamed("connection") && HTTPHeaders.same($0.value, "close") }
  }
}
