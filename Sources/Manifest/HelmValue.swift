/// Parses pairs as helm 3.17 does for `--set` and `--set-string` (`helmReadsTheSame` tests the pairs).
///
/// There are three differences: `{}` is an empty list, where helm makes a list with one empty text; a key may be in
/// double quotes; and at most a thousand items are added before an item beyond the end of its list.
package enum HelmValue {
  /// One pair of `a.b=1,c[0]=x`.
  package struct Pair: Hashable, Sendable {
    package let path: YAMLEdit.Path
    package let value: Value
  }

  /// The part that cannot be parsed, as a sentence.
  package struct Mistake: Error, Hashable, Sendable {
    package let sentence: String
  }

  /// Parses all pairs in `text`; a backslash escapes the next character, and with `asTexts` all values are texts.
  package static func pairs(_ text: String, asTexts: Bool = false) throws(Mistake) -> [Pair] {
    var rest = text[...]
    var pairs: [Pair] = []
    while !rest.isEmpty {
      guard let (path, value) = YAMLEdit.Path.start(of: rest) else {
        throw Mistake(sentence: "\(pairs.isEmpty ? text : String(rest)) is no KEY=VALUE")
      }
      var reader = ValueReader(rest: value, asTexts: asTexts)
      pairs.append(Pair(path: path, value: try reader.value()))
      rest = reader.rest
    }
    if pairs.isEmpty { throw Mistake(sentence: "\(text) is no KEY=VALUE") }
    return pairs
  }

  /// Parses `true`, `false` and `null` in any case, and whole numbers without a leading zero; all else is a text.
  ///
  /// So a version such as `1.10` is unchanged.
  fileprivate static func scalar(_ text: String) -> Value {
    switch text.lowercased() {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "0": return 0
    default: break
    }
    guard !text.hasPrefix("0"), let number = Int(text) else { return .string(text) }
    return .integer(number)
  }
}

/// Parses a value and the comma after it.
private struct ValueReader {
  var rest: Substring
  let asTexts: Bool

  mutating func value() throws(HelmValue.Mistake) -> Value {
    guard rest.first == "{" else { return scalar(word(upTo: [","])) }
    rest.removeFirst()
    var items: [String] = []
    while true {
      items.append(word(upTo: [",", "}"], keepsEnd: true))
      guard let end = rest.popFirst() else { throw HelmValue.Mistake(sentence: "a list must end with }") }
      if end == "}" { break }
    }
    if let next = rest.popFirst(), next != "," {
      throw HelmValue.Mistake(sentence: "after the } of a list a comma is expected, and not \(next)\(rest)")
    }
    return .sequence(items == [""] ? [] : items.map(scalar))
  }

  private func scalar(_ text: String) -> Value { asTexts ? .string(text) : HelmValue.scalar(text) }

  /// Consumes the characters before one of `ends`, and that one too unless `keepsEnd`.
  private mutating func word(upTo ends: Set<Character>, keepsEnd: Bool = false) -> String {
    var word = ""
    while let next = rest.first, !ends.contains(next) {
      rest.removeFirst()
      word.append(next == "\\" ? rest.popFirst() ?? next : next)
    }
    if !keepsEnd { rest = rest.dropFirst() }
    return word
  }
}
