import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Terminal

/// Categories with counts beside the extensions.
///
/// The selections are a category's and an extension's name: rows move while a user reads.
struct MarketplaceScreen: Screen {
  enum Pane: Hashable, Sendable {
    case categories, extensions
  }

  private(set) var listing = FilteredRows()
  private var categoryRows: [CategoryRow] = []
  private(set) var pane = Pane.extensions
  private var list = ListView<MarketplaceRow>()
  private var categoryScroll = Scroll()
  private var filtering: LinePrompt?
  /// What was filtered by before, newest last.
  private var formerFilters: [String] = []
  /// The categories that the rows were made from.
  private var categoryRevision: Int?

  /// A row of the categories pane; all of them have no name.
  struct CategoryRow: Hashable, Sendable {
    var name: String?
    var title: String
    var count: Int
  }

  var sections: [KeySection] { filtering == nil ? [.marketplace, .list, .everywhere] : [.prompt] }

  var prompt: Prompt? { filtering.map { Prompt(label: "/", field: $0, verb: "filter") } }

  func hints(_ state: ConsoleState) -> [Hint] {
    if filtering != nil { return .commands([.open, .back]) }
    if pane == .categories { return [Hint(.open, "its extensions")] + .commands([.filter, .help, .close]) }
    let verbs = selected.map { state.hints(about: $0) } ?? []
    let isBusy = selected.map { state.status(of: $0).isBusy } == true
    return verbs + [Hint(.open, isBusy ? "follow" : "open"), Hint(.filter)]
      + (state.tally.names.isEmpty ? [] : [Hint(.nextWanting, "next")]) + .commands([.help, .close])
  }

  mutating func settle(_ state: inout ConsoleState) {
    let hasNews = listing.update(from: state.market, state.records.memories, language: state.language)
    if hasNews || categoryRevision != state.market.categoryRevision {
      categoryRevision = state.market.categoryRevision
      arrangeCategories(state)
    }
    state.tally = listing.tally
    list.settle(listing, height: height(state))
    categoryScroll.show(categoryPosition, height: height(state) - 1, count: categoryRows.count)
  }

  private mutating func arrangeCategories(_ state: ConsoleState) {
    let categories = state.market.categories.elements
    let names = Set(categories.keys).union(listing.counts.keys.filter { !$0.isEmpty })
    let named = names.map { name in
      let title = categories[name]?.displayName.text(in: state.language) ?? ""
      return CategoryRow(name: name, title: title.isEmpty ? name : title, count: listing.counts[name] ?? 0)
    }
    categoryRows = [CategoryRow(name: nil, title: "All", count: listing.total)]
    categoryRows += named.sorted { ($0.title.lowercased(), $0.name ?? "") < ($1.title.lowercased(), $1.name ?? "") }
    if let none = listing.counts[""] { categoryRows.append(CategoryRow(name: "", title: "(none)", count: none)) }
  }

  private var categoryPosition: Int { categoryRows.firstIndex { $0.name == listing.category } ?? 0 }
  /// The selected extension.
  var selected: String? { list.selected }

  /// Selects the extension called `name`, out of whatever hides it.
  mutating func show(_ name: String) {
    if listing.position(of: name) == nil {
      filter("")
      listing.category = nil
    }
    if let place = listing.position(of: name) { list.select(at: place, in: listing) }
  }

  /// What a filter has left out is not selected any more.
  private mutating func keepSelectionInSight() {
    if selected.flatMap(listing.position) == nil { list.select(at: 0, in: listing) }
  }

  private mutating func selectCategory(_ row: Int) {
    guard !categoryRows.isEmpty else { return }
    listing.category = categoryRows[max(0, min(row, categoryRows.count - 1))].name
    keepSelectionInSight()
  }

