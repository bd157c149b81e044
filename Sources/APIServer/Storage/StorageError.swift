/// Why objects cannot be stored.
package enum StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file cannot be used at all; the text says why and what to do about it.
  case unusable(path: String, reason: String)
  /// Another ksxd, which may be about to end, uses the file.
  case inUse(path: String)
  /// One operation failed, as on a full disk; nothing was changed.
  case failed(path: String, StorageProblem)

  package var description: String {
    switch self {
    case .unusable(let path, let reason): "\(path): \(reason)"
    case .inUse(let path): "\(path): is in use by another ksxd; stop it, or choose a directory with --data"
    case .failed(let path, let problem): "\(path): \(problem)"
    }
  }

  /// Whether the disk is full.
  var isDiskFull: Bool {
    if case .failed(_, let problem) = self { problem.kind == .diskFull } else { false }
  }
}
