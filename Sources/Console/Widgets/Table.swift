import Extensions
import KubernetesAPI
import Operations
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

  init(
    _ title: String, width: Int, upTo maximum: Int? = nil, rank: Int,
    style: @escaping @Sendable (Element) -> StyleName = { _ in .text }, text: @escaping @Sendable (Element) -> String
  ) {
    (self.title, self.width, self.maximum, self.rank) = (title, width, maximum ?? width, rank)
    (self.style, self.text) = (style, text)
  }
}

/// Columns laid out for a width.
struct Table<Element>: Sendable {
  private let columns: [(column: Column<Element>, width: Int)]

  /// Leaves out what does not fit and shares out what is left over, the first columns first.
  init(_ all: [Column<Element>], width: Int) {
    var kept = all
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
      surface.write(
        entry.column.title.truncated(to: entry.width), at: Point(row: area.origin.row, column: column), in: area,
        style: style)
      column += entry.width + 1
    }
  }

  /// Draws a row.
  ///
  /// Only the first column shows the selection: a highlighted row would cost a slow
  /// line hundreds of bytes for every step of the cursor.
  func draw(_ element: Element, isSelected: Bool, on surface: inout Surface, in area: Rect, _ theme: Theme) {
    var column = area.origin.column
    for (index, entry) in columns.enumerated() {
      let text = entry.column.text(element)
      let style: StyleName = isSelected && index == 0 ? .listSelected : entry.column.style(element)
      surface.write(
        text.truncated(to: entry.width), at: Point(row: area.origin.row, column: column), in: area,
        style: theme[style])
      column += entry.width + 1
    }
  }
}

/// The columns of the marketplace.
enum RowColumns {
  static let all: [Column<Row>] = [
    Column("NAME", width: 16, upTo: 34, rank: 0) { $0.title },
    Column("STATE", width: 13, upTo: 15, rank: 0, style: { $0.status.style }) { $0.state },
    Column("RUNNING", width: 9, upTo: 14, rank: 1) { $0.status.running },
    Column("RECOMMENDED", width: 11, upTo: 14, rank: 2, style: { $0.hasUpdate ? .versionNew : .text }) {
      $0.extensionRow.recommended
    },
    Column("ON", width: 3, rank: 3) { $0.extensionRow.enabledWord },
    Column("CATEGORY", width: 14, upTo: 20, rank: 5) { $0.category },
    Column("PROVIDER", width: 14, upTo: 24, rank: 6) { $0.extensionRow.provider },
    Column("REPOSITORY", width: 12, upTo: 20, rank: 7) { $0.extensionRow.repository },
    Column("DESCRIPTION", width: 30, upTo: 200, rank: 4, style: { _ in .dim }) { $0.extensionRow.summary },
  ]
}

extension ExtensionStatus {
  /// How the state looks.
  var style: StyleName {
    if state.isFailure { return .stateFailed }
    if state.isBusy || isBeingDeleted { return .stateBusy }
    if state == .installed { return isEnabled == false ? .stateDisabled : .stateInstalled }
    return .stateNone
  }
}
