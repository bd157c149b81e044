import CZstd
import Packages

/// Unpacks zstd (RFC 8878) piece by piece with libzstd.
///
/// Confined to the task that feeds it.
final class ZstdStream {
  private let context: OpaquePointer
  private let limit: Int
  private var count = 0
  private var isAtFrameEnd = true
  /// Bytes that are unpacked at a time.
  static let chunk = 1 << 17

  /// Throws after more than `limit` unpacked bytes.
  init(limit: Int) {
    self.limit = limit
    guard let context = ZSTD_createDStream() else { fatalError("out of memory") }
    self.context = context
    // The size of a frame's window is limited to 2^27 bytes, the default limit of the zstd command.
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
  }

  deinit { ZSTD_freeDStream(context) }

  /// Unpacks a piece and passes the result to `take` in chunks, because a small piece may unpack to thousands of times
  /// its size.
  func unpack(_ piece: [UInt8], _ take: ([UInt8]) throws -> Void) throws {
    var start = 0
    var isFull = false
    while start < piece.count || isFull {
      let chunk = try next(piece, &start)
      // After the end of a frame libzstd holds no output, and another call would begin a new frame.
      isFull = !isAtFrameEnd && chunk.count == Self.chunk
      if !chunk.isEmpty { try take(chunk) }
    }
  }

  private func next(_ piece: [UInt8], _ start: inout Int) throws(PackageError) -> [UInt8] {
    var code = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunk) { space, written in
      var output = ZSTD_outBuffer(dst: space.baseAddress, size: Self.chunk, pos: 0)
      piece.withUnsafeBytes { bytes in
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: start)
        code = ZSTD_decompressStream(context, &output, &input)
        start = input.pos
      }
      written = output.pos
    }
    guard ZSTD_isError(code) == 0 else { throw .malformed(String(cString: ZSTD_getErrorName(code))) }
    isAtFrameEnd = code == 0
    count += chunk.count
    guard count <= limit else { throw .tooLarge(limit: limit) }
    return chunk
  }

  /// Ends the input; throws if that is within a frame.
  func finish() throws(PackageError) {
    guard isAtFrameEnd else { throw .malformed("it ends too early") }
  }
}
