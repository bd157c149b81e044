import HTTP
import NIOCore
import NIOHTTP1

/// One request while it is answered.
///
/// Confined to its connection's event loop.
final class Exchange {
  let isHead: Bool
  let version: HTTPVersion
  /// `nil` where nothing comes behind the head.
  let body: IncomingBody?
  var isKeepAlive: Bool
  /// What the client sends after an upgrade, if it offers one.
  var upgraded: IncomingBody?
  /// Who answers instead of the handler.
  var relay: (any RelayEnd)?
  /// Whether the head of the answer has been sent.
  var isBegun = false
  /// Whether the handler's answer does not say how long it is.
  var isOpenEnded = false
  /// Whether all of the body has arrived, read or not.
  var isComplete = false
  /// What came behind the body before it was known who answers.
  var trailers: HTTP.HTTPHeaders?
  /// What was wrong with its body before it was known who answers.
  var fault: RequestFault?
  /// What a log will be told, and since when.
  var record: (request: ServedRequest, since: NIODeadline)?

  init(_ head: RequestHead, isStream: Bool, body: IncomingBody?) {
    isHead = head.request.method == .head
    version = head.version
    self.body = body
    // Where an offer to upgrade is not taken up, it is not known where the next request begins.
    isKeepAlive = isStream || head.isKeptAlive && head.offer == nil
  }

  /// What is refused, and is no request.
  init(refusedOnStream isStream: Bool) {
    isHead = false
    version = isStream ? HTTPVersion(major: 2, minor: 0) : .http1_1
    body = nil
    isKeepAlive = isStream
  }

  /// Tells `log` of the request, once.
  func report(to log: (@Sendable (ServedRequest) -> Void)?, isComplete: Bool) {
    guard var record, let log else { return }
    self.record = nil
    record.request.isComplete = isComplete
    record.request.duration = Duration.nanoseconds((NIODeadline.now() - record.since).nanoseconds)
    log(record.request)
  }
}

/// How a client finds the end of an answer.
enum Framing {
  /// A field says it, or the frames of a stream, or there is no body.
  case told
  case chunked
  case endOfConnection
}

extension ResponseHead {
  /// Sets the fields that tell how long the answer is (RFC 9112 §6.3).
  mutating func frame(for version: HTTPVersion, isHead: Bool) -> Framing {
    let mayHaveBody = status.mayHaveResponseBody
    // A 304 tells how long what it stands for would have been.
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
    guard mayHaveBody, !hasLength, !isHead else { return .told }
    guard version == .http1_1 else { return version.isOlder ? .endOfConnection : .told }
    headers.add("Transfer-Encoding", "chunked")
    return .chunked
  }

  /// Whether a field of it asks for the end of the connection.
  var asksToClose: Bool {
    headers.fields.contains { $0.isNamed("connection") && HTTPHeaders.same($0.value, "close") }
  }
}
