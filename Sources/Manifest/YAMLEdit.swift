import Platform

/// Edits one place of a YAML text and leaves every other byte unchanged: comments, order, blank lines, quotes.
///
/// Each result is parsed again and discarded unless it has exactly the intended value: an edit that is not possible in
/// place is refused, never guessed.
package enum YAMLEdit {
  /// A place in a document: `web.hosts[0].name`.
  package struct Path: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
      case key(String)
      case index(Int)
    }

    package let steps: [Step]
    /// The path as it was written.
    package let text: String

    /// Parses a path, in which a dot within a key is escaped by a backslash or quoted; `nil` if it is invalid.
    package init?(_ text: String) {
      var reader = PathReader(text)
      guard let steps = reader.steps(), reader.rest.isEmpty else { return nil }
      self.init(steps: steps, text: text)
    }

    /// The path of nested keys.
    package init(keys: [String]) { self.init(steps: keys.map(Step.key), text: keys.joined(separator: ".")) }

    fileprivate init(steps: [Step], text: String) {
      self.steps = steps
      self.text = text
    }
  }

  /// A value, and the text in which the user wrote it.
  package struct Written: Hashable, Sendable {
    package let value: Value
    private let text: String?

    package init(_ value: Value) {
      self.value = value
      text = nil
    }

    /// Parses a value in YAML; an empty input is an empty text.
    package init(yaml text: String) throws(SyntaxError) {
      value = text.isEmpty ? "" : try YAML.parse(text)
      self.text = text.isEmpty || text.contains(where: \.isNewline) ? nil : text
    }

    /// The possible forms on one line, the user's own first.
    fileprivate var forms: [String] {
      let block = YAML.text(value).dropLast()
      let isScalar = value.mapping == nil && value.sequence == nil && !block.contains("\n")
      return [text, isScalar ? String(block) : nil, JSON.text(value)].compactMap(\.self)
    }
  }

  /// Sets the value at `path` to `written`.
  package static func set(_ path: Path, to written: Written, in text: String) throws(SyntaxError) -> String {
    var text = text
    for gap in try path.gaps(in: text) { text = try set(gap, to: Written(.null), in: text) }
    let before = try YAML.parse(text)
    let whole = before == .null ? .mapping([:]) : before
    guard let wanted = whole.replacing(path.steps[...], with: written.value) else { throw try mistake(path, in: text) }
    if wanted == before { return text }
    let tree = try YAMLSpan.tree(text)
    for form in written.forms {
      let edited = YAMLEditor(text).set(path.steps[...], to: form, at: tree)
      if let edited, (try? YAML.parse(edited)) == wanted { return edited }
    }
    throw try mistake(path, in: text)
  }

  /// Removes the value at `path`, and each mapping above it that becomes empty.
  ///
  /// A list that becomes empty is kept, because an empty list has another meaning than none.
  package static func unset(_ path: Path, in text: String) throws(SyntaxError) -> String {
    let before = try YAML.parse(text)
    guard let wanted = before.removing(path.steps[...]), let tree = try YAMLSpan.tree(text) else {
      throw SyntaxError(
        line: 1, column: 1, problem: "\(path.text) is not set\(before.suggestion(for: path.steps[...]))")
    }
    for edited in YAMLEditor(text).unset(path.steps[...], at: tree) {
      guard let after = try? YAML.parse(edited) else { continue }
      if after == wanted || (after == .null && wanted == [:]) { return edited }
    }
    throw try mistake(path, in: text)
  }

  private static func mistake(_ path: Path, in text: String) throws(SyntaxError) -> SyntaxError {
    let line = try YAMLSpan.tree(text)?.line(of: path.steps[...], in: text) ?? 1
    return SyntaxError(
      line: line, column: 1, problem: "\(path.text) cannot be set in place here; ksx config edit changes it by hand")
  }
}

extension YAMLEdit.Path {
  /// Splits `web.hosts[0]=a.example` into the path and the text after the equals sign.
  package static func assignment(_ text: String) -> (path: Self, value: String)? {
    var reader = PathReader(text)
    guard let steps = reader.steps(), reader.rest.first == "=" else { return nil }
    return (Self(steps: steps, text: String(text[..<reader.rest.startIndex])), String(reader.rest.dropFirst()))
  }

  /// The path at the start of a series of pairs, and the text after its equals sign; a comma ends a key.
  static func start(of text: Substring) -> (path: Self, rest: Substring)? {
    var reader = PathReader(String(text), ends: ".[=,")
    guard let steps = reader.steps(), reader.rest.first == "=" else { return nil }
    let written = text.dropLast(reader.rest.count)
    return (Self(steps: steps, text: String(written)), text.suffix(reader.rest.count - 1))
  }

