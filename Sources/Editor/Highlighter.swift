import Terminal

/// Colours YAML line by line.
///
/// It is not a parser, and may be wrong about rare forms. The only state from line to line is an open block
/// scalar or quote.
struct Highlighter: Hashable, Sendable {
  /// The state at the beginning of a line.
  enum State: Hashable, Sendable {
    case plain
    /// A `|` or `>` block of lines indented by more than this.
    case block(Int)
    case quoted(UInt8)
  }

  /// A part of a line, in bytes, and the name of its style.
  struct Span: Hashable, Sendable {
    var bytes: Range<Int>
    var style: StyleName
  }

  private var states: [State] = []
  /// The lines at the last update.
  private var seen: [String] = []

  init(_ lines: [String]) { update(lines) }

  /// Updates the lines that an edit has changed, and those below them as long as their state changes.
  @discardableResult
  mutating func update(_ lines: [String]) -> LineChange {
    let change = Self.change(from: seen, to: lines)
    var state = change.new.lowerBound == 0 ? State.plain : states[change.new.lowerBound - 1]
    if change.new.lowerBound > 0 { state = Self.state(after: lines[change.new.lowerBound - 1], in: state) }
    var fresh: [State] = []
    fresh.reserveCapacity(change.new.count)
    for line in lines[change.new] {
      fresh.append(state)
      state = Self.state(after: line, in: state)
    }
    states.replaceSubrange(change.old, with: fresh)
    seen = lines
    var index = change.new.upperBound
    while index < lines.count, states[index] != state {
      states[index] = state
      state = Self.state(after: lines[index], in: state)
      index += 1
    }
    return change
  }

  /// The changed lines, without the equal lines at both ends.
  private static func change(from old: [String], to new: [String]) -> LineChange {
    let least = min(old.count, new.count)
    var start = 0
    while start < least, old[start] == new[start] { start += 1 }
    var end = 0
    while end < least - start, old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
    return LineChange(old: start..<(old.count - end), new: start..<(new.count - end))
  }

  /// The coloured parts of line `index`; the text between them has the default style.
  func spans(_ line: String, index: Int) -> [Span] {
    guard states.indices.contains(index) else { return [] }
    var scanner = LineScanner(line, state: states[index])
    scanner.scan()
    return scanner.spans
  }

  /// The state after `line`.
  private static func state(after line: String, in state: State) -> State {
    // A fast check, because most lines open nothing.
    let isCandidate = line.utf8.contains { $0 == quote || $0 == apostrophe || $0 == bar || $0 == greater }
    guard state != .plain || isCandidate else { return .plain }
    var scanner = LineScanner(line, state: state)
    scanner.scan()
    return scanner.state
  }
}

private let quote = UInt8(ascii: "\"")
private let apostrophe = UInt8(ascii: "'")
private let bar = UInt8(ascii: "|")
private let greater = UInt8(ascii: ">")

/// Scans the bytes of a line once.
private struct LineScanner {
  private let bytes: [UInt8]
  private var index = 0
  var state: Highlighter.State
  var spans: [Highlighter.Span] = []

  init(_ line: String, state: Highlighter.State) {
    bytes = Array(line.utf8)
    self.state = state
  }

  mutating func scan() {
    let indent = bytes.firstIndex { $0 != UInt8(ascii: " ") } ?? bytes.count
    if case .block(let outer) = state {
      if indent == bytes.count || indent > outer { return add(0..<bytes.count, .yamlString) }
      state = .plain
    }
    if case .quoted(let mark) = state {
      index = endOfQuote(mark, from: 0)
      add(0..<index, .yamlString)
      if state != .plain { return }
    }
    if bytes.starts(with: "---".utf8) || bytes.starts(with: "...".utf8) { return add(0..<3, .yamlPunctuation) }
    while index < bytes.count { token(indent: indent) }
  }

