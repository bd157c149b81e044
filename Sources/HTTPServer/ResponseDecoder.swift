package import HTTP
package import NIOCore
package import NIOHTTP1

/// The head of a response.
package struct ResponseHead {
  package var status: HTTPResponseStatus
  package var headers: HTTP.HTTPHeaders

  package init(_ status: HTTPResponseStatus, _ headers: HTTP.HTTPHeaders = [:]) {
    self.status = status
    self.headers = headers
  }
}

/// A part of a response, in the order in which they arrive.
///
/// Informational heads (1xx, except 101) precede the head of the response. The end after a 101 also ends HTTP: the
/// bytes that follow are not decoded.
package typealias ResponsePart = MessagePart<ResponseHead>

/// Decodes responses from the bytes of an upstream's connection.
package struct ResponseDecoder {
  private var reader: MessageReader
  /// Whether the response is to a HEAD request, and so has no body.
  package var answersHead = false
  /// Whether the connection may be used again after the last response.
  package private(set) var isKeptAlive = true

  /// A head may have `limit` bytes.
  package init(limit: Int) {
    reader = MessageReader(limit: limit)
  }

  /// Whether bytes have arrived that are not decoded yet.
  package var hasUnread: Bool { reader.hasUnread }

  package mutating func append(_ bytes: ByteBuffer) { reader.append(bytes) }

  /// Removes and returns the unread bytes, for the tunnel that takes over the connection.
  package mutating func removeUnread() -> ByteBuffer? { reader.removeUnread() }

  /// The next part of a response; `nil` until more has arrived.
  package mutating func next() throws(MalformedMessage) -> ResponsePart? {
    do throws(MalformedMessage) {
      let part = reader.state == .head ? try head() : try body()
      if part == nil { reader.trim() }
      return part
    } catch {
      reader.fail()
      throw error
    }
  }

  /// Called at the end of the connection: returns the end of a body that lasts until then, otherwise `nil`.
  package mutating func finish() throws(MalformedMessage) -> ResponsePart? {
    let state = reader.state
    if state == .head, hasUnread { throw MalformedMessage("it ends within a head") }
    reader.fail()
    return state == .untilEnd ? .end(nil) : nil
  }

  private mutating func body() throws(MalformedMessage) -> ResponsePart? {
    switch try reader.bodyPart() {
    case .bytes(let bytes): .body(bytes)
    case .end(let trailers): .end(trailers)
    case nil: nil
    }
  }

  private mutating func head() throws(MalformedMessage) -> ResponsePart? {
    let read = try reader.section { parser throws(MalformedMessage) in
      let line = try parser.statusLine()
      var facts = FieldFacts()
      return (line, try parser.fields { facts.note($0) }, facts)
    }
    guard let ((status, version), fields, facts) = read else { return nil }
    let head = ResponseHead(status, fields)
    guard status.code >= 200 || status == .switchingProtocols else { return .head(head) }
    let framing = try facts.framing(version, otherwise: .untilEnd)
    // The status and the method decide this, whatever the fields say (RFC 9112 §6.3).
    let hasBody = !answersHead && status.mayHaveResponseBody
    reader.state = hasBody ? framing : .length(left: 0)
    reader.stateAfterBody = status == .switchingProtocols ? .paused : .head
    isKeptAlive = facts.isKeptAlive(version) && reader.state != .untilEnd
    return .head(head)
  }
}
