import Operations
import Platform
import Terminal

/// A text that is sought in lines: the line in which it is typed, the lines that have it, and the one gone to last.
struct TextSearch: Sendable {
  /// The text as it is typed; `nil` when none is.
  private var field: LinePrompt?
  /// What is sought, in small letters, or empty.
  private var sought = ""
  private var matches: [Int] = []
  /// The one of them that was gone to last.
  private var match = 0

  /// What a key came to: a line to be shown, and what there is to say.
  typealias Outcome = (line: Int?, said: [Step])

  /// The line in which what is sought is typed.
  var prompt: Prompt? { field.map { Prompt(label: "/", field: $0, verb: "find") } }
  /// Something is sought, or being typed.
  var isActive: Bool { field != nil || !sought.isEmpty }

  mutating func begin() { field = LinePrompt(text: "") }

  /// Nothing is sought any more.
  mutating func end() { (field, sought, matches) = (nil, "", []) }

  /// What is typed is what is sought.
  mutating func accept() -> [Step] {
    field = nil
    return sought.isEmpty ? [] : [.say(matches.isEmpty ? .warning : .note, place)]
  }

  /// Takes a key of the line being typed; found is the first line from `top` on that has it.
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

  /// Seeks anew, because the lines are others.
  mutating func seek(in lines: some Collection<String>) {
    match = 0
    guard !sought.isEmpty else { return matches = [] }
    let needle = Needle(sought)
    matches = lines.enumerated().filter { needle.isIn(Array($0.element.lowercased().utf8)) }.map(\.offset)
  }

  /// Goes on to the next line that has it, or back to the one before.
  mutating func go(by step: Int) -> Outcome {
    if sought.isEmpty { return (nil, [.say(.note, "Nothing is sought: / finds text.")]) }
    guard !matches.isEmpty else { return (nil, [.say(.warning, place)]) }
    match = (match + step + matches.count) % matches.count
    return (matches[match], [.say(.note, place)])
  }

  /// `3/7`, or that there is none.
  private var place: Sentence {
    matches.isEmpty ? "\(sought): not found" : "\(sought): \(match + 1)/\(matches.count)"
  }

  /// Shows what was found in the lines of `area`, of which the first is the line `top`.
  func draw(on surface: inout Surface, in area: Rect, from top: Int, _ theme: Theme, _ line: (Int) -> String) {
    for place in matches where (top..<(top + area.size.rows)).contains(place) {
      let text = line(place).lowercased()
      guard let start = text.rangeOfText(sought)?.lowerBound else { continue }
      let column = area.origin.column + String(text[..<start]).columns
      let found = Rect(
        Point(row: area.origin.row + place - top, column: column), Size(rows: 1, columns: sought.columns))
      surface.highlight(found.clipped(to: area), style: theme[.promptMatch])
    }
  }
}
