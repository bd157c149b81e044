import Terminal

/// The rows of a list in order, provided by the screen that stores them.
protocol RowSource<Row> {
  associatedtype Row: Identifiable
  var count: Int { get }
  subscript(position: Int) -> Row { get }
  /// The position of the row with this identity.
  func position(of id: Row.ID) -> Int?
}

extension Array: RowSource where Element: Identifiable {
  typealias Row = Element

  func position(of id: Element.ID) -> Int? { firstIndex { $0.id == id } }
}

/// The selection and the scroll position of a list.
///
/// It stores no rows. The selection is the identity of an object, so it stays on the object, and the object at its
/// position on the screen, while other rows are added and removed. The same holds for marks. Heights are those of the
/// whole list, including its headings.
struct ListView<Row: Identifiable & Sendable>: Sendable where Row.ID: Sendable {
  /// The selected object.
  private(set) var selected: Row.ID?
  /// Whether the user has chosen the selection.
  private(set) var isChosen = false
  /// The order of the rows; the screen that stores them sorts them.
  private(set) var order: ListOrder?
  /// The objects that the user has marked, whether they are shown or not.
  private(set) var marked: Set<Row.ID> = []
  /// The row at which a range of marks begins.
  private var lastMarked: Row.ID?
  /// The last position of the selection; if the object disappears, the row at this position is selected.
  private var position = 0
  private var scroll = Scroll()

  /// The number of visible rows of `count`; if not all fit, one row says how many do not.
  private static func window(_ count: Int, height: Int) -> Int {
    let rows = max(1, height - 1)
    return count <= rows ? rows : max(1, rows - 1)
  }

  /// Adapts to changes in the rows; until the user has chosen a row, `preferred` is selected.
  mutating func settle(_ rows: some RowSource<Row>, height: Int, preferring preferred: Row.ID? = nil) {
    if let preferred, !isChosen || selected.flatMap(rows.position) == nil { selected = preferred }
    let window = Self.window(rows.count, height: height)
    if let now = selected.flatMap(rows.position) {
      scroll.move(by: now - position, height: window, count: rows.count)
      position = now
    } else {
      select(at: position, in: rows)
    }
    scroll.show(position, height: window, count: rows.count)
  }

  /// Selects the row at `position`, or the nearest one.
  mutating func select(at position: Int, in rows: some RowSource<Row>) {
    let index = max(0, min(position, rows.count - 1))
    (self.position, selected) = (index, rows.count == 0 ? nil : rows[index].id)
  }

  /// Moves the selection if `command` is a movement; returns whether it is one.
  mutating func move(_ command: Command, in rows: some RowSource<Row>, height: Int) -> Bool {
    let window = Self.window(rows.count, height: height)
    guard let distance = distance(of: command, height: window, count: rows.count) else { return false }
    move(by: distance, in: rows)
    return true
  }

  private mutating func move(by distance: Int, in rows: some RowSource<Row>) {
    select(at: (selected.flatMap(rows.position) ?? position) + distance, in: rows)
    isChosen = true
  }

  /// Changes the order if `command` sorts by one of `columns`; returns whether it does.
  mutating func sort(_ command: Command, by columns: [Column<Row>]) -> Bool {
    guard case .sort(let sorting) = command, columns.contains(where: { $0.sorting == sorting }) else { return false }
    order = .after(order, asking: sorting)
    return true
  }

  /// `rows` in the order of the list.
  func arranged(_ rows: [Row], _ columns: [Column<Row>]) -> [Row] { order?.sorted(rows, by: columns) ?? rows }

  /// Selects the row at `position` on behalf of the user.
  mutating func choose(at position: Int, in rows: some RowSource<Row>) {
    select(at: position, in: rows)
    isChosen = true
  }

  /// The positions of the rows on the screen, of `count` rows.
  func visible(_ count: Int, height: Int) -> Range<Int> {
    scroll.top..<max(scroll.top, min(count, scroll.top + Self.window(count, height: height)))
  }

  /// Marks all rows that are shown, or unmarks them if all are marked.
  mutating func markAll(in rows: some RowSource<Row>) {
    let all = Set((0..<rows.count).map { rows[$0].id })
    if all.isSubset(of: marked) { marked.subtract(all) } else { marked.formUnion(all) }
  }

  /// Marks the rows from the one that was marked last to the selected one.
  mutating func markRange(in rows: some RowSource<Row>) {
    guard let selected, let end = rows.position(of: selected) else { return }
    let start = lastMarked.flatMap(rows.position) ?? end
    for index in min(start, end)...max(start, end) { marked.insert(rows[index].id) }
    lastMarked = selected
  }

  /// Removes all marks.
  mutating func unmark() { (marked, lastMarked) = ([], nil) }

  /// Marks or unmarks the selected object and moves to the next row.
  mutating func mark(in rows: some RowSource<Row>) {
    guard let selected else { return }
    if marked.remove(selected) == nil { marked.insert(selected) }
    lastMarked = selected
    move(by: 1, in: rows)
  }

