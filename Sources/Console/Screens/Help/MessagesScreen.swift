import Terminal

/// What was said, newest last.
struct MessagesView: View {
  private var pager = Pager()
  private var hasMoved = false

  var sections: [KeySection] { [.everywhere] }
  func hints(_ desk: Desk) -> [Action] { .commands([.back, .pageUp, .help]) }

  mutating func settle(_ desk: inout Desk) {
    let height = desk.bodySize.rows
    pager.show(Self.lines(desk), height: height)
    if !hasMoved { _ = pager.perform(.last, height: height) }
  }

  mutating func perform(_ command: Command, _ desk: inout Desk) -> [Step]? {
    if command == .back || command == .messages { return [.close()] }
    guard pager.perform(command, height: desk.bodySize.rows) else { return nil }
    hasMoved = true
    return []
  }

  mutating func type(_ key: Key, _ desk: inout Desk) -> [Step] {
    if pager.wheel(key, height: desk.bodySize.rows) { hasMoved = true }
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ desk: Desk) {
    pager.draw(on: &surface, in: area.inset(columns: 1), desk.theme)
  }

  private static func lines(_ desk: Desk) -> [Line] {
    if desk.journal.entries.isEmpty { return [Line("Nothing was said yet.", "dim")] }
    return desk.journal.entries.flatMap { entry in
      let times = entry.count > 1 ? " (\(entry.count) times)" : ""
      let style = entry.tone == .error ? "status.error" : "text"
      return (Line(entry.moment.clock + "  ", "dim") + Line(entry.text + times, style))
        .wrapped(to: max(20, desk.size.columns - 2), indent: 10)
    }
  }
}
