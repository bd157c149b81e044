import NIOCore
import NIOHTTP1

/// Makes requests of the bytes of a connection, by the letter of RFC 9112.
///
/// ```
///   head ──▶ body of a length ──────────────────────▶ head
///     ├────▶ chunk size ──▶ chunk ──▶ chunk size ──▶ trailers ──▶ head
///     └────▶ paused: an upgrade is offered, and what follows may be no HTTP
/// ```
/// The first byte that cannot be right ends it: from there on no two readers agree where a request begins.
final class RequestDecoder: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = HTTPServerRequestPart

  private enum State {
    case head
    case body(left: Int)
    case chunkSize
    case chunk(left: Int)
    /// The end of the line after a chunk.
    case chunkEnd
    case trailers
    case paused
    case failed
  }

  private let limit: Int
  private var state = State.head
  private var unread: ByteBuffer?
  /// How much of an unfinished head has been looked through for its end.
  private var searched = 0
  private var isDecoding = false
  private var offersUpgrade = false

  /// A line with the size of a chunk is longer only to be a nuisance.
  private static let longestChunkLine = 4_096

  /// `limit` is how many bytes a head may have.
  init(limit: Int) {
    self.limit = limit
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // From there on nothing is a request.
    if case .failed = state { return }
    var bytes = unwrapInboundIn(data)
    if unread == nil { unread = bytes } else { unread?.writeBuffer(&bytes) }
    // What comes while a part is being taken waits until it has been.
    guard !isDecoding else { return }
    isDecoding = true
    defer { isDecoding = false }
    do throws(MalformedRequest) {
      while let part = try nextPart() { context.fireChannelRead(wrapInboundOut(part)) }
      try checkWaiting()
    } catch {
      state = .failed
      unread = nil
      context.fireErrorCaught(error)
    }
    if unread?.readableBytes == 0 { unread = nil }
  }

  /// What follows an offer to upgrade waits until that is answered, and must not be without end.
  private func checkWaiting() throws(MalformedRequest) {
    guard case .paused = state, let count = unread?.readableBytes, count > limit else { return }
    throw MalformedRequest("too much follows an offer to upgrade that is not taken up yet")
  }

  func removeHandler(context: ChannelHandlerContext, removalToken: ChannelHandlerContext.RemovalToken) {
    if let rest = unread, rest.readableBytes > 0 {
      unread = nil
      context.fireChannelRead(NIOAny(rest))
      context.fireChannelReadComplete()
    }
    context.leavePipeline(removalToken: removalToken)
  }

  /// The next part of a request; `nil` until more has come.
  private func nextPart() throws(MalformedRequest) -> HTTPServerRequestPart? {
    while true {
      switch state {
      case .head: return try head().map { .head($0) }
      case .body(left: 0): return end()
      case .body(let left):
        guard let piece = piece(upTo: left) else { return nil }
        state = .body(left: left - piece.readableBytes)
        return .body(piece)
      case .chunkSize:
        guard let size = try chunkSize() else { return nil }
        state = size == 0 ? .trailers : .chunk(left: size)
      case .chunk(left: 0): state = .chunkEnd
      case .chunk(let left):
        guard let piece = piece(upTo: left) else { return nil }
        state = .chunk(left: left - piece.readableBytes)
        return .body(piece)
      case .chunkEnd:
        guard let end = unread?.readInteger(as: UInt16.self) else { return nil }
        guard end == 0x0D0A else { throw MalformedRequest("a chunk is longer than its size") }
        state = .chunkSize
      case .trailers: return try trailers().map { end($0.isEmpty ? nil : $0) }
      case .paused, .failed: return nil
      }
    }
  }

  private func end(_ trailers: HTTPHeaders? = nil) -> HTTPServerRequestPart {
    state = offersUpgrade ? .paused : .head
    return .end(trailers)
  }

  private func piece(upTo count: Int) -> ByteBuffer? {
    guard let readable = unread?.readableBytes, readable > 0 else { return nil }
    return unread?.readSlice(length: min(count, readable))
  }

  private func head() throws(MalformedRequest) -> HTTPRequestHead? {
    // An empty line before a request is put up with (RFC 9112 §2.2).
    if searched == 0, unread?.getInteger(at: unread?.readerIndex ?? 0, as: UInt16.self) == 0x0D0A {
      unread?.moveReaderIndex(forwardBy: 2)
    }
    guard let head = try section({ bytes throws(MalformedRequest) in try RequestHeadParser(bytes).head() }) else {
      return nil
    }
    state = try framing(head)
    offersUpgrade = head.offeredProtocols != nil
    return head
  }

  private func trailers() throws(MalformedRequest) -> HTTPHeaders? {
    try section { bytes throws(MalformedRequest) in try RequestHeadParser(bytes).trailers() }
  }

  /// What `read` makes of the bytes up to and with the next empty line; `nil` until that has come.
  private func section<Section>(
    _ read: (UnsafeRawBufferPointer) throws(MalformedRequest) -> Section
  ) throws(MalformedRequest) -> Section? {
    guard let bytes = unread else { return nil }
    let found = bytes.withUnsafeReadableBytes { bytes in Self.end(of: bytes, from: searched) }
    guard let found else {
      guard bytes.readableBytes <= limit else { throw MalformedRequest("the header fields are too long") }
      // The last few bytes may be the beginning of the end.
      searched = max(0, bytes.readableBytes - 3)
      return nil
    }
    guard found <= limit else { throw MalformedRequest("the header fields are too long") }
    searched = 0
    let result = bytes.withUnsafeReadableBytes { all -> Result<Section, MalformedRequest> in
      do throws(MalformedRequest) {
        return .success(try read(UnsafeRawBufferPointer(rebasing: all[..<found])))
      } catch {
        return .failure(error)
      }
    }
    unread?.moveReaderIndex(forwardBy: found)
    return try result.get()
  }

  /// Where the empty line is over that ends a head or trailers.
  ///
  /// One of line feeds alone ends it too: what comes before is refused for them.
  private static func end(of bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    if start == 0, bytes.starts(with: [13, 10]) { return 2 }
    var place = start
    while let feed = bytes[place...].firstIndex(of: RequestHeadParser.lineFeed) {
      let next = feed + 1
      if next < bytes.count, bytes[next] == RequestHeadParser.lineFeed { return next + 1 }
      if next + 1 < bytes.count, bytes[next] == RequestHeadParser.carriageReturn,
        bytes[next + 1] == RequestHeadParser.lineFeed
      {
        return next + 2
      }
      place = next
    }
    return nil
  }

  /// How the body of `head` is told from what follows it (RFC 9112 §6.3).
  private func framing(_ head: HTTPRequestHead) throws(MalformedRequest) -> State {
    let lengths = head.headers["content-length"]
    let isChunked = head.headers.contains(name: "transfer-encoding")
    guard !isChunked || lengths.isEmpty else { throw MalformedRequest("it has a length and a transfer coding") }
    if isChunked { return .chunkSize }
    guard let text = lengths.first else { return .body(left: 0) }
    guard lengths.count == 1, text.utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(text) else {
      throw MalformedRequest("its Content-Length is no number, or more than one")
    }
    return .body(left: length)
  }

  /// The size in the next line: hexadecimal digits, and extensions, which mean nothing here.
  private func chunkSize() throws(MalformedRequest) -> Int? {
    guard let bytes = unread else { return nil }
    let line = bytes.readableBytesView.prefix(Self.longestChunkLine)
    guard let feed = line.firstIndex(of: RequestHeadParser.lineFeed) else {
      guard line.count < Self.longestChunkLine else { throw MalformedRequest("the size of a chunk is too long") }
      return nil
    }
    let text = line[..<feed]
    guard text.last == RequestHeadParser.carriageReturn else {
      throw MalformedRequest("a line ends with a line feed alone")
    }
    let digits = text.prefix { Self.hexadecimal($0) != nil }
    guard (1...15).contains(digits.count) else { throw MalformedRequest("the size of a chunk is none") }
    let rest = text.dropFirst(digits.count).dropLast()
    let extensions = rest.drop { $0 == RequestHeadParser.space || $0 == RequestHeadParser.tab }
    guard rest.isEmpty || extensions.first == UInt8(ascii: ";"),
      rest.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == RequestHeadParser.tab })
    else { throw MalformedRequest("something stands behind the size of a chunk") }
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
