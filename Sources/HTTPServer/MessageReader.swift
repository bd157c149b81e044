import HTTP
import NIOCore

/// Splits the bytes of a connection into heads and bodies, strictly by RFC 9112.
///
/// ```
///   head ──▶ length ─────────────────────────────────▶ head
///     ├────▶ chunk size ──▶ chunk ──▶ chunk size ──▶ trailers ──▶ head
///     ├────▶ until the end of the connection
///     └────▶ paused: HTTP may end here, and what follows may be another protocol
/// ```
/// It fails at the first invalid byte: two readers could disagree about where the next message begins.
struct MessageReader {
  enum State: Equatable {
    case head
    case length(left: Int)
    /// The body ends with the connection.
    case untilEnd
    case chunkSize
    case chunk(left: Int)
    /// The CR LF after a chunk.
    case chunkEnd
    case trailers
    case paused
    case failed
  }

  enum BodyPart {
    case bytes(ByteBuffer)
    case end(HTTP.HTTPHeaders?)
  }

  /// Bytes that a head may have.
  private let limit: Int
  /// What the next byte belongs to.
  var state = State.head
  /// The state after the body.
  var stateAfterBody = State.head
  private var unread: ByteBuffer?
  /// How many bytes of an unfinished head have been searched for its end.
  private var searched = 0

  /// Bytes of a line with the size of a chunk; chunk extensions are never this long except in attacks.
  private static let longestChunkLine = 4_096

  init(limit: Int) {
    self.limit = limit
  }

  var hasUnread: Bool { (unread?.readableBytes ?? 0) > 0 }

  mutating func append(_ bytes: ByteBuffer) {
    // After a failure nothing is a message.
    if case .failed = state { return }
    guard unread != nil else { return unread = bytes }
    var bytes = bytes
    unread?.writeBuffer(&bytes)
  }

  /// Stops reading, and drops what is unread.
  mutating func fail() {
    state = .failed
    unread = nil
  }

  /// Releases the buffer if all of it has been read, so that it can be used again.
  mutating func trim() {
    if unread?.readableBytes == 0 { unread = nil }
  }

  /// Removes and returns the unread bytes, for the tunnel that takes over the connection.
  mutating func removeUnread() -> ByteBuffer? {
    defer { unread = nil }
    return unread.flatMap { $0.readableBytes > 0 ? $0 : nil }
  }

  /// Skips empty lines before a request (RFC 9112 §2.2).
  mutating func skipEmptyLines() {
    while searched == 0, let bytes = unread, bytes.getInteger(at: bytes.readerIndex, as: UInt16.self) == 0x0D0A {
      unread?.moveReaderIndex(forwardBy: 2)
    }
  }

  /// The next part of a body; `nil` until more has arrived, or outside a body.
  mutating func bodyPart() throws(MalformedMessage) -> BodyPart? {
    while true {
      switch state {
      case .length(left: 0): return end(nil)
      case .length(let left):
        guard let piece = piece(upTo: left) else { return nil }
        state = .length(left: left - piece.readableBytes)
        return .bytes(piece)
      case .untilEnd: return piece(upTo: .max).map { .bytes($0) }
      case .chunkSize:
        guard let size = try chunkSize() else { return nil }
        state = size == 0 ? .trailers : .chunk(left: size)
      case .chunk(left: 0): state = .chunkEnd
      case .chunk(let left):
        guard let piece = piece(upTo: left) else { return nil }
        state = .chunk(left: left - piece.readableBytes)
        return .bytes(piece)
      case .chunkEnd:
        guard let end = unread?.readInteger(as: UInt16.self) else { return nil }
        guard end == 0x0D0A else { throw MalformedMessage("a chunk is longer than its size") }
        state = .chunkSize
      case .trailers:
        let read = try section { parser throws(MalformedMessage) in try parser.fields() }
        return read.map { end($0.fields.isEmpty ? nil : $0) }
      case .head, .paused, .failed: return nil
      }
    }
  }

  private mutating func end(_ trailers: HTTP.HTTPHeaders?) -> BodyPart {
    state = stateAfterBody
    return .end(trailers)
  }

