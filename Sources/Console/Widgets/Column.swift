import Terminal

/// The description of one column of a list.
struct Column<Element>: Sendable {
  var title: String
  /// The minimum width.
  var width: Int
  /// The maximum width, if there is room.
  var maximum: Int
  /// Columns with a higher rank are left out first; rank zero is never left out.
  var rank: Int
  /// Whether the text is aligned right, as for ages and counts.
  var isTrailing: Bool
  var text: @Sendable (Element) -> String
  /// Whether the column takes spare room before all others.
  var growsFirst = false
  /// Whether the column takes no more than its heading and its cells need, which must be few.
  var isTight = false
  /// The style of a cell.
  var style: @Sendable (Element) -> StyleName
  /// The command that sorts by the column, or `nil`.
  var sorting: Sorting?
  /// The value by which rows are sorted.
  var value: @Sendable (Element) -> SortValue

  init(
    _ title: String, width: Int, upTo maximum: Int? = nil, rank: Int, isTrailing: Bool = false, sorting: Sorting? = nil,
    by value: (@Sendable (Element) -> SortValue)? = nil,
    style: @escaping @Sendable (Element) -> StyleName = { _ in .text }, text: @escaping @Sendable (Element) -> String
  ) {
    (self.title, self.width, self.maximum, self.rank) = (title, width, maximum ?? width, rank)
    (self.style, self.text, self.sorting, self.isTrailing) = (style, text, sorting, isTrailing)
    self.value = value ?? { .text(text($0).lowercased()) }
  }
}

extension Column {
  /// The same column, no wider than its heading and its cells of `rows`, if there are any.
  func fitted(to rows: some Collection<Element>) -> Column {
    guard isTight, !rows.isEmpty else { return self }
    let heading = title.isEmpty ? 0 : title.columns + (sorting == nil ? 0 : 2)
    let widest = rows.reduce(heading) { max($0, text($1).columns) }
    var column = self
    column.width = min(max(width, heading), widest)
    column.maximum = min(max(maximum, heading), widest)
    return column
  }
}

extension Array {
  /// These columns, none wider than it needs to be; for short lists.
  func tight<Row>() -> [Column<Row>] where Element == Column<Row> {
    map { column in
      var column = column
      column.isTight = true
      return column
    }
  }
}

/// Columns laid out for a width.
struct ColumnLayout<Element>: Sendable {
  private let columns: [Placed]

  private struct Placed {
    var column: Column<Element>
    var width: Int

    func fitted(_ text: String) -> String {
      let text = text.truncated(to: width)
      return column.isTrailing ? text.padded(to: width, leading: true) : text
    }
  }

  private let order: ListOrder?

  /// Leaves out columns that do not fit and distributes the spare room: first to columns that ask for it, then to the
  /// last one, then to the others.
  ///
  /// The column by which rows are sorted is never left out, because its heading shows the order.
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
    var widths = kept.map(\.width)
    let first = kept.indices.filter { kept[$0].growsFirst }
    for index in first + kept.indices.suffix(1) + kept.indices.dropLast() {
      let more = min(room, kept[index].maximum - widths[index])
      widths[index] += more
      room -= more
    }
    // If even the remaining columns are too wide, the widest ones shrink, down to four columns of text each.
    var excess = kept.reduce(kept.count - 1) { $0 + $1.width } - width
    while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 4 {
      widths[widest] -= 1
      excess -= 1
    }
    columns = zip(kept, widths).map { Placed(column: $0, width: $1) }
  }

  /// Draws the headings that end before column `limit`.
  func drawTitles(on surface: inout Surface, in area: Rect, before limit: Int, style: Style) {
    var column = area.origin.column
    for entry in columns {
      let mark = order.map { $0.sorting == entry.column.sorting ? $0.mark : "" } ?? ""
      let title = entry.fitted(entry.column.title + mark)
      let position = Point(row: area.origin.row, column: column)
      if column + title.columns <= limit { surface.write(title, at: position, in: area, style: style) }
      column += entry.width + 1
    }
  }

  /// The number of highlighted characters of a name, limited so that a cursor step writes few bytes however long the
  /// names are.
  private static var namedColumns: Int { 12 }

  /// Draws a row.
  ///
  /// Over a slow connection, a highlighted row costs some two hundred bytes per cursor step, a highlighted name sixty.
  func draw(_ element: Element, _ look: RowLook, on surface: inout Surface, in area: Rect, _ theme: Theme) {
    var column = area.origin.column
    for (index, entry) in columns.enumerated() {
      let text = entry.column.text(element)
      let position = Point(row: area.origin.row, column: column)
      let style = look == .selected ? .listSelected : entry.column.style(element)
      surface.write(entry.fitted(text), at: position, in: area, style: theme[style])
      if look == .named, index == 0 {
        let size = Size(rows: 1, columns: min(Self.namedColumns, min(text.columns, entry.width)))
        surface.highlight(Rect(position, size).clipped(to: area), style: theme[.listSelected])
      }
      column += entry.width + 1
    }
  }
}

/// How a row is highlighted.
enum RowLook: Hashable, Sendable {
  case plain, named, selected
}

/// How the user wants the selected row of a list to be highlighted.
package enum RowSelection: String, CaseIterable, Sendable {
  /// The whole row.
  case row
  /// Only the name, which takes fewer bytes.
  case name
  /// The name on slow connections, otherwise the row.
  case auto
}

extension ConsoleState {
  /// Whether the whole selected row is highlighted.
  var selectsRow: Bool { settings.selection == .row || (settings.selection == .auto && !isSlow) }
}
