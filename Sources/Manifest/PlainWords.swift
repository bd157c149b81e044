import Platform

extension SyntaxError {
  /// What libyaml says, at the place that is to be mended and in words for who mends it.
  func inPlainWords(in text: String) -> SyntaxError {
    let lines = text.lines
    func character(_ place: Beginning) -> String {
      guard lines.indices.contains(place.line - 1) else { return "" }
      return lines[place.line - 1].dropFirst(place.column - 1).first.map(String.init) ?? ""
    }
    let here = character(Beginning(line: line, column: column))
    if let error = unclosed(character) ?? keyless(lines) ?? indented() { return error }
    for (words, plain) in Self.plainWords where problem.hasPrefix(words) {
      return at(line, column, plain.replacingText("{}", with: here))
    }
    guard problem.hasPrefix("found character that cannot start any token") else { return self }
    if here == "\t" { return at(line, column, "a tab stands here; YAML wants spaces") }
    return at(line, column, "“\(here)” cannot begin a value; put the value in quotes")
  }

  private static let plainWords = [
    (
      "mapping values are not allowed",
      "a second “:” in a value; put the value in quotes, or indent this line as its key"
    ),
    ("block sequence entries are not allowed", "a list cannot begin here; put “-” on a line of its own, below its key"),
    ("did not find expected node content", "a value is missing here, before “{}”"),
    ("found unknown escape character", "“\\” and what follows is no escape; write \\\\, or use single quotes"),
    ("found undefined tag handle", "“!” makes a tag of this; put the value in quotes"),
    ("found a tab character", "a tab stands here; YAML wants spaces"),
  ]

  private func at(_ line: Int, _ column: Int, _ problem: String) -> SyntaxError {
    SyntaxError(line: line, column: column, problem: problem)
  }

  /// A bracket or a quote is missed at the end; it is to be looked for where it was opened.
  private func unclosed(_ character: (Beginning) -> String) -> SyntaxError? {
    guard let beginning else { return nil }
    let opening = character(beginning)
    let isFlow = problem.containsText("expected ',' or")
    let isQuote = problem.containsText("quoted scalar") && problem.containsText("unexpected")
    guard isFlow || isQuote, ["[", "{", "\"", "'"].contains(opening) else { return nil }
    return at(beginning.line, beginning.column, "the \(opening) from column \(beginning.column) is not closed")
  }

  /// A line that is no key: `replicas 3`, or `a:b`.
  private func keyless(_ lines: [String]) -> SyntaxError? {
    guard problem.containsText("could not find expected ':'"), let beginning,
      lines.indices.contains(beginning.line - 1)
    else { return nil }
    let line = lines[beginning.line - 1]
    let isTight = line.dropFirst(beginning.column - 1).contains(":")
    let advice = isTight ? "a space is missing after “:”" : "“:” is missing after the key"
    return at(beginning.line, beginning.column, advice)
  }

  /// A key that is indented otherwise than its neighbours.
  private func indented() -> SyntaxError? {
    guard let beginning else { return nil }
    let since = beginning.line == line ? "" : " of the block from line \(beginning.line)"
    if problem.hasPrefix("did not find expected key") {
      return at(line, column, "the indentation fits no line\(since): column \(beginning.column) is expected")
    }
    if problem.hasPrefix("did not find expected '-' indicator") {
      return at(
        line, column, "“-” is expected in column \(beginning.column), as in the list from line \(beginning.line)")
    }
    return nil
  }
}
