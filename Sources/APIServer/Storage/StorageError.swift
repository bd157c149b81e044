/// Why the objects cannot be kept.
package enum StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be used at all; the text says why and what to do about it.
  case unusable(path: String, reason: String)
  /// Another ksxd, which may be about to end, has the file.
  case inUse(path: String)
  /// One operation failed, as when the disk is full; nothing of it was done.
  case failed(path: String, StorageProblem)

  package var description: String {
    switch self {
    case .unusable(let path, let reason): "\(path): \(reason)"
    case .inUse(let path): "\(path): is in use by another ksxd; stop it, or choose a directory with --data"
    case .failed(let path, let problem): "\(path): \(problem)"
    }
  }

  /// Whether nothing but room is missing.
  var isDiskFull: Bool {
    if case .failed(_, let problem) = self { problem.kind == .diskFull } else { false }
  }
}