  /// Handles the mouse in row `row` of the list; returns whether the selected row was clicked again.
  mutating func point(_ action: Key.Mouse, row: Int, in rows: some RowSource<Row>, height: Int) -> Bool {
    switch action {
    case .wheelUp: move(by: -3, in: rows)
    case .wheelDown: move(by: 3, in: rows)
    case .click:
      let index = scroll.top + row - 1
      guard (1...Self.window(rows.count, height: height)).contains(row), index < rows.count else { return false }
      let former = selected
      select(at: index, in: rows)
      isChosen = true
      return selected == former
    }
    return false
  }
}

/// What a list shows besides its rows.
struct ListFrame: Sendable {
  /// Whether the list has the focus.
  var isFocused = true
  /// A text at the right of the headings, such as the filter.
  var chip = ""
  /// The text if there are no rows.
  var emptiness = Line.blank
  /// Whether the whole selected row is highlighted, rather than only the name.
  var selectsRow = false
  /// The language of the number of rows that do not fit.
  var words = Language(name: "en")
}

extension ListView {
  /// Draws the list with the user's settings.
  func draw(
    _ rows: some RowSource<Row>, _ columns: [Column<Row>], _ frame: ListFrame, on surface: inout Surface,
    in area: Rect, _ state: ConsoleState
  ) {
    var frame = frame
    frame.selectsRow = state.selectsRow
    frame.words = state.words
    let columns = columns.map { column in
      var column = column
      column.title = state.words(column.title)
      return column
    }
    draw(rows, columns, frame, on: &surface, in: area, state.theme)
  }

  /// Draws the headings, the rows, and the number of rows that do not fit.
  func draw(
    _ rows: some RowSource<Row>, _ columns: [Column<Row>], _ frame: ListFrame, on surface: inout Surface,
    in area: Rect, _ theme: Theme
  ) {
    guard !area.isEmpty else { return }
    let inner = area.split(left: 1).rest
    let columns = columns.map { $0.isTight ? $0.fitted(to: (0..<rows.count).lazy.map { rows[$0] }) : $0 }
    let layout = ColumnLayout(columns, width: inner.size.columns, order: order)
    let start = draw(chip: frame.chip, on: &surface, in: inner, theme)
    layout.drawTitles(on: &surface, in: inner, before: start, style: theme[.listHeading])
    let list = inner.split(top: 1).rest
    if rows.count == 0 {
      for (row, line) in frame.emptiness.wrapped(to: list.size.columns - 1).enumerated() {
        surface.write(line, row: row, in: list, theme)
      }
      return
    }
    let window = Self.window(rows.count, height: area.size.rows)
    drawRows(rows, window, layout, frame, on: &surface, in: area, theme)
    if rows.count > window {
      let more = frame.words.more(rows.count - scroll.top - window)
      surface.drawOverflow(more, positionText(window, rows.count), in: list.row(list.size.rows - 1), theme)
    }
  }

  /// Draws as many rows as `window` has, below the headings.
  private func drawRows(
    _ rows: some RowSource<Row>, _ window: Int, _ layout: ColumnLayout<Row>, _ frame: ListFrame,
    on surface: inout Surface, in area: Rect, _ theme: Theme
  ) {
    let list = area.split(left: 1).rest.split(top: 1).rest
    for offset in 0..<max(0, min(window, rows.count - scroll.top)) {
      let row = rows[scroll.top + offset]
      let isSelected = row.id == selected && frame.isFocused
      if isSelected, frame.selectsRow { surface.fill(area.row(offset + 1), style: theme[.listSelected]) }
      drawMark(row.id, frame, row: offset + 1, on: &surface, in: area, theme)
      let look: RowLook = !isSelected ? .plain : frame.selectsRow ? .selected : .named
      layout.draw(row, look, on: &surface, in: list.row(offset), theme)
    }
  }

  /// Draws the mark in the same style as the name and next to it, because over a slow connection each byte of the name
  /// and each change of style counts at every cursor step.
  private func drawMark(
    _ id: Row.ID, _ frame: ListFrame, row: Int, on surface: inout Surface, in area: Rect, _ theme: Theme
  ) {
    let isSelected = id == selected
    let isMarked = marked.contains(id)
    guard isSelected || isMarked else { return }
    let style: StyleName = isSelected && frame.isFocused ? .listSelected : isMarked ? .accent : .text
    surface.write(isMarked ? "*" : frame.isFocused ? ">" : "·", row: row, in: area, style: theme[style])
  }

  /// Draws `chip` at the right of the headings, and returns the column in which it begins.
  private func draw(chip: String, on surface: inout Surface, in area: Rect, _ theme: Theme) -> Int {
    guard !chip.isEmpty else { return area.columns.upperBound }
    let text = "  " + chip.truncated(to: max(1, area.size.columns - 8)) + " "
    let start = Point(row: area.origin.row, column: area.columns.upperBound - text.columns)
    surface.write(text, at: start, in: area, style: theme[.statusWarning])
    return start.column
  }

  /// Which rows are on the screen.
  ///
  /// The text depends only on the scroll position: if it changed with the selection, each cursor step would take twice
  /// as many bytes.
  private func positionText(_ window: Int, _ count: Int) -> String {
    "\(scroll.top + 1)-\(scroll.top + window)/\(count) "
  }
}
