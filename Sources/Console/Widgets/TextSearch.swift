import Operations
import Platform
import Terminal

/// A search in lines: the prompt for the text, the matching lines, and the current match.
struct TextSearch: Sendable {
  /// The field for the search text; `nil` unless the user is typing.
  private var field: LinePrompt?
  /// The search text in lower case; empty if there is no search.
  private var sought = ""
  private var matches: [Int] = []
  /// The index of the current match in `matches`.
  private var match = 0

  /// The result of a key: a line to show, and messages.
  typealias Outcome = (line: Int?, steps: [Step])

  /// The prompt for the search text.
  var prompt: Prompt? { field.map { Prompt(label: "/", field: $0, verb: "find") } }
  /// Whether there is a search, or one is being typed.
  var isActive: Bool { field != nil || !sought.isEmpty }

  mutating func begin() { field = LinePrompt(text: "") }

  /// Ends the search.
  mutating func end() { (field, sought, matches) = (nil, "", []) }

  /// Finishes typing and reports the result.
  mutating func accept() -> [Step] {
    field = nil
    return sought.isEmpty ? [] : [.say(matches.isEmpty ? .warning : .note, matchCountText)]
  }

  /// Handles a key of the line being typed; the result is the first matching line from `top` on, or else the first of
  /// all.
  mutating func type(_ key: Key, in lines: some Collection<String>, from top: Int) -> Outcome {
    guard var field else { return (nil, []) }
    switch field.handle(key) {
    case .accepted: return (nil, accept())
    case .cancelled:
      end()
      return (nil, [])
    case .edited, .ignored: self.field = field
    }
    sought = field.text.lowercased()
    seek(in: lines)
    let line = matches.first { $0 >= top } ?? matches.first
    match = line.flatMap { matches.firstIndex(of: $0) } ?? 0
    return (line, [])
  }

  /// Searches again, because the lines have changed.
  mutating func seek(in lines: some Collection<String>) {
    match = 0
    guard !sought.isEmpty else { return matches = [] }
    let needle = Needle(sought)
    matches = lines.enumerated().filter { needle.isIn(Array($0.element.lowercased().utf8)) }.map(\.offset)
  }

  /// Goes to the next or the previous matching line.
  mutating func go(by step: Int) -> Outcome {
    if sought.isEmpty { return (nil, [.say(.note, "Nothing is sought: / finds text.")]) }
    guard !matches.isEmpty else { return (nil, [.say(.warning, matchCountText)]) }
    match = (match + step + matches.count) % matches.count
    return (matches[match], [.say(.note, matchCountText)])
  }

  /// The current match such as `3/7`, or that there is none.
  private var matchCountText: Sentence {
    matches.isEmpty ? "\(sought): not found" : "\(sought): \(match + 1)/\(matches.count)"
  }

  /// Highlights the matches in the lines of `area`, whose first line is line `top`.
  func draw(on surface: inout Surface, in area: Rect, from top: Int, _ theme: Theme, _ line: (Int) -> String) {
    for matchLine in matches where (top..<(top + area.size.rows)).contains(matchLine) {
      let text = line(matchLine).lowercased()
      guard let start = text.rangeOfText(sought)?.lowerBound else { continue }
      let column = area.origin.column + String(text[..<start]).columns
      let found = Rect(
        Point(row: area.origin.row + matchLine - top, column: column), Size(rows: 1, columns: sought.columns))
      surface.highlight(found.clipped(to: area), style: theme[.promptMatch])
    }
  }
}
