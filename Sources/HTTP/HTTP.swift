/// The one vocabulary of the curl transport, the in-process transport and the server.
///
/// Ours rather than swift-http-types, which brings 6.5 MB of FoundationEssentials into `ksx`.
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
  /// How long the answer may take.
  package var patience = Patience.answer

  /// What a transport does about silence.
  package enum Patience: Hashable, Sendable {
    /// An answer is expected: too long without a byte is a failure.
    case answer
    /// A stream on a connection of its own, which may last `limit` seconds in all and be silent for `silence`
    /// of them; `nil` sets no bound.
    case stream(limit: Int?, silence: Int? = nil)
  }

  package init(_ method: Method, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }
}

/// Header fields in the order they were given; names compare without case (RFC 9110 §5.1).
package struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  package struct Field: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }

    /// Whether its name is `name`, which is written in lower case.
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

  /// Makes room for `count` fields.
  package mutating func reserve(_ count: Int) { fields.reserveCapacity(count) }

  /// Removes all fields that are not wanted, at once: a client may send thousands of them.
  package mutating func removeAll(where isUnwanted: (Field) -> Bool) { fields.removeAll(where: isUnwanted) }

  /// Adds a field beside others of the same name.
  package mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }

  package mutating func add(_ field: Field) { fields.append(field) }

  /// Whether two names are one.
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
  /// What `body` makes of the bytes of the text, which nearly always lie in one piece.
  package func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
    return Array(utf8).withUnsafeBufferPointer(body)
  }
}

/// An answer to a request.
///
/// With status 101 (Switching Protocols) HTTP ends on the connection, if the request offered that: from then on `body` is
/// what is sent to the client, byte for byte, and `UpgradeOffer.bytes` what comes from it.
package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: HTTPHeaders
  package var body: HTTPBody
  /// Who answers instead; the rest of this value is for those who cannot have that carried out.
  package var relay: (any Relay)?
  /// What no error about this answer may repeat.
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

/// An answer that another server gives, passed on by the server that has the connection.
///
/// Only that server knows how; to everything between it is a value.
package protocol Relay: Sendable {
  /// The same, which besides tells the status that the client is answered with, once; 0 when the client has left before.
  func telling(_ tell: @escaping @Sendable (Int) -> Void) -> any Relay
}

/// Something that answers requests: a server far away, or a router in this process.
package protocol Transport: Sendable {
  /// Sends `request` and returns when the response's head has arrived.
  ///
  /// Cancelling the surrounding task ends the request with `.cancelled`.
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse
}

/// The request never got an answer, or its answer was cut short.
///
/// An answer that says no is a `ClusterError.refused`, not one of these.
package enum TransportError: Error, Hashable, Sendable {
  /// No connection: the name, the address or the port does not answer.
  case unreachable(host: String, reason: String)
  /// TLS failed: an unknown authority, a wrong name, a bad client certificate.
  case untrusted(host: String, reason: String)
  /// The connection ended before the answer did.
  case interrupted(reason: String)
  /// No answer, or no further byte of it, in the time allowed.
  case timedOut(seconds: Int)
  /// What was asked for cannot be sent: a bad URL, a bad certificate file.
  case invalid(reason: String)
  case cancelled
}