  private mutating func token(indent: Int) {
    switch bytes[index] {
    case UInt8(ascii: " "), UInt8(ascii: "\t"): index += 1
    case UInt8(ascii: "#") where isAfterBlank(index): addSpan(to: bytes.count, .yamlComment)
    case quote, apostrophe: quoted()
    case UInt8(ascii: "-") where isBeforeBlank(index + 1): addSpan(to: index + 1, .yamlPunctuation)
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","),
      UInt8(ascii: ":"), UInt8(ascii: "?"):
      addSpan(to: index + 1, .yamlPunctuation)
    case bar, greater: block(indent: indent)
    case UInt8(ascii: "&"), UInt8(ascii: "*"), UInt8(ascii: "!"): addSpan(to: endOfWord, .yamlKeyword)
    default: plain()
    }
  }

  private mutating func quoted() {
    let start = index
    let mark = bytes[index]
    index = endOfQuote(mark, from: index + 1)
    let isKey = state == .plain && isColon(skippingBlanks(index))
    add(start..<index, isKey ? .yamlKey : .yamlString)
  }

  /// The index after the closing `mark`; if there is none, sets the state to an open quote.
  private mutating func endOfQuote(_ mark: UInt8, from start: Int) -> Int {
    var position = start
    while position < bytes.count {
      if mark == quote, bytes[position] == UInt8(ascii: "\\") {
        position += 2
      } else if bytes[position] == mark {
        guard mark == apostrophe, position + 1 < bytes.count, bytes[position + 1] == mark else {
          state = .plain
          return position + 1
        }
        position += 2
      } else {
        position += 1
      }
    }
    state = .quoted(mark)
    return bytes.count
  }

  /// The `|` or `>` of a block scalar, if only its options and a comment follow.
  private mutating func block(indent: Int) {
    var position = index + 1
    while position < bytes.count, "+-0123456789".utf8.contains(bytes[position]) { position += 1 }
    let next = skippingBlanks(position)
    guard next == bytes.count || bytes[next] == UInt8(ascii: "#") else { return plain() }
    addSpan(to: position, .yamlPunctuation)
    state = .block(indent)
  }

  /// A plain scalar: a key if a colon follows, else a value.
  private mutating func plain() {
    var position = index
    while position < bytes.count, !isColon(position) {
      if bytes[position] == UInt8(ascii: "#"), isAfterBlank(position) { break }
      if ",]}".utf8.contains(bytes[position]) { break }
      position += 1
    }
    position = max(position, index + 1)
    var end = position
    while end > index + 1, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
    let style =
      position < bytes.count && isColon(position)
      ? .yamlKey : Self.style(ofScalar: String(decoding: bytes[index..<end], as: UTF8.self))
    if let style { add(index..<end, style) }
    index = position
  }

  private static func style(ofScalar text: String) -> StyleName? {
    switch text.lowercased() {
    case "true", "false", "null", "~", "yes", "no", "on", "off": .yamlKeyword
    default:
      text.utf8.first.map { "+-.0123456789".utf8.contains($0) } == true && Double(text) != nil
        ? .yamlNumber : .yamlString
    }
  }

  private var endOfWord: Int {
    bytes[index...].firstIndex { $0 == UInt8(ascii: " ") } ?? bytes.count
  }

  private func isColon(_ position: Int) -> Bool {
    position < bytes.count && bytes[position] == UInt8(ascii: ":") && isBeforeBlank(position + 1)
  }

  private func isBeforeBlank(_ position: Int) -> Bool {
    position >= bytes.count || bytes[position] == UInt8(ascii: " ")
  }

  private func isAfterBlank(_ position: Int) -> Bool {
    position == 0 || bytes[position - 1] == UInt8(ascii: " ") || bytes[position - 1] == UInt8(ascii: "\t")
  }

  private func skippingBlanks(_ position: Int) -> Int {
    var position = position
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    return position
  }

  private mutating func addSpan(to end: Int, _ style: StyleName) {
    add(index..<end, style)
    index = end
  }

  private mutating func add(_ range: Range<Int>, _ style: StyleName) {
    if !range.isEmpty { spans.append(Highlighter.Span(bytes: range, style: style)) }
  }
}
