import Terminal

/// One column of a list, as data.
struct Column<Element>: Sendable {
  var title: String
  /// What it takes at least.
  var width: Int
  /// What it may grow to where there is room.
  var maximum: Int
  /// Columns with a higher rank are left out first; rank zero always stays.
  var rank: Int
  var text: @Sendable (Element) -> String
  /// How it looks.
  var style: @Sendable (Element) -> StyleName
  /// The keys that sort by it, or `nil`.
  var sorting: Sorting?
  /// What it is sorted by.
  var value: @Sendable (Element) -> SortValue

  init(
    _ title: String, width: Int, upTo maximum: Int? = nil, rank: Int, sorting: Sorting? = nil,
    by value: (@Sendable (Element) -> SortValue)? = nil,
    style: @escaping @Sendable (Element) -> StyleName = { _ in .text }, text: @escaping @Sendable (Element) -> String
  ) {
    (self.title, self.width, self.maximum, self.rank) = (title, width, maximum ?? width, rank)
    (self.style, self.text, self.sorting) = (style, text, sorting)
    self.value = value ?? { .text(text($0).lowercased()) }
  }
}

/// Columns laid out for a width.
struct ColumnLayout<Element>: Sendable {
  private let columns: [(column: Column<Element>, width: Int)]
  private let order: ListOrder?

  /// Leaves out what does not fit and shares out what is left over, the first columns first.
  ///
  /// The column that rows are sorted by always stays: its heading says so.
  init(_ all: [Column<Element>], width: Int, order: ListOrder? = nil) {
    self.order = order
    var kept = all
    for index in kept.indices where kept[index].sorting == order?.sorting && order != nil { kept[index].rank = 0 }
    while kept.reduce(kept.count - 1, { $0 + $1.width }) > width {
      guard let worst = kept.indices.filter({ kept[$0].rank > 0 }).max(by: { kept[$0].rank < kept[$1].rank }) else {
        break
      }
      kept.remove(at: worst)
    }
    var room = max(0, width - kept.reduce(kept.count - 1) { $0 + $1.width })
    columns = kept.map { column in
      let more = min(room, column.maximum - column.width)
      room -= more
      return (column, column.width + more)
    }
  }

  func drawTitles(on surface: inout Surface, in area: Rect, style: Style) {
    var column = area.origin.column
    for entry in columns {
      let title = entry.column.title + (order.map { $0.sorting == entry.column.sorting ? $0.mark : "" } ?? "")
      surface.write(
        title.truncated(to: entry.width), at: Point(row: area.origin.row, column: column), in: area, style: style)
      column += entry.width + 1
    }
  }

  /// Draws a row.
  ///
  /// A highlighted row costs a line some two hundred bytes for every step of the cursor, a highlighted name sixty.
  func draw(_ element: Element, _ look: RowLook, on surface: inout Surface, in area: Rect, _ theme: Theme) {
    var column = area.origin.column
    for (index, entry) in columns.enumerated() {
      let text = entry.column.text(element)
      let isHighlighted = look == .selected || (look == .named && index == 0)
      surface.write(
        text.truncated(to: entry.width), at: Point(row: area.origin.row, column: column), in: area,
        style: theme[isHighlighted ? .listSelected : entry.column.style(element)])
      column += entry.width + 1
    }
  }
}

/// How much of a row shows that it is selected.
enum RowLook: Hashable, Sendable {
  case plain, named, selected
}

/// What of a list's row shows that it is selected, as the user wants it.
package enum RowSelection: String, CaseIterable, Sendable {
  /// The row.
  case row
  /// Its name alone, which costs a slow line less.
  case name
  /// The row, or the name where the line is slow.
  case auto
}

extension ConsoleState {
  /// The whole row shows that it is selected.
  var selectsRow: Bool { settings.selection == .row || (settings.selection == .auto && !isSlow) }
}
