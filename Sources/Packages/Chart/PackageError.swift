package import Manifest
package import Platform

/// Why a package could not be read.
package enum PackageError: Error, Hashable, Sendable {
  /// The bytes are no gzip, or no tar in it; the text says what is wrong, for a person.
  case malformed(String)
  /// Unpacked it would be longer than this many bytes, or have too many files.
  case tooLarge(limit: Int)
  /// A file that wants to lie outside the package.
  case unsafePath(String)
  /// A file that every package must have.
  case missing(path: String)
  /// A file that is no YAML, or YAML of another shape.
  case unreadable(path: String, SyntaxError)
}

extension PackageError: CustomStringConvertible {
  /// The words of `sentence`; paths and texts of the package in them are harmless to a terminal.
  package var description: String { Harmless.text(sentence, limit: 1000) }

  private var sentence: String {
    switch self {
    case .malformed(let reason): "the package is damaged: \(reason)"
    case .tooLarge(let limit): "the package is too large: more than \(limit) bytes or too many files"
    case .unsafePath(let path): "the package is refused: its file \"\(path)\" points outside of it"
    case .missing(let path): "the package has no \(path)"
    case .unreadable(let path, let error): "\(path): \(error)"
    }
  }
}
