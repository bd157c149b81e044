import Terminal

extension Page {
  static let messages = Page("messages", "Show earlier messages") { _ in MessagesScreen() }
}

/// The messages so far, newest last.
struct MessagesScreen: Screen {
  private var pager = Pager()
  private var hasMoved = false
  private var isOpen = false

  var sections: [KeySection] { pager.sections }
  var prompt: Prompt? { pager.prompt }
  var identity: String? { "messages" }
  func title(_ state: ConsoleState) -> String { state.words("Messages") }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.back, .find, .copy, .help]) }

  mutating func settle(_ state: inout ConsoleState) {
    if !isOpen { state.messageLog.markAllSeen() }
    isOpen = true
    let height = state.bodySize.rows
    pager.show(Self.lines(state), height: height)
    if !hasMoved { _ = pager.move(.last, height: height) }
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = pager.handle(command, height: state.bodySize.rows) {
      hasMoved = true
      return steps
    }
    return command == .back || command == .messages ? [.close()] : nil
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    hasMoved = true
    return pager.type(key, height: state.bodySize.rows)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }

  private static func lines(_ state: ConsoleState) -> [Line] {
    if state.messageLog.entries.isEmpty { return [Line(state.words("No messages yet."), .dim)] }
    return state.messageLog.entries.flatMap { entry in
      let times = entry.count > 1 ? state.words(" ({0} times)", "\(entry.count)") : ""
      let style: StyleName = entry.tone == .error ? .statusError : .text
      return (Line(entry.moment.clock + "  ", .dim) + Line(entry.text + times, style))
        .wrapped(to: max(20, state.size.columns - 2), indent: 10)
    }
  }
}
