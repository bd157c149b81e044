package import Platform

/// An HTTP request, used by the curl transport, the in-process transport and the server.
///
/// It is used instead of swift-http-types, which adds 6.5 MB of FoundationEssentials to `ksx`.
package struct HTTPRequest: Hashable, Sendable {
  package enum Method: String, Hashable, Sendable {
    case get = "GET", head = "HEAD", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
    case options = "OPTIONS"
  }

  package var method: Method
  /// Path and query, percent-encoded, beginning with a slash.
  package var target: String
  package var headers: HTTPHeaders
  package var body: [UInt8]
  /// How long the response may take.
  package var timeoutPolicy = TimeoutPolicy.answer

  /// When a transport gives up waiting.
  package enum TimeoutPolicy: Hashable, Sendable {
    /// A response is expected: too long a time without a byte is a failure.
    case answer
    /// A stream on a connection of its own, which may last `limit` seconds in total and be silent for `silence`
    /// seconds; `nil` for no limit.
    case stream(limit: Int?, silence: Int? = nil)
  }

  package init(_ method: Method, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }
}

/// Header fields in their original order; names are compared case-insensitively (RFC 9110 §5.1).
package struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  package struct Field: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }

    /// Whether its name is `name`, which must be in lower case.
    package func isNamed(_ name: StaticString) -> Bool {
      self.name.utf8.count == name.utf8CodeUnitCount
        && self.name.withBytes { bytes in
          bytes.indices.allSatisfy { HTTPHeaders.folded(bytes[$0]) == name.utf8Start[$0] }
        }
    }
  }

  package private(set) var fields: [Field] = []

  package init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field(name: $0, value: $1) }
  }

  /// The first value of `name`.
  ///
  /// Setting replaces every field of that name; `nil` removes them.
  package subscript(name: String) -> String? {
    get { fields.first { Self.same($0.name, name) }?.value }
    set {
      fields.removeAll { Self.same($0.name, name) }
      if let newValue { fields.append(Field(name: name, value: newValue)) }
    }
  }

  /// Reserves capacity for `count` fields.
  package mutating func reserve(_ count: Int) { fields.reserveCapacity(count) }

  /// Removes all fields that match, in one pass, because a client may send thousands of them.
  package mutating func removeAll(where isUnwanted: (Field) -> Bool) { fields.removeAll(where: isUnwanted) }

  /// Adds a field, and keeps others of the same name.
  package mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  package mutating func add(_ field: Field) { fields.append(field) }

  /// Whether two names are equal, case-insensitively.
  package static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count
      && left.withBytes { left in
        right.withBytes { right in
          left.indices.allSatisfy { left[$0] == right[$0] || folded(left[$0]) == folded(right[$0]) }
        }
      }
  }

  fileprivate static func folded(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
}

extension String {
  /// Calls `body` with the bytes of the text, which are nearly always contiguous.
  ///
  /// Inlinable, because code for results of any type is several times slower than for one.
  @inlinable package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
    return Array(utf8).withUnsafeBufferPointer(body)
  }
}

/// A response to a request.
///
/// With status 101 (Switching Protocols), if the request offered an upgrade, HTTP ends on the connection: from then on
/// `body` contains the bytes to send to the client, and `UpgradeOffer.bytes` the bytes from it.
package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: HTTPHeaders
  package var body: HTTPBody
  /// Another server that answers instead; the other properties are for callers that cannot carry out a relay.
  package var relay: (any Relay)?
  /// Texts that no error about this response may contain.
  package var secrets = Secrets()

  package init(status: Int, headers: HTTPHeaders = [:], body: HTTPBody) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package init(status: Int, headers: HTTPHeaders = [:], bytes: [UInt8]) {
    self.init(status: status, headers: headers, body: HTTPBody(bytes))
  }
}

/// A response from another server, which the server that owns the connection forwards.
///
/// Only that server can carry it out; for all code between it is an opaque value.
package protocol Relay: Sendable {
  /// This relay, which also calls `tell` once with the status of the response; 0 if the client has left before.
  func reportingStatus(to tell: @escaping @Sendable (Int) -> Void) -> any Relay
}

/// Sends requests: to a remote server, or to a router in this process.
package protocol Transport: Sendable {
  /// Sends `request` and returns when the response's head has arrived.
  ///
  /// Cancelling the surrounding task ends the request with `.cancelled`.
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

/// The request got no response, or an incomplete one.
///
/// A response that refuses the request is a `ClusterError.refused` instead.
package enum TransportError: Error, Hashable, Sendable {
  /// No connection: the name is not known, or the address or the port does not answer.
  case unreachable(host: String, reason: Sentence)
  /// TLS failed: an unknown authority, a wrong name, a bad client certificate.
  case untrusted(host: String, reason: Sentence)
  /// The connection ended before the response was complete.
  case interrupted(reason: Sentence)
  /// No response, or no further byte of it, within the time limit.
  case timedOut(seconds: Int)
  /// The request cannot be sent: a bad URL, a bad certificate file.
  case invalid(reason: Sentence)
  case cancelled
}
