import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The pages of an extension; from `Self.wide` columns on, two of them side by side, with the overview on the left.
struct ExtensionScreen: Screen {
  let name: String
  private(set) var tab: ExtensionTab
  /// The pages that were opened.
  private var pages: [ExtensionTab: any ExtensionPage] = [:]
  /// The minimum width for two pages, in columns.
  static let wide = 120

  init(_ name: String, at tab: ExtensionTab = .overview) {
    (self.name, self.tab) = (name, tab)
    open(tab)
  }

  private mutating func open(_ tab: ExtensionTab) {
    self.tab = tab
    if pages[tab] == nil { pages[tab] = tab.page(of: name) }
    // The overview is shown beside other pages.
    if pages[.overview] == nil { pages[.overview] = ExtensionTab.overview.page(of: name) }
    if pages[.history] == nil { pages[.history] = ExtensionTab.history.page(of: name) }
  }

  /// The page that receives the keys.
  private var page: any ExtensionPage { pages[tab] ?? tab.page(of: name) }

  /// The visible pages from left to right: the overview is shown beside the open page, or the history beside the
  /// overview.
  private func shown(_ state: ConsoleState) -> [ExtensionTab] {
    guard state.size.columns >= Self.wide else { return [tab] }
    return tab == .overview ? [.overview, .history] : [.overview, tab]
  }

  var sections: [KeySection] {
    page.prompt == nil ? page.sections + [.extension, .marketplace, .everywhere] : [.prompt]
  }
  var prompt: Prompt? { page.prompt }
  var extensionName: String? { name }
  var place: Location? { .extension(name) }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    var all = state.versions(of: name)
    for tab in shown(state) { all += pages[tab]?.subscriptions(state) ?? [] }
    return all
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    let own = page.hints(state)
    // If the page has a key of its own for a command, only its hint is shown.
    let verbs = state.hints(about: name).filter { hint in !own.contains { hint.action == $0.action } }
    let isFailed = tab == .overview && state.status(of: name).state.isFailure
    return own + verbs.prefix(1) + (isFailed ? [Hint(.open, state.words("why"))] : []) + verbs.dropFirst()
      + .commands([.back, .nextPane, .find, .help])
  }

  /// The areas of the visible pages, below the title.
  private func areas(in area: Rect, _ state: ConsoleState) -> [(tab: ExtensionTab, area: Rect)] {
    let body = area.split(top: 3).rest.inset(columns: 1)
    let tabs = shown(state)
    guard tabs.count == 2 else { return tabs.map { ($0, body) } }
    let (left, right) = body.split(left: body.size.columns / 2 - 1)
    return [(tabs[0], left), (tabs[1], right.split(left: 3).rest)]
  }

  mutating func settle(_ state: inout ConsoleState) {
    state.chosenVersions[name] = pages[.versions]?.chosenVersion
    for (tab, area) in areas(in: Rect(state.bodySize), state) { pages[tab]?.settle(area.size, state) }
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = onPage({ $0.perform(command, &$1) }, &state) { return steps }
    if prompt != nil { return [] }
    switch command {
    case .back: return [.close()]
    case .turn(let tab): open(tab)
    case .screen(.describe): open(.overview)
    case .nextPane, .right: open(tab.turned(by: 1))
    case .previousPane, .left: open(tab.turned(by: -1))
    case .undo: return undo(on: name, state)
    default: return beginChange(command, on: name, state)
    }
    return []
  }

  private mutating func onPage<Answer>(
    _ body: (inout any ExtensionPage, inout ConsoleState) -> Answer, _ state: inout ConsoleState
  ) -> Answer {
    var page = page
    defer { pages[tab] = page }
    return body(&page, &state)
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(let action, let point) = key else {
      return prompt == nil ? [] : onPage({ page, _ in page.type(key) }, &state)
    }
    if action == .click, point.row == 1 {
      if let clicked = tabs(columns: state.bodySize.columns - 2, state).first(where: {
        $0.columns.contains(point.column)
      }) {
        open(clicked.tab)
      }
      return []
    }
    guard let area = areas(in: Rect(state.bodySize), state).first(where: { $0.tab == tab })?.area,
      area.columns.contains(point.column)
    else { return [] }
    let inside = Point(row: point.row - area.origin.row, column: point.column - area.origin.column)
    return onPage({ $0.point(action, at: inside, &$1) }, &state)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    drawTitle(on: &surface, in: area.split(top: 3).top.inset(columns: 1), state)
    let areas = areas(in: area, state)
    for (tab, area) in areas { pages[tab]?.draw(on: &surface, in: area, state) }
    guard areas.count == 2 else { return }
    let column = areas[1].area.origin.column - 2
    for row in areas[1].area.rows {
      surface.write("│", at: Point(row: row, column: column), in: area, style: state.theme[.border])
    }
  }
}

// The title and the tabs.
extension ExtensionScreen {
  private func drawTitle(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let display = state.market.extensions[name]?.displayName.text(in: state.language) ?? ""
    let title = display.isEmpty || display == name ? name : "\(display) (\(name))"
    let status = state.status(of: name)
    let words = [
      status.titleWord.isEmpty ? state.absence(of: name) : state.words(status.titleWord), status.running,
    ]
    let summary = words.filter { !$0.isEmpty }.joined(separator: " ")
    let room = max(0, area.size.columns - summary.columns - 2)
    let end = surface.write(title.truncated(to: room), row: 0, in: area, style: state.theme[.title])
    let position = Point(row: area.origin.row, column: max(end + 2, area.columns.upperBound - summary.columns))
    surface.write(summary, at: position, in: area, style: state.theme[status.style])
    drawTabs(on: &surface, in: area.row(1), state)
  }

  private func drawTabs(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let shown = tabs(columns: area.size.columns, state)
    for (tab, columns) in shown {
      let position = Point(row: area.origin.row, column: columns.lowerBound)
      let end = surface.write(tab.digit, at: position, in: area, style: state.theme[.helpKey])
      surface.write(
        state.words(tab.title), at: Point(row: area.origin.row, column: end + 1), in: area,
        style: state.theme[tab == self.tab ? .tabActive : .tab])
    }
    let last = ExtensionTab.allCases.last
    let more = shown.last?.tab == last ? "" : "›"
    let end = shown.last?.columns.upperBound ?? 0
    let texts = [[more, page.progress].filter { !$0.isEmpty }.joined(separator: " "), more]
    guard let text = texts.first(where: { area.columns.upperBound - $0.columns > end }) else { return }
    let right = Point(row: area.origin.row, column: area.columns.upperBound - text.columns)
    surface.write(text, at: right, in: area, style: state.theme[.dim])
  }

  /// The tabs that fit into `columns`, the active one among them, each with its columns.
  private func tabs(columns: Int, _ state: ConsoleState) -> [(tab: ExtensionTab, columns: Range<Int>)] {
    var all = ExtensionTab.allCases[...]
    while true {
      var column = 1
      let placed = all.map { tab in
        let start = column
        column += 2 + state.words(tab.title).columns + 2
        return (tab: tab, columns: start..<(column - 2))
      }
      let fitting = placed.prefix { $0.columns.upperBound <= columns - 4 }
      if fitting.contains(where: { $0.tab == tab }) || all.count < 2 {
        return Array(fitting.isEmpty ? placed.prefix(1) : fitting)
      }
      all.removeFirst()
    }
  }
}
