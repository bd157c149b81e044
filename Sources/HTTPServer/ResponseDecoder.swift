package import HTTP
package import NIOCore
package import NIOHTTP1

/// The head of an answer.
package struct ResponseHead {
  package var status: HTTPResponseStatus
  package var headers: HTTP.HTTPHeaders

  package init(_ status: HTTPResponseStatus, _ headers: HTTP.HTTPHeaders = [:]) {
    self.status = status
    self.headers = headers
  }
}

/// A part of an answer, in the order in which they come.
///
/// A head with a status below 200, but for 101, stands before the answer itself. The end after a 101 ends HTTP too: what
/// follows is no part.
package typealias ResponsePart = MessagePart<ResponseHead>

/// Makes answers of the bytes of an upstream's connection.
package struct ResponseDecoder {
  private var reader: MessageReader
  /// Whether what was asked for is a head alone.
  package var answersHead = false
  /// Whether the connection may be used again after the answer that was read last.
  package private(set) var isKeptAlive = true

  /// `limit` is how many bytes a head may have.
  package init(limit: Int) {
    reader = MessageReader(limit: limit)
  }

  /// Whether something has come that is no part of an answer yet.
  package var hasUnread: Bool { reader.hasUnread }

  package mutating func append(_ bytes: ByteBuffer) { reader.append(bytes) }

  /// Takes out what is unread, for one who goes on with the connection itself.
  package mutating func removeUnread() -> ByteBuffer? { reader.removeUnread() }

  /// The next part of an answer; `nil` until more has come.
  package mutating func next() throws(MalformedMessage) -> ResponsePart? {
    do throws(MalformedMessage) {
      let part = reader.place == .head ? try head() : try body()
      if part == nil { reader.trim() }
      return part
    } catch {
      reader.fail()
      throw error
    }
  }

  /// What the end of the connection makes of the answer that is being read: its end, or nothing.
  package mutating func finish() throws(MalformedMessage) -> ResponsePart? {
    let place = reader.place
    if place == .head, hasUnread { throw MalformedMessage("it ends within a head") }
    reader.fail()
    return place == .untilEnd ? .end(nil) : nil
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
    // Whatever the fields say of it (RFC 9112 §6.3).
    let hasBody = !answersHead && status.mayHaveResponseBody
    reader.place = hasBody ? framing : .length(left: 0)
    reader.following = status == .switchingProtocols ? .paused : .head
    isKeptAlive = facts.isKeptAlive(version) && reader.place != .untilEnd
    return .head(head)
  }
}
