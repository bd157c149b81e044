/// Why the objects cannot be kept.
package enum StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be used at all; the text says why and what to do about it.
  case unusable(path: String, reason: String)
  /// One operation failed, as when the disk is full; nothing of it was done.
  case failed(String)

  package var description: String {
    switch self {
    case .unusable(let path, let reason): "\(path): \(reason)"
    case .failed(let reason): "the database refused: \(reason)"
    }
  }
}
