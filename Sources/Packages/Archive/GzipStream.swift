import CZlib

/// Unpacks gzip piece by piece.
///
/// Confined to the task that feeds it.
package final class GzipStream {
  private let stream = ZStream()
  private let limit: Int
  private var count = 0
  /// Whether the last chunk ends a member.
  private(set) var hasEnded = false
  /// Bytes that are unpacked at a time.
  private static let chunk = 1 << 16

  /// Throws after more than `limit` unpacked bytes.
  package init(limit: Int) {
    self.limit = limit
    guard ksx_inflate_init(stream.pointer) == Z_OK else { fatalError("zlib has no memory") }
  }

  deinit { inflateEnd(stream.pointer) }

  /// Unpacks a piece and passes the result to `take` in chunks, because a small piece may unpack to a thousand times
  /// its size.
  package func unpack(_ piece: [UInt8], _ take: ([UInt8]) throws -> Void) throws {
    try piece.withUnsafeBufferPointer { input in
      stream.read(input)
      var isFull = false
      // After a full chunk, zlib may hold more output.
      while stream.remaining > 0 || isFull {
        // RFC 1952 §2.2: a file may be several members.
        if hasEnded { inflateReset(stream.pointer) }
        let chunk = try next()
        isFull = !hasEnded && chunk.count == Self.chunk
        if !chunk.isEmpty || hasEnded { try take(chunk) }
      }
    }
  }

  private func next() throws(PackageError) -> [UInt8] {
    var code = Z_OK
    let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunk) { output, count in
      count = stream.write(to: output) { code = inflate($0, Z_NO_FLUSH) }
    }
    guard [Z_OK, Z_BUF_ERROR, Z_STREAM_END].contains(code) else {
      throw .malformed(stream.pointer.pointee.msg.map { String(cString: $0) } ?? "its compression is broken")
    }
    hasEnded = code == Z_STREAM_END
    count += chunk.count
    guard count <= limit else { throw .tooLarge(limit: limit) }
    return chunk
  }

  /// Ends the input; throws if that is within a member.
  package func finish() throws(PackageError) {
    guard hasEnded else { throw .malformed("it ends too early") }
  }
}
