import Platform

extension Package {
  /// The package with `.Release.Revision` in its templates replaced by `revision`, because `helm template` always
  /// renders revision 1.
  package func inserting(revision: Int) -> Package {
    if revision <= 1 { return self }
    var files = files
    for (path, bytes) in self.files {
      if path.hasPrefix("charts/"), path.hasSuffix(".tgz") {
        files[path] = Self.inserting(revision, inArchive: bytes)
      } else if path.hasPrefix("templates/") || path.containsText("/templates/") {
        files[path] = Self.inserting(revision, in: bytes)
      }
    }
    return Package(files: files)
  }

  private static func inserting(_ revision: Int, inArchive bytes: [UInt8]) -> [UInt8] {
    guard let package = try? Package(archive: bytes) else { return bytes }
    let result = package.inserting(revision: revision)
    guard result != package, let name = try? package.chart().name, !name.isEmpty else { return bytes }
    return result.archive(folder: name)
  }

  private static let field = ".Release.Revision"

  private static func inserting(_ revision: Int, in bytes: [UInt8]) -> [UInt8] {
    var rest = String(decoding: bytes, as: UTF8.self)[...]
    guard rest.containsText(field) else { return bytes }
    var result = ""
    while let range = rest.rangeOfText(field) {
      result += rest[..<range.lowerBound]
      rest = rest[range.upperBound...]
      if let next = rest.utf8.first, isWord(next) {
        // A longer field name.
        result += field
        continue
      }
      // Removes the expression before the field, such as `$root` in `$root.Release.Revision`.
      while let last = result.utf8.last, isWord(last) || last == UInt8(ascii: ".") || last == UInt8(ascii: "$") {
        result.removeLast()
      }
      result += "\(revision)"
    }
    return Array((result + rest).utf8)
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
  }
}
