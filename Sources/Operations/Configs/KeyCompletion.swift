import Manifest

/// A key of the chart's values as completion inserts it: the comment, the key and its default value.
package struct KeyCompletion: Hashable, Sendable {
  package let key: String
  /// The text that replaces the typed beginning of the key.
  package let text: String
  /// How many characters at the end of `text` are the value; the editor selects them, so that typing replaces them.
  package let valueLength: Int

  /// The keys below `parents` that begin with `prefix` and are not in `present`, to be inserted at `column`.
  package static func all(
    _ guide: ValuesGuide, below parents: [String], beginning prefix: String, besides present: Set<String>, column: Int
  ) -> [KeyCompletion] {
    guide.children(of: parents).filter { $0.key.hasPrefix(prefix) && !present.contains($0.key) }
      .map { KeyCompletion($0, column: column) }
  }

  package init(_ entry: ValuesGuide.Entry, column: Int) {
    let indent = "\n" + String(repeating: " ", count: column)
    let comment = entry.comment.map { "# " + $0 + indent }.joined()
    key = entry.key
    let start = comment + YAML.text(.string(entry.key)).dropLast() + ":"
    switch entry.value {
    case .mapping(let mapping) where !mapping.isEmpty:
      (text, valueLength) = (start + indent + "  ", 0)
    case .null: (text, valueLength) = (start + " ", 0)
    default:
      let scalar = entry.value.sequence == nil && entry.value.mapping == nil
      let block = String(YAML.text(entry.value).dropLast())
      let value = scalar && !block.contains("\n") ? block : JSON.text(entry.value)
      (text, valueLength) = (start + " " + value, value.count)
    }
  }
}
