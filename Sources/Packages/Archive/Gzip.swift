import CZlib

/// Packs and unpacks gzip (RFC 1952) with zlib.
package enum Gzip {
  /// Unpacks `bytes`; throws if that gives more than `limit` bytes.
  ///
  /// The limit is checked while unpacking, because a few kilobytes can unpack to gigabytes.
  package static func unpack(_ bytes: [UInt8], limit: Int) throws(PackageError) -> [UInt8] {
    guard bytes.starts(with: [0x1f, 0x8b]) else { throw .malformed("it does not begin like gzip") }
    let result = bytes.withUnsafeBufferPointer { input in
      Result { () throws(PackageError) -> [UInt8] in
        try Inflater(input).all(limit: limit)
      }
    }
    return try result.get()
  }

  /// Packs `bytes`; the same bytes always give the same result, because no time is written.
  package static func pack(_ bytes: [UInt8]) -> [UInt8] {
    let stream = ZStream()
    guard ksx_deflate_init(stream.pointer, 9) == Z_OK else { fatalError("zlib has no memory") }
    defer { deflateEnd(stream.pointer) }
    let bound = Int(deflateBound(stream.pointer, UInt(bytes.count)))
    return bytes.withUnsafeBufferPointer { input in
      stream.read(input)
      return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        count = stream.write(to: output) {
          guard deflate($0, Z_FINISH) == Z_STREAM_END else { fatalError("zlib broke its own bound") }
        }
      }
    }
  }
}

/// A `z_stream` with a fixed address: zlib keeps a pointer to it, and refuses one that has moved.
struct ZStream: ~Copyable {
  let pointer = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)

  init() { pointer.initialize(to: z_stream()) }

  deinit { pointer.deallocate() }

  var remaining: Int { Int(pointer.pointee.avail_in) }

  /// Sets `bytes` as the input; they must stay valid until zlib has read them.
  func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    // Safe: zlib reads only through next_in; its C declaration lacks the const.
    pointer.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
    pointer.pointee.avail_in = UInt32(bytes.count)
  }

  /// Calls `work` with `output` as zlib's output buffer, and returns how many bytes it has written.
  func write(
    to output: UnsafeMutableBufferPointer<UInt8>, _ work: (UnsafeMutablePointer<z_stream>) -> Void
  ) -> Int {
    pointer.pointee.next_out = output.baseAddress
    pointer.pointee.avail_out = UInt32(output.count)
    work(pointer)
    return output.count - Int(pointer.pointee.avail_out)
  }
}

/// Unpacks one gzip file.
///
/// Confined to the call that made it, because its input is.
private struct Inflater: ~Copyable {
  private let stream = ZStream()

  init(_ input: UnsafeBufferPointer<UInt8>) throws(PackageError) {
    guard input.count <= Int(UInt32.max) else { throw .tooLarge(limit: Int(UInt32.max)) }
    guard ksx_inflate_init(stream.pointer) == Z_OK else { fatalError("zlib has no memory") }
    stream.read(input)
  }

  deinit { inflateEnd(stream.pointer) }

  /// Unpacks all members, one after another (RFC 1952 §2.2).
  func all(limit: Int) throws(PackageError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      try appendMember(to: &bytes, limit)
      guard stream.remaining > 0 else { return bytes }
      inflateReset(stream.pointer)
    }
  }

  private func appendMember(to bytes: inout [UInt8], _ limit: Int) throws(PackageError) {
    while true {
      let (chunk, code) = next()
      bytes += chunk
      if bytes.count > limit { throw .tooLarge(limit: limit) }
      switch code {
      case Z_OK where !chunk.isEmpty || stream.remaining > 0: continue
      case Z_STREAM_END: return
      case Z_OK, Z_BUF_ERROR: throw .malformed("it ends too early")
      default: throw .malformed(stream.pointer.pointee.msg.map { String(cString: $0) } ?? "its compression is broken")
      }
    }
  }

  private func next() -> (chunk: [UInt8], code: Int32) {
    var code = Z_OK
    let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { output, count in
      count = stream.write(to: output) { code = inflate($0, Z_NO_FLUSH) }
    }
    return (chunk, code)
  }
}
