import Glibc
import HTTP
import Packages
import Platform

/// Bodies put into files or memory, with the digest of what they held and no more than what is allowed.
struct Download {
  /// How many bytes may come.
  var limit: Int
  /// What it is, for a refusal.
  var subject: String

  /// What came, whole, with its digest.
  func bytes(_ body: HTTPBody) async throws(RepositoryError) -> (bytes: [UInt8], digest: String) {
    var bytes: [UInt8] = []
    let digest = try await pieces(of: body) { piece throws(RepositoryError) in bytes += piece }
    return (bytes, digest)
  }

  /// Writes what comes to `path`, unpacked where it is packed for the way; the digest is that of what is written.
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

  /// Hands out what comes piece by piece, and gives the digest of all of it; `take` must not trust any of it before.
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

/// A file that is being written, and closed when it is let go.
final class WrittenFile {
  private let path: String
  private let descriptor: Int32

  /// Makes it anew.
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
        throw RepositoryError("writing \(path): \(String(cString: strerror(errno)))", isPassing: true)
      }
      written += count
    }
  }
}
