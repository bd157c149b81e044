import Operations
import Platform
import Terminal

/// A text that may be longer than the screen, in which the user can scroll, search, mark and copy lines.
///
/// A screen with the section `text` passes it every command and, while `prompt` is not `nil`, every key.
struct Pager: Sendable {
  var lines: [Line] = []
  private var scroll = Scroll()
  private var search = TextSearch()
  /// The lines where marking began and where its cursor is; `nil` if no lines are being marked.
  private var marked: (start: Int, end: Int)?

  init(_ lines: [Line] = []) { self.lines = lines }

  /// The prompt for the search text.
  var prompt: Prompt? { search.prompt }
  /// Whether there is a search or a mark, which going back ends first.
  var hasSearchOrMark: Bool { search.isActive || marked != nil }

  /// The keymap sections for reading a text, or that of a prompt while the user types.
  var sections: [KeySection] { prompt == nil ? [.text, .everywhere] : [.prompt] }

  /// Scrolls, or extends the mark, if `command` is a movement; returns whether it is one.
  mutating func move(_ command: Command, height: Int) -> Bool {
    guard let distance = distance(of: command, height: height, count: lines.count) else { return false }
    if let marked {
      let end = max(0, min(lines.count - 1, marked.end + distance))
      self.marked = (marked.start, end)
      scroll.show(end, height: height, count: lines.count)
    } else {
      scroll.move(by: distance, height: height, count: lines.count)
    }
    return true
  }

  /// Handles the commands for any text: move, find, mark and copy; returns `nil` for other commands.
  mutating func handle(_ command: Command, height: Int) -> [Step]? {
    if prompt != nil { return handleWhileFinding(command, height) }
    switch command {
    case .find: search.begin()
    case .findNext: return follow(search.go(by: 1), height)
    case .findPrevious: return follow(search.go(by: -1), height)
    case .selectLines: marked = marked == nil ? (scroll.top, scroll.top) : nil
    case .copy: return copy(height)
    case .back where marked != nil: marked = nil
    case .back where search.isActive: search.end()
    default: return move(command, height: height) ? [] : nil
    }
    return []
  }

  /// Handles a key of the line being typed.
  mutating func type(_ key: Key, height: Int) -> [Step] {
    guard prompt != nil else {
      _ = wheel(key, height: height)
      return []
    }
    return follow(search.type(key, in: lines.lazy.map(\.text), from: scroll.top), height)
  }

  private mutating func handleWhileFinding(_ command: Command, _ height: Int) -> [Step]? {
    switch command {
    case .open: return search.accept()
    case .back: search.end()
    default: _ = move(command, height: height)
    }
    return []
  }

  private mutating func follow(_ outcome: TextSearch.Outcome, _ height: Int) -> [Step] {
    if let line = outcome.line { scroll.move(by: line - scroll.top, height: height, count: lines.count) }
    return outcome.steps
  }

  /// Copies the marked lines, or those on the screen if none are marked.
  private mutating func copy(_ height: Int) -> [Step] {
    let shown = scroll.top..<min(lines.count, scroll.top + height)
    let chosen = marked.map { min($0.start, $0.end)..<(max($0.start, $0.end) + 1) } ?? shown
    marked = nil
    return [
      .copy(lines[chosen].map(\.text).joined(separator: "\n"), what: "\(chosen.count) lines")
    ]
  }

  /// Scrolls if `key` is from the mouse wheel; returns whether it is.
  mutating func wheel(_ key: Key, height: Int) -> Bool {
    switch key {
    case .mouse(.wheelUp, _): scroll.move(by: -3, height: height, count: lines.count)
    case .mouse(.wheelDown, _): scroll.move(by: 3, height: height, count: lines.count)
    default: return false
    }
    return true
  }

  /// Scrolls as far as necessary to show `row`.
  mutating func reveal(_ row: Int, height: Int) { scroll.show(row, height: height, count: lines.count) }

  /// Whether the last line is on a screen of `height` rows.
  func isAtEnd(height: Int) -> Bool { scroll.top + height >= lines.count }

  /// Replaces the lines and keeps the scroll position.
  mutating func show(_ lines: [Line], height: Int) {
    let isNew = lines != self.lines
    self.lines = lines
    if isNew, search.isActive { search.seek(in: lines.lazy.map(\.text)) }
    if let marked, max(marked.start, marked.end) >= lines.count { self.marked = nil }
    scroll.move(by: 0, height: height, count: lines.count)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let theme = state.theme
    let below = lines.count - scroll.top - area.size.rows
    let isCut = below > 0 && area.size.rows > 1
    for (offset, line) in lines.dropFirst(scroll.top).prefix(area.size.rows - (isCut ? 1 : 0)).enumerated() {
      surface.write(line, row: offset, in: area, theme)
      if isMarked(scroll.top + offset) { surface.highlight(area.row(offset), style: theme[.listSelected]) }
    }
    search.draw(on: &surface, in: area, from: scroll.top, theme) { lines[$0].text }
    guard isCut else { return }
    let (more, position) = (state.words.more(below + 1), progress(height: area.size.rows))
    surface.drawOverflow(more, position, in: area.row(area.size.rows - 1), theme)
  }

  private func isMarked(_ line: Int) -> Bool {
    marked.map { (min($0.start, $0.end)...max($0.start, $0.end)).contains(line) } ?? false
  }

  /// The progress such as `12 %`; empty if everything is on the screen.
  func progress(height: Int) -> String {
    guard lines.count > height else { return "" }
    return "\(min(100, (scroll.top + height) * 100 / lines.count)) %"
  }
}
