import CZlib

/// gzip that comes in pieces, unpacked as it comes.
///
/// Confined to the task that feeds it.
package final class GzipStream {
  private let stream = ZStream()
  private let limit: Int
  private var count = 0
  private var hasEnded = false

  /// Unpacks no more than `limit` bytes.
  package init(limit: Int) {
    self.limit = limit
    guard ksx_inflate_init(stream.pointer) == Z_OK else { fatalError("zlib has no memory") }
  }

  deinit { inflateEnd(stream.pointer) }

  /// What the next piece unpacks to.
  package func unpack(_ piece: [UInt8]) throws(PackageError) -> [UInt8] {
    let result = piece.withUnsafeBufferPointer { input in
      Result { () throws(PackageError) -> [UInt8] in
        stream.read(input)
        return try drain()
      }
    }
    return try result.get()
  }

  /// Says that nothing more comes.
  package func finish() throws(PackageError) {
    guard hasEnded else { throw .malformed("it ends too early") }
  }

  private func drain() throws(PackageError) -> [UInt8] {
    var bytes: [UInt8] = []
    while stream.remaining > 0 {
      // RFC 1952 §2.2: a file may be several members; what follows the last is nothing of ours.
      if hasEnded { inflateReset(stream.pointer) }
      hasEnded = false
      var code = Z_OK
      let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
        count = stream.write(to: output) { code = inflate($0, Z_NO_FLUSH) }
      }
      bytes += chunk
      count += chunk.count
      guard count <= limit else { throw .tooLarge(limit: limit) }
      switch code {
      case Z_OK, Z_BUF_ERROR: if chunk.isEmpty, stream.remaining == 0 { return bytes }
      case Z_STREAM_END: hasEnded = true
      default: throw .malformed(stream.pointer.pointee.msg.map { String(cString: $0) } ?? "its compression is broken")
      }
    }
    return try bytes + rest()
  }

  /// What zlib holds back when its output was full.
  private func rest() throws(PackageError) -> [UInt8] {
    var bytes: [UInt8] = []
    while !hasEnded {
      var code = Z_OK
      let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
        count = stream.write(to: output) { code = inflate($0, Z_NO_FLUSH) }
      }
      bytes += chunk
      count += chunk.count
      guard count <= limit else { throw .tooLarge(limit: limit) }
      if code == Z_STREAM_END { hasEnded = true }
      if chunk.isEmpty || code != Z_OK { break }
    }
    return bytes
  }
}
