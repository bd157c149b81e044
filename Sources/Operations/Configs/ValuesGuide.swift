package import Manifest
package import Packages
import Platform

/// A chart's values as its author wrote them: every key with its comment, its default and its position.
package struct ValuesGuide: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var path: [String]
    package var value: Value
    /// The comment lines above the key, without `#` and without the `--` of tools such as helm-docs.
    package var comment: [String]
    /// The lines of the key and its value, counted from zero.
    package var lines: Range<Int>
    /// The column where the key begins, counted from zero.
    package var column: Int
    /// Whether the key stands elsewhere, and an alias or a merge repeats it here; `lines` are where it stands.
    package var isRepeated = false

    package var key: String { path.last ?? "" }
  }

  /// The lines of `values.yaml`.
  package let lines: [String]
  /// Every key, in the order of the text; keys in lists are left out.
  package private(set) var entries: [Entry] = []
  private var indices: [[String]: Int] = [:]

  /// The values of `package`.
  package init(_ package: Package) { self.init(package.values) }

  package init(_ text: String) {
    lines = text.shownLines
    guard let node = try? YAML.node(text) else { return }
    collect(node, [])
    for index in entries.indices { indices[entries[index].path] = index }
  }

  /// The entry of the key at `path`.
  package subscript(path: [String]) -> Entry? { indices[path].map { entries[$0] } }

  /// The keys directly below `path`.
  package func children(of path: [String]) -> [Entry] {
    entries.filter { $0.path.count == path.count + 1 && $0.path.starts(with: path) }
  }

  /// The key that begins in a line.
  package func entry(inLine line: Int) -> Entry? { entries.first { $0.lines.lowerBound == line && !$0.isRepeated } }

  /// The nearest ancestor of a repeated key that stands in the text itself; `nil` if it is repeated at the top, or not
  /// at all.
  func standing(above entry: Entry) -> Entry? {
    guard entry.isRepeated else { return nil }
    var path = entry.path.dropLast()
    while !path.isEmpty {
      if let above = self[Array(path)], !above.isRepeated { return above }
      path = path.dropLast()
    }
    return nil
  }

  /// The entry for `path`, or for its nearest ancestor that the chart has.
  package func nearest(to path: [String]) -> Entry? {
    var path = path
    while !path.isEmpty {
      if let entry = self[path] { return entry }
      path.removeLast()
    }
    return nil
  }

  /// The text about a key that is shown to the user: its comment, and its default as the author wrote it.
  package func excerpt(of entry: Entry) -> [String] {
    entry.comment.map { "# \($0)" }
      + lines[entry.lines].map { $0.utf8.count > entry.column ? String($0.dropFirst(entry.column)) : "" }
  }

  private mutating func collect(_ node: YAMLNode, _ path: [String], isRepeated: Bool = false) {
    guard case .mapping(let pairs) = node.content else { return }
    for pair in pairs {
      guard let key = pair.key.text else { continue }
      let (start, column) = (pair.key.line - 1, pair.key.column - 1)
      guard lines.indices.contains(start) else { continue }
      let isRepeated = isRepeated || pair.key.isRepeated
      entries.append(
        Entry(
          path: path + [key], value: pair.value.value, comment: comment(of: start),
          lines: start..<end(of: start, column), column: column, isRepeated: isRepeated))
      collect(pair.value, path + [key], isRepeated: isRepeated || pair.value.isRepeated)
    }
  }

  private func comment(of line: Int) -> [String] {
    var first = line
    while first > 0, lines[first - 1].trimmed().hasPrefix("#") { first -= 1 }
    return lines[first..<line].map { Self.words($0.trimmed()) }.filter { !$0.isEmpty }
  }

  /// Removes `#`, and the `--` that tools such as helm-docs expect.
  private static func words(_ comment: String) -> String {
    var rest = comment[...]
    while rest.first == "#" { rest = rest.dropFirst() }
    let text = String(rest).trimmed()
    return text.hasPrefix("-- ") ? String(text.dropFirst(3)) : text
  }

  /// The line after the last one that belongs to the key at `start`.
  private func end(of start: Int, _ column: Int) -> Int {
    var end = start + 1
    var last = end
    while end < lines.count {
      let line = lines[end]
      let indent = line.prefix { $0 == " " }.count
      let isBlank = indent == line.count
      if !isBlank, indent < column || (indent == column && !line.dropFirst(indent).hasPrefix("- ")) { break }
      end += 1
      if !isBlank { last = end }
    }
    // The comment of the next key is not a part of this one.
    while last > start + 1, lines[last - 1].trimmed().hasPrefix("#") { last -= 1 }
    return last
  }
}
