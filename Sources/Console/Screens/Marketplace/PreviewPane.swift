import Terminal

/// The scroll position in the preview, which returns to the top whenever another extension is selected.
struct PreviewPane: Sendable {
  private var name: String?
  private var scroll = Scroll()

  mutating func settle(_ selected: String?, height: Int) {
    if selected != name { (name, scroll) = (selected, Scroll()) }
  }

  /// Scrolls if `command` is a movement; returns whether it is one.
  mutating func move(_ command: Command, _ selected: String?, _ size: Size, _ state: ConsoleState) -> Bool {
    guard let selected else { return false }
    let count = PreviewPage(selected, state).lines(columns: size.columns - 1).count
    guard let distance = distance(of: command, height: size.rows, count: count) else { return false }
    scroll.move(by: distance, height: size.rows, count: count)
    return true
  }

  func draw(_ page: PreviewPage, isFocused: Bool, on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    guard !area.isEmpty else { return }
    let inner = area.split(left: 1).rest
    let lines = Array(page.lines(columns: inner.size.columns).dropFirst(scroll.top))
    surface.draw(lines, in: inner, state)
    guard isFocused else { return }
    // Focus must not depend on colour alone: the line beside the focused preview is double.
    for row in 0..<area.size.rows { surface.write("║", row: row, in: area, style: state.theme[.accent]) }
  }
}

extension MarketplaceScreen {
  /// The pane to which `command` moves the focus, or `nil` if it moves none.
  func pane(after command: Command, _ state: ConsoleState) -> Pane? {
    let panes: [Pane] = [.views, .extensions] + (state.showsPreview ? [.preview] : [])
    let index = panes.firstIndex(of: pane) ?? 1
    switch command {
    case .nextPane: return pane == .extensions ? .views : .extensions
    case .previousPane: return pane == .extensions ? panes.last.flatMap { $0 == pane ? .views : $0 } : .extensions
    case .left: return panes[max(0, index - 1)]
    case .right: return panes[min(panes.count - 1, index + 1)]
    // Users of vi press `l` to go right, and a view has no log.
    case .screen(.log) where pane == .views: return .extensions
    default: return nil
    }
  }
}
