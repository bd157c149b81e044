import Platform

/// The bytes of a request or response as they arrive, to be read once.
///
/// Releasing the iterator before the end cancels the transfer.
package struct HTTPBody: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  package typealias Failure = TransportError

  private let makeReader: @Sendable () -> ChunkReader

  /// Returns the next chunk, or `nil` at the end.
  package typealias ChunkReader = @Sendable () async throws(TransportError) -> [UInt8]?

  /// A body whose chunks are returned by the function that `makeReader` creates, one for each call.
  package init(_ makeReader: @escaping @Sendable () -> ChunkReader) {
    self.makeReader = makeReader
  }

  /// An empty body.
  package static let none = HTTPBody { { () async throws(TransportError) in nil } }

  /// A body over bytes in memory, delivered in 128 KiB chunks, so that responses that share the bytes each copy only
  /// one chunk at a time.
  package init(_ bytes: [UInt8]) {
    // Created at the first read, because a response may be discarded unread.
    self.init {
      let source = PieceReader(bytes)
      return { () async throws(TransportError) in await source.next() }
    }
  }

  /// The chunks of `stream`; a body that cannot fail.
  package init(_ stream: AsyncStream<[UInt8]>) {
    self.init {
      let source = StreamReader(stream)
      return { () async throws(TransportError) in await source.next() }
    }
  }

  package struct AsyncIterator: AsyncIteratorProtocol {
    let nextChunk: ChunkReader

    package mutating func next() async throws(TransportError) -> [UInt8]? {
      try await nextChunk()
    }

    package mutating func next(isolation: isolated (any Actor)?) async throws(TransportError) -> [UInt8]? {
      try await nextChunk()
    }
  }

  package func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(nextChunk: makeReader())
  }

  /// The whole body, if it is no longer than `limit` bytes.
  package func collected(upTo limit: Int = 256 << 20) async throws(TransportError) -> [UInt8] {
    var bytes: [UInt8] = []
    for try await chunk in self {
      bytes += chunk
      if bytes.count > limit { throw .interrupted(reason: "the answer is longer than \(limit) bytes") }
    }
    return bytes
  }
}

/// Reads bytes piece by piece.
private actor PieceReader {
  private static let size = 128 << 10
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func next() -> [UInt8]? {
    guard position < bytes.count else { return nil }
    let piece = position..<min(position + Self.size, bytes.count)
    position = piece.upperBound
    return piece.count == bytes.count ? bytes : Array(bytes[piece])
  }
}

/// Makes an iterator, a value that must not be shared, safe to call from any task.
private actor StreamReader {
  private var iterator: AsyncStream<[UInt8]>.Iterator

  init(_ stream: AsyncStream<[UInt8]>) { iterator = stream.makeAsyncIterator() }

  func next() async -> [UInt8]? {
    var copy = iterator
    let value = await copy.next(isolation: self)
    iterator = copy
    return value
  }
}
