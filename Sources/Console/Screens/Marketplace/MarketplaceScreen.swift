import Client
import Extensions
import KubernetesAPI
import Packages
import Terminal

/// Categories with counts beside the extensions.
///
/// The selections are a category's and an extension's name: rows move while a person reads.
struct MarketplaceScreen: Screen {
  enum Pane: Hashable, Sendable {
    case categories, extensions
  }

  private(set) var listing = FilteredRows()
  private var shelves: [Shelf] = []
  private(set) var pane = Pane.extensions
  /// The selected extension.
  private(set) var selected: String?
  private var scroll = Scroll()
  private var shelfScroll = Scroll()
  private var filtering: LinePrompt?
  /// The categories that the shelves were made from.
  private var categoryRevision: Int?

  /// A row of the categories pane; all of them have no name.
  struct Shelf: Hashable, Sendable {
    var name: String?
    var title: String
    var count: Int
  }

  var sections: [KeySection] { filtering == nil ? [.marketplace, .everywhere] : [.prompt] }

  var prompt: Prompt? { filtering.map { Prompt(label: "/", field: $0) } }

  func hints(_ state: ConsoleState) -> [Action] {
    guard filtering == nil else { return .commands([.open, .back]) }
    return .commands(
      [.help, .open, .filter, .nextPane, .install, .upgrade, .rollBack, .disable, .configure, .palette, .close])
  }

  mutating func settle(_ state: inout ConsoleState) {
    let row = selected.flatMap { listing.position(of: $0) }
    let hasNews = listing.update(from: state.market, state.records.memories, language: state.language)
    guard hasNews || categoryRevision != state.market.categoryRevision else { return followSelection(state) }
    categoryRevision = state.market.categoryRevision
    arrangeShelves(state)
    keepPlace(from: row, state)
  }

  /// The selected row stays where it is on the screen, whatever appears above it.
  private mutating func keepPlace(from row: Int?, _ state: ConsoleState) {
    let now = selected.flatMap { listing.position(of: $0) }
    if let row, let now { scroll.move(by: now - row, height: height(state), count: listing.count) }
    if now == nil { select(row ?? 0) }
    followSelection(state)
  }

  private mutating func followSelection(_ state: ConsoleState) {
    let row = selected.flatMap { listing.position(of: $0) } ?? 0
    scroll.show(row, height: height(state), count: listing.count)
    shelfScroll.show(shelfRow, height: height(state), count: shelves.count)
  }

  private mutating func arrangeShelves(_ state: ConsoleState) {
    let categories = state.market.categories.elements
    let names = Set(categories.keys).union(listing.counts.keys.filter { !$0.isEmpty })
    let named = names.map { name in
      let title = categories[name]?.displayName.text(in: state.language) ?? ""
      return Shelf(name: name, title: title.isEmpty ? name : title, count: listing.counts[name] ?? 0)
    }
    shelves = [Shelf(name: nil, title: "All", count: listing.total)]
    shelves += named.sorted { ($0.title.lowercased(), $0.name ?? "") < ($1.title.lowercased(), $1.name ?? "") }
    if let none = listing.counts[""] { shelves.append(Shelf(name: "", title: "(none)", count: none)) }
  }

  private var shelfRow: Int { shelves.firstIndex { $0.name == listing.category } ?? 0 }
  private var row: Int { selected.flatMap { listing.position(of: $0) } ?? 0 }

  private mutating func select(_ row: Int) {
    selected = listing.isEmpty ? nil : listing[max(0, min(row, listing.count - 1))].name
  }

  private mutating func selectShelf(_ row: Int) {
    guard !shelves.isEmpty else { return }
    listing.category = shelves[max(0, min(row, shelves.count - 1))].name
    if selected.flatMap({ listing.position(of: $0) }) == nil { select(0) }
  }

