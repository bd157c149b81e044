import Packages
import Platform

/// Reads one layer of an image, compressed with gzip or zstd or not at all.
///
/// Confined to the task that pulls the image.
final class LayerReader {
  private enum Packing {
    case unknown
    case plain
    case gzip(GzipStream)
    case zstd(ZstdStream)
  }

  private var packing = Packing.unknown
  private var tar = TarStream()
  private let files: ImageFiles
  private let subject: String
  /// Bytes that arrived before the compression was known.
  private var start: [UInt8] = []
  /// Bytes that a layer may unpack to.
  private static let largest = 16 << 30

  init(_ files: ImageFiles, subject: String) {
    self.files = files
    self.subject = subject
    files.beginLayer()
  }

  func feed(_ piece: [UInt8]) throws(RepositoryError) {
    do {
      if case .unknown = packing {
        start += piece
        guard start.count >= 4 else { return }
        packing = Self.packing(start)
        let all = start
        start = []
        return try unpack(all)
      }
      try unpack(piece)
    } catch {
      throw Self.refusal(error, subject)
    }
  }

  func finish() throws(RepositoryError) {
    do {
      switch packing {
      case .unknown, .plain: break
      case .gzip(let stream): try stream.finish()
      case .zstd(let stream): try stream.finish()
      }
      guard tar.isBetweenMembers else { throw PackageError.malformed("its tar ends too early") }
    } catch {
      throw Self.refusal(error, subject)
    }
    files.endLayer()
  }

  private static func refusal(_ error: any Error, _ subject: String) -> RepositoryError {
    (error as? RepositoryError) ?? RepositoryError("\(subject): \(error)")
  }

  /// Detects the compression by the first bytes, because the media types of layers are not always right.
  private static func packing(_ bytes: [UInt8]) -> Packing {
    if bytes.starts(with: [0x1f, 0x8b]) { return .gzip(GzipStream(limit: largest)) }
    if bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return .zstd(ZstdStream(limit: largest)) }
    return .plain
  }

  private func unpack(_ piece: [UInt8]) throws {
    switch packing {
    case .gzip(let stream): try stream.unpack(piece, read)
    case .zstd(let stream): try stream.unpack(piece, read)
    case .plain, .unknown: try read(piece)
    }
  }

  private func read(_ plain: [UInt8]) throws {
    try tar.feed(plain) { event in
      switch event {
      case .member(let member): try files.begin(member)
      case .content(let bytes): try files.add(bytes)
      case .end: files.end()
      }
    }
  }
}
