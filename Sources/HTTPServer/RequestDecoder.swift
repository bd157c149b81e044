import HTTP
import NIOCore
import NIOHTTP1

/// Decodes requests from the bytes of a connection.
struct RequestDecoder {
  private var reader: MessageReader

  /// A head may have `limit` bytes.
  init(limit: Int) {
    reader = MessageReader(limit: limit)
  }

  /// Whether bytes have arrived that are not decoded yet.
  var hasUnread: Bool { reader.hasUnread }

  mutating func append(_ bytes: ByteBuffer) { reader.append(bytes) }

  /// Removes and returns the unread bytes, for the tunnel that takes over the connection.
  mutating func removeUnread() -> ByteBuffer? { reader.removeUnread() }

  /// The next part of a request; `nil` until more has arrived.
  mutating func next() throws(RequestFault) -> RequestPart? {
    do throws(RequestFault) {
      let part = reader.state == .head ? try head() : try body()
      if part == nil { reader.trim() }
      return part
    } catch {
      reader.fail()
      throw error
    }
  }

  private mutating func body() throws(RequestFault) -> RequestPart? {
    do throws(MalformedMessage) {
      switch try reader.bodyPart() {
      case .bytes(let bytes): return .body(bytes)
      case .end(let trailers): return .end(trailers)
      case nil: return nil
      }
    } catch {
      throw .malformed(error.description, status: error.status)
    }
  }

  private mutating func head() throws(RequestFault) -> RequestPart? {
    let read: (line: HeadParser.RequestLine, fields: HTTP.HTTPHeaders, facts: FieldFacts)?
    do throws(MalformedMessage) {
      reader.skipEmptyLines()
      read = try reader.section { parser throws(MalformedMessage) in
        let line = try parser.requestLine()
        var facts = FieldFacts()
        return (line, try parser.fields { facts.note($0) }, facts)
      }
      if let read { reader.state = try read.facts.framing(read.line.version, otherwise: .length(left: 0)) }
    } catch {
      throw .malformed(error.description, status: error.status)
    }
    guard let (line, fields, facts) = read else { return nil }
    let hasBody = reader.state != .length(left: 0)
    let head = try RequestHead(line.method, line.target, line.version, fields, facts, hasBody: hasBody)
    // What follows an offer to upgrade may be another protocol.
    reader.stateAfterBody = head.offer == nil ? .head : .paused
    return .head(head)
  }
}
