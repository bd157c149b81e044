/// The position of a cursor among the keys of YAML.
///
/// Determined from indentation alone, because an unfinished text may not be valid YAML.
package struct YAMLKeyPosition: Hashable, Sendable {
  /// The keys above, the outermost first; a list item is `-`.
  package var parents: [String]
  /// The key on the line, or the part of it that is typed.
  package var key: String
  /// Whether the line has only the beginning of a key, with the cursor after it.
  package var isIncompleteKey: Bool
  /// The column of the key.
  package var column: Int

  /// The keys down to the line's own.
  package var path: [String] { key.isEmpty ? parents : parents + [key] }

  /// The key place of `cursor` in `lines`.
  package init(_ cursor: Position, in lines: [String]) {
    let line = KeyLine(lines[cursor.line])
    let before = lines[cursor.line].prefix(cursor.column)
    isIncompleteKey = line.isBare && before.count == lines[cursor.line].count
    key = line.isBare ? "" : line.key
    column = line.isEmpty ? cursor.column : line.column
    parents = Self.parents(above: cursor.line, column: column, in: lines)
    if line.isItem { parents.append("-") }
    if isIncompleteKey { key = line.key }
  }

  /// The keys above a line whose own key begins at `column`.
  static func parents(above line: Int, column: Int, in lines: [String]) -> [String] {
    var (path, column): ([String], Int) = ([], column)
    var index = line
    while index > 0, column > 0 {
      index -= 1
      let above = KeyLine(lines[index])
      if above.isEmpty || above.isComment { continue }
      if above.isItem, above.indent < column {
        if above.column < column, !above.key.isEmpty { path.append(above.key) }
        path.append("-")
        column = above.indent
        // A list may be in the same column as its key.
        if let owner = owner(of: above.indent, above: index, in: lines) {
          path.append(owner.key)
          column = owner.column
        }
      } else if above.column < column, !above.key.isEmpty {
        path.append(above.key)
        column = above.column
      }
    }
    return path.reversed()
  }

  private static func owner(of column: Int, above line: Int, in lines: [String]) -> KeyLine? {
    for index in stride(from: line - 1, through: 0, by: -1) {
      let above = KeyLine(lines[index])
      if above.isEmpty || above.isComment || above.isItem { continue }
      if above.column == column, above.isOpen { return above }
      if above.column <= column { return nil }
    }
    return nil
  }

  /// The line of the key at `path`, or `nil`.
  package static func line(of path: [String], in lines: [String]) -> Int? {
    guard let key = path.last else { return nil }
    return lines.indices.first { index in
      let line = KeyLine(lines[index])
      return line.key == key && !line.isBare && !line.isComment
        && parents(above: index, column: line.column, in: lines) + (line.isItem ? ["-"] : []) == path.dropLast()
    }
  }
}

/// The indentation and the key of a line.
struct KeyLine {
  var indent: Int
  /// The column of its key, after the dashes of items.
  var column: Int
  private var word: Substring = ""
  var isItem = false
  var isComment = false
  /// Whether it has no colon: only the beginning of a key, or no key at all.
  var isBare = true
  /// Whether nothing follows the colon, so that the value is below.
  var isOpen = false
  var isEmpty: Bool

  init(_ line: String) {
    let bytes = line.utf8
    indent = bytes.prefix { $0 == 32 }.count
    column = indent
    isEmpty = bytes.count == indent
    var rest = bytes.dropFirst(indent)
    while rest.first == UInt8(ascii: "-"), rest.dropFirst().first.map({ $0 == 32 }) ?? true {
      isItem = true
      let blanks = rest.dropFirst().prefix { $0 == 32 }.count
      column += 1 + blanks
      rest = rest.dropFirst(1 + blanks)
    }
    isComment = rest.first == UInt8(ascii: "#")
    if isComment { return }
    let word = rest.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "#") }
    let tail = rest.dropFirst(word.count)
    let isKey = tail.first == UInt8(ascii: ":") && (tail.dropFirst().first.map { $0 == 32 } ?? true)
    isBare = !isKey
    self.word = Substring(word)
    isOpen = isKey && tail.dropFirst().allSatisfy { $0 == 32 }
  }

  /// Computed on demand, because most lines are only skipped.
  var key: String {
    var key = String(word.drop { $0 == "\"" || $0 == "'" })
    while let last = key.last, last == " " || last == "\"" || last == "'" { key.removeLast() }
    return isBare && key.contains(" ") ? "" : key
  }
}