  /// Rows of the lists, under their titles.
  private func height(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 1) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if filtering != nil { return performWhileFiltering(command, state) }
    switch command {
    case .filter:
      filtering = LinePrompt(text: listing.filter.text)
      return []
    case .clearFilter:
      filter("")
      return []
    case .back:
      return goBack()
    case .nextPane, .previousPane:
      pane = pane == .categories ? .extensions : .categories
      return []
    case .left:
      pane = .categories
      return []
    case .right:
      pane = .extensions
      return []
    case .open:
      return openSelected()
    default:
      if let steps = beginChange(command, on: selected, state) { return steps }
      return move(command, state) ? [] : nil
    }
  }

  private mutating func performWhileFiltering(_ command: Command, _ state: ConsoleState) -> [Step]? {
    switch command {
    case .open:
      filtering = nil
      if let problem = listing.filter.problem { return [.complain(problem)] }
    case .back:
      filtering = nil
      filter("")
    default:
      _ = move(command, state)
    }
    return []
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    if case .mouse(let action, let point) = key { return click(action, at: point, state) }
    guard var field = filtering else { return [] }
    switch field.handle(key) {
    case .accepted: return performWhileFiltering(.open, state) ?? []
    case .cancelled: return performWhileFiltering(.back, state) ?? []
    case .edited, .ignored: filtering = field
    }
    filter(field.text)
    return []
  }

  private mutating func filter(_ text: String) {
    listing.filter = Filter(text)
    if selected.flatMap({ listing.position(of: $0) }) == nil { select(0) }
  }

  private mutating func goBack() -> [Step] {
    if pane == .categories {
      pane = .extensions
    } else if !listing.filter.isEmpty {
      filter("")
    } else if listing.category != nil {
      selectShelf(0)
    }
    return []
  }

  private mutating func openSelected() -> [Step] {
    if pane == .categories {
      pane = .extensions
      return []
    }
    return selected.map { [.open(ExtensionScreen($0))] } ?? []
  }

  private mutating func move(_ command: Command, _ state: ConsoleState) -> Bool {
    guard let distance = distance(of: command, height: height(state), count: max(listing.count, shelves.count)) else {
      return false
    }
    if pane == .categories, filtering == nil { selectShelf(shelfRow + distance) } else { select(row + distance) }
    return true
  }

  private mutating func click(_ action: Key.Mouse, at point: Point, _ state: ConsoleState) -> [Step] {
    let areas = Layout(Rect(state.bodySize), pane: pane)
    let isShelf = areas.categories.contains(point)
    switch action {
    case .wheelUp: if isShelf { selectShelf(shelfRow - 1) } else { select(row - 3) }
    case .wheelDown: if isShelf { selectShelf(shelfRow + 1) } else { select(row + 3) }
    case .click:
      let offset = point.row - 1
      guard offset >= 0 else { return [] }
      pane = isShelf ? .categories : .extensions
      if isShelf {
        selectShelf(shelfScroll.top + offset)
        return []
      }
      guard scroll.top + offset < listing.count else { return [] }
      let former = selected
      select(scroll.top + offset)
      return selected == former ? openSelected() : []
    }
    return []
  }
}

extension MarketplaceScreen {
  /// Where the two panes are.
  ///
  /// A narrow screen shows the one in use.
  struct Layout {
    var categories: Rect
    var separator: Rect
    var extensions: Rect

    init(_ area: Rect, pane: Pane) {
      let none = Rect(area.origin, Size(rows: 0, columns: 0))
      guard area.size.columns >= 60 else {
        categories = pane == .categories ? area : none
        extensions = pane == .extensions ? area : none
        separator = none
        return
      }
      let columns = min(26, max(18, area.size.columns / 5))
      let (left, rest) = area.split(left: columns)
      (categories, extensions) = (left, rest.split(left: 1).rest)
      separator = rest.split(left: 1).left
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let layout = Layout(area, pane: pane)
    for row in layout.separator.rows {
      surface.write(
        "│", at: Point(row: row, column: layout.separator.origin.column), in: layout.separator,
        style: state.theme[.border])
    }
    drawShelves(on: &surface, in: layout.categories, state)
    drawExtensions(on: &surface, in: layout.extensions, state)
  }

  private func drawShelves(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    guard !area.isEmpty else { return }
    surface.write("  CATEGORY", row: 0, in: area, style: state.theme[.listHeading])
    let list = area.split(top: 1).rest
    for (offset, shelf) in shelves.dropFirst(shelfScroll.top).prefix(list.size.rows).enumerated() {
      let isSelected = shelf.name == listing.category
      let count = "\(shelf.count) "
      let width = list.size.columns - 2 - count.columns - 1
      let mark = isSelected ? (pane == .categories ? "> " : "· ") : "  "
      let style = state.theme[isSelected && pane == .categories ? .categorySelected : .category]
      surface.write(mark + shelf.title.truncated(to: width), row: offset, in: list, style: style)
      let right = Point(row: list.origin.row + offset, column: list.columns.upperBound - count.columns)
      surface.write(count, at: right, in: list, style: state.theme[.dim])
    }
  }

  private func drawExtensions(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    guard !area.isEmpty else { return }
    let table = Table<Row>(RowColumns.all, width: area.size.columns - 2)
    let inner = Rect(
      Point(row: area.origin.row, column: area.origin.column + 2),
      Size(rows: area.size.rows, columns: area.size.columns - 2))
    table.drawTitles(on: &surface, in: inner, style: state.theme[.listHeading])
    let list = inner.split(top: 1).rest
    if listing.isEmpty {
      for (row, line) in emptiness(state).wrapped(to: list.size.columns - 1).enumerated() {
        surface.write(line, row: row, in: list, style: state.theme[.dim])
      }
      return
    }
    for offset in 0..<min(list.size.rows, listing.count - scroll.top) {
      let row = listing[scroll.top + offset]
      let isSelected = row.name == selected
      if isSelected {
        let mark = Point(row: list.origin.row + offset, column: area.origin.column)
        // One run of one style with the name: every change of style costs a slow line fifteen bytes.
        let style = state.theme[pane == .extensions ? .listSelected : .text]
        surface.write(pane == .extensions ? "> " : "· ", at: mark, in: area, style: style)
      }
      table.draw(row, isSelected: isSelected && pane == .extensions, on: &surface, in: list.row(offset), state.theme)
    }
  }

  /// Why there is nothing to see.
  private func emptiness(_ state: ConsoleState) -> String {
    if case .stale(let reason) = state.connection.state, !state.market.isFilled { return reason }
    if !state.market.isFilled { return "Reading the extensions of \(state.session.cluster) …" }
    if listing.total == 0 { return "There are no extensions yet." }
    if !listing.filter.isEmpty { return "Nothing matches \(listing.filter.text)" }
    return "Nothing is on this shelf."
  }
}