  private mutating func piece(upTo count: Int) -> ByteBuffer? {
    guard let readable = unread?.readableBytes, readable > 0 else { return nil }
    let length = min(count, readable)
    guard let slice = unread?.readSlice(length: length) else { return nil }
    guard length < slice.storageCapacity / 8 else { return slice }
    // A small slice would keep the whole buffer alive while it waits, and a client that sends single bytes has many
    // waiting.
    var copy = ByteBufferAllocator().buffer(capacity: length)
    copy.writeImmutableBuffer(slice)
    return copy
  }

  /// Parses the bytes up to and including the next empty line; `nil` until that has arrived.
  mutating func section<Section>(
    _ read: (inout HeadParser) throws(MalformedMessage) -> Section
  ) throws(MalformedMessage) -> Section? {
    guard let bytes = unread else { return nil }
    let found = bytes.withUnsafeReadableBytes { Self.end(of: $0, from: searched) }
    guard (found ?? bytes.readableBytes) <= limit else { throw Self.tooLong(bytes, limit) }
    guard let found else {
      // The last three bytes may be the beginning of the empty line.
      searched = max(0, bytes.readableBytes - 3)
      return nil
    }
    searched = 0
    let result = bytes.withUnsafeReadableBytes { all -> Result<Section, MalformedMessage> in
      var parser = HeadParser(UnsafeRawBufferPointer(rebasing: all[..<found]))
      do throws(MalformedMessage) {
        return .success(try read(&parser))
      } catch {
        return .failure(error)
      }
    }
    unread?.moveReaderIndex(forwardBy: found)
    return try result.get()
  }

  /// A head is too long because of its first line (414) or its fields (431).
  private static func tooLong(_ bytes: ByteBuffer, _ limit: Int) -> MalformedMessage {
    let isLine = !bytes.readableBytesView.prefix(limit).contains(HeadParser.lineFeed)
    return isLine
      ? MalformedMessage("the request line is too long", status: 414)
      : MalformedMessage("the header fields are too long", status: 431)
  }

  /// The index after the empty line that ends a head or trailers.
  ///
  /// Two line feeds without carriage returns end it too, so that the parser refuses them.
  private static func end(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    if start == 0, bytes.starts(with: [13, 10]) { return 2 }
    var position = start
    while let feed = HeadParser.index(of: HeadParser.lineFeed, in: bytes, from: position) {
      let next = feed + 1
      if next < bytes.count, bytes[next] == HeadParser.lineFeed { return next + 1 }
      if next + 1 < bytes.count, bytes[next] == HeadParser.carriageReturn, bytes[next + 1] == HeadParser.lineFeed {
        return next + 2
      }
      position = next
    }
    return nil
  }

  /// The size in the next line: hexadecimal digits, and extensions, which are ignored.
  private mutating func chunkSize() throws(MalformedMessage) -> Int? {
    guard let bytes = unread else { return nil }
    let line = bytes.readableBytesView.prefix(Self.longestChunkLine)
    guard let feed = line.firstIndex(of: HeadParser.lineFeed) else {
      guard line.count < Self.longestChunkLine else { throw MalformedMessage("the size of a chunk is too long") }
      return nil
    }
    let text = line[..<feed]
    guard text.last == HeadParser.carriageReturn else {
      throw MalformedMessage("a line ends with a line feed alone")
    }
    let digits = text.prefix { Self.hexadecimal($0) != nil }
    guard (1...15).contains(digits.count) else { throw MalformedMessage("the size of a chunk is none") }
    let rest = text.dropFirst(digits.count).dropLast()
    let extensions = rest.drop { $0 == HeadParser.space || $0 == HeadParser.tab }
    guard rest.isEmpty || extensions.first == UInt8(ascii: ";"), rest.allSatisfy(HeadParser.isText) else {
      throw MalformedMessage("something stands behind the size of a chunk")
    }
    unread?.moveReaderIndex(forwardBy: text.count + 1)
    return digits.reduce(0) { $0 << 4 + Int(Self.hexadecimal($1) ?? 0) }
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
