import Platform

/// Changes to one place of a YAML text that leave every other byte as it is: comments, order, blank lines, quotes.
///
/// Whatever is made is read again, and thrown away unless it says exactly what it should: what cannot be edited in place
/// is refused, and never guessed.
package enum YAMLEdit {
  /// A place in a document: `web.hosts[0].name`.
  package struct Path: Hashable, Sendable {
    package enum Step: Hashable, Sendable {
      case key(String)
      case index(Int)
    }

    package let steps: [Step]
    /// As it was written.
    package let text: String

    /// Reads a place, in which a dot of a key stands behind a backslash or in quotes; `nil` where it is none.
    package init?(_ text: String) {
      var reader = PathReader(text)
      guard let steps = reader.steps(), reader.rest.isEmpty else { return nil }
      self.init(steps: steps, text: text)
    }

    /// The place that one gets to by these keys, one below the other.
    package init(keys: [String]) { self.init(steps: keys.map(Step.key), text: keys.joined(separator: ".")) }

    fileprivate init(steps: [Step], text: String) {
      self.steps = steps
      self.text = text
    }
  }

  /// A value, and how its user has written it.
  package struct Written: Hashable, Sendable {
    package let value: Value
    private let text: String?

    package init(_ value: Value) {
      self.value = value
      text = nil
    }

    /// A value in YAML; nothing at all is an empty text.
    package init(yaml text: String) throws(SyntaxError) {
      value = text.isEmpty ? "" : try YAML.parse(text)
      self.text = text.isEmpty || text.contains(where: \.isNewline) ? nil : text
    }

    /// The ways in which it may be written on one line, the user's own first.
    fileprivate var forms: [String] {
      let block = YAML.text(value).dropLast()
      let isScalar = value.mapping == nil && value.sequence == nil && !block.contains("\n")
      return [text, isScalar ? String(block) : nil, JSON.text(value)].compactMap(\.self)
    }
  }

  /// Sets what stands at `path` to `written`.
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

  /// Takes away what stands at `path`, and each mapping above it that is then empty; a list that is then empty stays, as
  /// it says another thing than none.
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
  /// Takes `web.hosts[0]=a.example` apart: a place, and what stands after the equals sign behind it.
  package static func assignment(_ text: String) -> (path: Self, value: String)? {
    var reader = PathReader(text)
    guard let steps = reader.steps(), reader.rest.first == "=" else { return nil }
    return (Self(steps: steps, text: String(text[..<reader.rest.startIndex])), String(reader.rest.dropFirst()))
  }

  /// The place at the start of a row of pairs, and what stands behind its equals sign; a comma ends a key.
  static func start(of text: Substring) -> (path: Self, rest: Substring)? {
    var reader = PathReader(String(text), ends: ".[=,")
    guard let steps = reader.steps(), reader.rest.first == "=" else { return nil }
    let written = text.dropLast(reader.rest.count)
    return (Self(steps: steps, text: String(written)), text.suffix(reader.rest.count - 1))
  }

  /// The places that `text` must be given first for this one to be behind them: items of a list, of which nothing is known.
  func gaps(in text: String) throws(SyntaxError) -> [Self] {
    var value = try YAML.parse(text)
    var gaps: [Self] = []
    for (place, step) in steps.enumerated() {
      switch step {
      case .key(let key): value = value[key] ?? .null
      case .index(let index):
        let items = value.sequence ?? []
        let missing = items.count..<max(items.count, index)
        if missing.count > 1000 {
          let problem: Sentence = "\(self.text) would leave \(missing.count) items before it empty"
          throw SyntaxError(line: 1, column: 1, problem: problem)
        }
        gaps += missing.map { Self(steps: Array(steps[..<place]) + [.index($0)], text: self.text) }
        value = index < items.count ? items[index] : .null
      }
    }
    return gaps
  }
}

/// Takes `web.hosts[0].name` apart.
private struct PathReader {
  private(set) var rest: Substring

  /// What ends a key.
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
  /// This value with `value` at `path`; `nil` where something else stands on the way.
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

  /// This value without what stands at `path`; `nil` where nothing does.
  fileprivate func removing(_ path: ArraySlice<YAMLEdit.Path.Step>) -> Value? {
    switch (path.first, self) {
    case (.key(let key)?, .mapping(var fields)):
      guard let inner = fields[key] else { return nil }
      if path.count == 1 {
        fields[key] = nil
      } else {
        guard let rest = inner.removing(path.dropFirst()) else { return nil }
        // The literal alone would be a null.
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

  /// A key beside the first one of `path` that is not there, where one is spelled nearly like it.
  fileprivate func suggestion(for path: ArraySlice<YAMLEdit.Path.Step>) -> Sentence {
    guard let step = path.first else { return "" }
    switch (step, self) {
    case (.key(let key), .mapping(let fields)):
      if let inner = fields[key] { return inner.suggestion(for: path.dropFirst()) }
      return meant(for: key, among: fields.keys)
    case (.index(let index), .sequence(let items)) where index < items.count:
      return items[index].suggestion(for: path.dropFirst())
    case (.index, .sequence(let items)): return "; the list has \(items.count) item\(items.count == 1 ? "" : "s")"
    default: return ""
    }
  }
}
