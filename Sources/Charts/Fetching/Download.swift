import Glibc
import HTTP
import Packages
import Platform

/// Reads a body into a file or memory, limits its size and computes its digest.
struct Download {
  /// Bytes that are allowed.
  var limit: Int
  /// The name of the body in errors.
  var subject: String

  /// The whole body and its digest.
  func bytes(_ body: HTTPBody) async throws(RepositoryError) -> (bytes: [UInt8], digest: String) {
    var bytes: [UInt8] = []
    let digest = try await pieces(of: body) { piece throws(RepositoryError) in bytes += piece }
    return (bytes, digest)
  }

  /// Writes the body to `path`, and unpacks it if its content coding is gzip; returns the digest of what was written.
  func file(_ path: String, _ body: HTTPBody, isPacked: Bool) async throws(RepositoryError) -> String {
    let file = try WrittenFile(path)
    var digest = SHA256()
    let unpacking = isPacked ? GzipStream(limit: limit) : nil
    func add(_ plain: [UInt8]) throws(RepositoryError) {
      digest.update(plain)
      try file.write(plain)
    }
    _ = try await pieces(of: body) { piece throws(RepositoryError) in
      guard let unpacking else { return try add(piece) }
      do { try unpacking.unpack(piece, add) } catch { throw refusal(error) }
    }
    do { try unpacking?.finish() } catch { throw refusal(error) }
    return digest.hex
  }

  private func refusal(_ error: any Error) -> RepositoryError {
    if let known = error as? RepositoryError { return known }
    guard case PackageError.malformed(let reason) = error else {
      return RepositoryError("\(subject): it is longer than \(limit) bytes")
    }
    return RepositoryError("\(subject): it is not packed as it says: \(reason)")
  }

  /// Passes the body to `take` piece by piece, and returns its digest; the pieces are to be trusted only if the digest
  /// is the expected one.
  func pieces(
    of body: HTTPBody, _ take: ([UInt8]) throws(RepositoryError) -> Void
  ) async throws(RepositoryError) -> String {
    var digest = SHA256()
    var count = 0
    var iterator = body.makeAsyncIterator()
    while true {
      let piece: [UInt8]?
      do { piece = try await iterator.next() } catch { throw RepositoryError(error).about(subject) }
      guard let piece else { return digest.hex }
      count += piece.count
      guard count <= limit else { throw RepositoryError("\(subject): it is longer than \(limit) bytes") }
      digest.update(piece)
      try take(piece)
    }
  }
}

/// A file that is being written; it is closed when this is released.
final class WrittenFile {
  private let path: String
  private let descriptor: Int32

  /// Creates the file, or truncates an existing one.
  init(_ path: String) throws(RepositoryError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw RepositoryError("writing \(path): \(String(cString: strerror(errno)))") }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws(RepositoryError) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw RepositoryError("writing \(path): \(String(cString: strerror(errno)))", isTransient: true)
      }
      written += count
    }
  }
}