  /// The list items that must be added to `text` before this path can exist; they are null.
  func gaps(in text: String) throws(SyntaxError) -> [Self] {
    var value = try YAML.parse(text)
    var gaps: [Self] = []
    for (depth, step) in steps.enumerated() {
      switch step {
      case .key(let key): value = value[key] ?? .null
      case .index(let index):
        let items = value.sequence ?? []
        let missing = items.count..<max(items.count, index)
        if missing.count > 1000 {
          let problem: Sentence = "\(self.text) would leave \(missing.count) items before it empty"
          throw SyntaxError(line: 1, column: 1, problem: problem)
        }
        gaps += missing.map { Self(steps: Array(steps[..<depth]) + [.index($0)], text: self.text) }
        value = index < items.count ? items[index] : .null
      }
    }
    return gaps
  }
}

/// Parses `web.hosts[0].name`.
private struct PathReader {
  private(set) var rest: Substring

  /// The characters that end a key.
  private let ends: String

  init(_ text: String, ends: String = ".[=") { (rest, self.ends) = (text[...], ends) }

  /// The steps up to the end or an equals sign.
  mutating func steps() -> [YAMLEdit.Path.Step]? {
    var steps: [YAMLEdit.Path.Step] = []
    while true {
      guard let key = key() else { return nil }
      steps.append(.key(key))
      while rest.first == "[" {
        guard let index = index() else { return nil }
        steps.append(.index(index))
      }
      if rest.isEmpty || rest.first == "=" { return steps }
      guard rest.popFirst() == "." else { return nil }
    }
  }

  private mutating func key() -> String? {
    if rest.first == "\"" { return quotedKey() }
    var key = ""
    while let next = rest.first, !ends.contains(next) {
      rest.removeFirst()
      if next == "\\", let escaped = rest.popFirst() { key.append(escaped) } else { key.append(next) }
    }
    return key.isEmpty ? nil : key
  }

  private mutating func quotedKey() -> String? {
    rest.removeFirst()
    var key = ""
    while let next = rest.popFirst() {
      if next == "\"" { return key }
      if next == "\\", let escaped = rest.popFirst() { key.append(escaped) } else { key.append(next) }
    }
    return nil
  }

  private mutating func index() -> Int? {
    rest.removeFirst()
    let digits = rest.prefix { $0 != "]" }
    rest = rest.dropFirst(digits.count)
    guard rest.popFirst() == "]", digits.allSatisfy(\.isNumber), let index = Int(digits) else { return nil }
    return index
  }
}

extension Value {
  /// This value with `value` at `path`; `nil` if a value on the path has another type.
  fileprivate func replacing(_ path: ArraySlice<YAMLEdit.Path.Step>, with value: Value) -> Value? {
    guard let step = path.first else { return value }
    switch (step, self) {
    case (.key(let key), .mapping(var fields)):
      guard let inner = (fields[key] ?? .null).replacing(path.dropFirst(), with: value) else { return nil }
      fields[key] = inner
      return .mapping(fields)
    case (.key, .null): return Value.mapping([:]).replacing(path, with: value)
    case (.index(let index), .sequence(var items)) where index <= items.count:
      let old: Value = index < items.count ? items[index] : .null
      guard let inner = old.replacing(path.dropFirst(), with: value) else { return nil }
      if index < items.count { items[index] = inner } else { items.append(inner) }
      return .sequence(items)
    case (.index(0), .null): return Value.sequence([]).replacing(path, with: value)
    default: return nil
    }
  }

  /// This value without the value at `path`; `nil` if there is none.
  fileprivate func removing(_ path: ArraySlice<YAMLEdit.Path.Step>) -> Value? {
    switch (path.first, self) {
    case (.key(let key)?, .mapping(var fields)):
      guard let inner = fields[key] else { return nil }
      if path.count == 1 {
        fields[key] = nil
      } else {
        guard let rest = inner.removing(path.dropFirst()) else { return nil }
        // The literal `nil` would be a null value.
        fields[key] = rest == [:] ? Value?.none : rest
      }
      return .mapping(fields)
    case (.index(let index)?, .sequence(var items)) where index < items.count:
      if path.count == 1 {
        items.remove(at: index)
        return .sequence(items)
      }
      guard let rest = items[index].removing(path.dropFirst()) else { return nil }
      items[index] = rest
      return .sequence(items)
    default: return nil
    }
  }

  /// For the first key of `path` that does not exist, suggests a sibling key with a similar name.
  fileprivate func suggestion(for path: ArraySlice<YAMLEdit.Path.Step>) -> Sentence {
    guard let step = path.first else { return "" }
    switch (step, self) {
    case (.key(let key), .mapping(let fields)):
      if let inner = fields[key] { return inner.suggestion(for: path.dropFirst()) }
      return suggestionSentence(for: key, among: fields.keys)
    case (.index(let index), .sequence(let items)) where index < items.count:
      return items[index].suggestion(for: path.dropFirst())
    case (.index, .sequence(let items)): return "; the list has \(items.count) item\(items.count == 1 ? "" : "s")"
    default: return ""
    }
  }
}
