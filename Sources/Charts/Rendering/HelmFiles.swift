import Platform

/// What helm has written to files instead of printing it.
struct HelmFiles {
  var folder: String
  /// What helm printed of it: `wrote FILE` for each document.
  var helmOutput: String

  /// The same as helm would have printed: document by document, in the order in which it wrote them.
  var text: String {
    get throws(SystemError) {
      let start = "wrote \(folder)/"
      let names = helmOutput.lines.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
      var documents: [String: ArraySlice<String>] = [:]
      for name in Set(names) {
        let bytes = try Files.read(folder + "/" + name)
        documents[name] = Self.documents(in: String(decoding: bytes, as: UTF8.self), of: name)[...]
      }
      var left = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
      return names.map { name in
        left[name, default: 1] -= 1
        // A file of definitions holds several that it wrote at once.
        let isLast = left[name] == 0
        let next = isLast ? documents[name] ?? [] : documents[name]?.prefix(1) ?? []
        documents[name] = documents[name]?.dropFirst(next.count)
        return next.joined()
      }.joined()
    }
  }

  /// Each begins with where it is from.
  private static func documents(in text: String, of name: String) -> [String] {
    let start = "---\n# Source: \(name)\n"
    return text.split(separator: start).map { start + $0 }
  }
}
