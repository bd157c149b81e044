import Platform

extension SyntaxError {
  /// libyaml's error in plainer words, at the place that the user must correct.
  func explained(in text: String) -> SyntaxError {
    let lines = text.lines
    func character(_ position: Position) -> String {
      guard lines.indices.contains(position.line - 1) else { return "" }
      return lines[position.line - 1].dropFirst(position.column - 1).first.map(String.init) ?? ""
    }
    let here = character(Position(line: line, column: column))
    if let error = unclosed(character) ?? emptyBracket(text) ?? keyless(lines) ?? indented() { return error }
    for (words, plain) in Self.plainWords where message.hasPrefix(words) {
      return at(line, column, plain(here))
    }
    guard message.hasPrefix("found character that cannot start any token") else { return self }
    if here == "\t" { return at(line, column, "a tab stands here; YAML wants spaces") }
    return at(line, column, "“\(here)” cannot begin a value; put the value in quotes")
  }

  /// libyaml's message.
  private var message: String { problem.english }

  private static let plainWords: [(String, @Sendable (String) -> Sentence)] = [
    (
      "mapping values are not allowed",
      { _ in "a second “:” in a value; put the value in quotes, or indent this line as its key" }
    ),
    (
      "block sequence entries are not allowed",
      { _ in "a list cannot begin here; put “-” on a line of its own, below its key" }
    ),
    ("did not find expected node content", { "a value is missing here, before “\($0)”" }),
    (
      "found unknown escape character",
      { _ in "“\\” and what follows is no escape; write \\\\, or use single quotes" }
    ),
    ("found undefined tag handle", { _ in "“!” makes a tag of this; put the value in quotes" }),
    ("found a tab character", { _ in "a tab stands here; YAML wants spaces" }),
  ]

  private func at(_ line: Int, _ column: Int, _ problem: Sentence) -> SyntaxError {
    SyntaxError(line: line, column: column, problem: problem)
  }

  /// A bracket or quote that is not closed: libyaml reports the end of the text, and this the opening.
  private func unclosed(_ character: (Position) -> String) -> SyntaxError? {
    guard let beginning else { return nil }
    let opening = character(beginning)
    let isFlow = message.containsText("expected ',' or")
    let isQuote = message.containsText("quoted scalar") && message.containsText("unexpected")
    guard isFlow || isQuote, ["[", "{", "\"", "'"].contains(opening) else { return nil }
    return at(beginning.line, beginning.column, "the \(opening) from column \(beginning.column) is not closed")
  }

  /// An empty bracket that is opened at the end of the text.
  private func emptyBracket(_ text: String) -> SyntaxError? {
    guard message.hasPrefix("did not find expected node content") else { return nil }
    let before = text.trimmedEnd
    guard let opening = before.last, opening == "[" || opening == "{" else { return nil }
    let lines = before.lines
    guard let column = lines.last?.count else { return nil }
    return at(lines.count, column, "the \(String(opening)) from column \(column) is not closed")
  }

  /// A line that is not a key: `replicas 3`, or `a:b`.
  private func keyless(_ lines: [String]) -> SyntaxError? {
    guard message.containsText("could not find expected ':'"), let beginning,
      lines.indices.contains(beginning.line - 1)
    else { return nil }
    let line = lines[beginning.line - 1]
    let isTight = line.dropFirst(beginning.column - 1).contains(":")
    let advice: Sentence = isTight ? "a space is missing after “:”" : "“:” is missing after the key"
    return at(beginning.line, beginning.column, advice)
  }

  /// A key whose indentation differs from that of its neighbours.
  private func indented() -> SyntaxError? {
    guard let beginning else { return nil }
    let since: Sentence = beginning.line == line ? "" : " of the block from line \(beginning.line)"
    if message.hasPrefix("did not find expected key") {
      return at(line, column, "the indentation fits no line\(since): column \(beginning.column) is expected")
    }
    if message.hasPrefix("did not find expected '-' indicator") {
      return at(
        line, column, "“-” is expected in column \(beginning.column), as in the list from line \(beginning.line)")
    }
    return nil
  }
}

extension String {
  /// The text without trailing blanks and line ends.
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