  /// Rows of the lists, with their headings.
  private func height(_ state: ConsoleState) -> Int { state.bodySize.rows }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if filtering != nil { return performWhileFiltering(command, state) }
    if let next = pane(after: command) {
      pane = next
      return []
    }
    switch command {
    case .filter:
      filter("")
      filtering = LinePrompt(history: formerFilters)
      return []
    case .clearFilter:
      filter("")
      return []
    case .back:
      return goBack()
    case .open:
      return openSelected()
    case .sort where list.sort(command, by: MarketplaceColumns.all):
      listing.order = list.order
      return []
    default:
      if let steps = beginChange(command, on: selected, state) { return steps }
      return move(command, state) ? [] : nil
    }
  }

  /// The pane that `command` leads to, if it leads to one.
  private func pane(after command: Command) -> Pane? {
    switch command {
    case .nextPane, .previousPane: pane == .categories ? .extensions : .categories
    case .left: .categories
    case .right: .extensions
    default: nil
    }
  }

  private mutating func performWhileFiltering(_ command: Command, _ state: ConsoleState) -> [Step]? {
    switch command {
    case .open:
      filtering = nil
      if let problem = listing.filter.problem { return [.complain(problem)] }
      let text = listing.filter.text
      if !listing.filter.isEmpty { formerFilters = formerFilters.filter { $0 != text } + [text] }
    case .up where filtering?.text.isEmpty == true:
      _ = filtering?.handle(.up)
      filter(filtering?.text ?? "")
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
    keepSelectionInSight()
  }

  private mutating func goBack() -> [Step] {
    if pane == .categories {
      pane = .extensions
    } else if !listing.filter.isEmpty {
      filter("")
    } else if listing.category != nil {
      selectCategory(0)
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
    guard pane == .categories, filtering == nil else {
      return list.move(command, in: listing, height: height(state))
    }
    guard let distance = distance(of: command, height: height(state) - 1, count: categoryRows.count) else {
      return false
    }
    selectCategory(categoryPosition + distance)
    return true
  }

  private mutating func click(_ action: Key.Mouse, at point: Point, _ state: ConsoleState) -> [Step] {
    let areas = Layout(Rect(state.bodySize), pane: pane)
    guard areas.categories.contains(point) else {
      if action == .click, point.row >= 1 { pane = .extensions }
      return list.point(action, row: point.row, in: listing, height: height(state)) ? openSelected() : []
    }
    switch action {
    case .wheelUp: selectCategory(categoryPosition - 1)
    case .wheelDown: selectCategory(categoryPosition + 1)
    case .click where point.row >= 1:
      pane = .categories
      selectCategory(categoryScroll.top + point.row - 1)
    case .click: break
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
    drawCategories(on: &surface, in: layout.categories, state)
    let frame = ListFrame(isFocused: pane == .extensions, chip: chip, emptiness: emptiness(state))
    list.draw(listing, MarketplaceColumns.all, frame, on: &surface, in: layout.extensions, state)
  }

  private func drawCategories(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    guard !area.isEmpty else { return }
    surface.write(" CATEGORY", row: 0, in: area, style: state.theme[.listHeading])
    let list = area.split(top: 1).rest
    for (offset, category) in categoryRows.dropFirst(categoryScroll.top).prefix(list.size.rows).enumerated() {
      let isSelected = category.name == listing.category
      let count = "\(category.count) "
      let width = list.size.columns - 1 - count.columns - 1
      let mark = isSelected ? (pane == .categories ? ">" : "·") : " "
      let style = state.theme[isSelected && pane == .categories ? .categorySelected : .category]
      surface.write(mark + category.title.truncated(to: width), row: offset, in: list, style: style)
      let right = Point(row: list.origin.row + offset, column: list.columns.upperBound - count.columns)
      surface.write(count, at: right, in: list, style: state.theme[.dim])
    }
  }

  /// The filter, for as long as it holds.
  private var chip: String {
    listing.filter.isEmpty ? "" : "filter \(listing.filter.text) · \(listing.count) of \(listing.countInCategory)"
  }

  /// Why there is nothing to see.
  private func emptiness(_ state: ConsoleState) -> Line {
    guard listing.isEmpty else { return .blank }
    return state.emptiness(
      isFilled: state.market.isFilled, reading: "Reading the extensions of \(state.session.cluster) …",
      otherwise: emptiness)
  }

  private var emptiness: String {
    if listing.total == 0 { return "There are no extensions yet." }
    if listing.filter.isEmpty { return "No extensions in this category." }
    guard listing.category != nil, let category = categoryRows.first(where: { $0.name == listing.category }) else {
      return "Nothing matches \(listing.filter.text)"
    }
    return "Nothing in \(category.title) matches \(listing.filter.text); \(listing.matchesInAll) in All."
  }
}
