package import Manifest
import Platform

/// Why a package could not be read.
package enum PackageError: Error, Hashable, Sendable {
  /// The bytes are not gzip, or not a tar within it; the text says what is wrong, for the user.
  case malformed(String)
  /// It is intact, but helm would not accept it; the text says why, for the user.
  case refused(String)
  /// Unpacked it has at least this many bytes.
  case tooLarge(limit: Int)
  /// It has more than this many files.
  case tooManyFiles(limit: Int)
  /// The path of a file leads out of the package or is invalid.
  case unsafePath(String, PathFault)
  /// A file that every package must have is missing.
  case missing(path: String)
  /// A file is not YAML, or not of the expected structure.
  case unreadable(path: String, SyntaxError)
}

/// What is wrong with the path of a file in an archive.
package enum PathFault: String, CaseIterable, Sendable {
  case absolute = "is absolute"
  case parent = "leads out of the package"
  case drive = "names a drive"
  case control = "has a control character"
  case empty = "names no file"
}

extension PackageError: CustomStringConvertible {
  /// The words of `sentence`, with paths and texts of the package made safe for a terminal.
  package var description: String { Excerpt.shortened(sentence, to: 1000) }

  private var sentence: String {
    switch self {
    case .malformed(let reason): "the package is damaged: \(reason)"
    case .refused(let reason): "the package is refused: \(reason)"
    case .tooLarge(let limit): "the package is too large: unpacked it has \(limit) bytes or more"
    case .tooManyFiles(let limit): "the package is too large: it has more than \(limit) files"
    case .unsafePath(let path, let fault): "the package is refused: the path \"\(path)\" in it \(fault.rawValue)"
    case .missing(let path): "the package has no \(path)"
    case .unreadable(let path, let error): "\(path): \(error)"
    }
  }
}
