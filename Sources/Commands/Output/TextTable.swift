import KubernetesAPI
import Terminal

/// Rows under headings, for a user or for `awk`.
///
/// A cell is made harmless before it is measured, and a Chinese character takes its two columns.
struct TextTable: Hashable, Sendable {
  var headings: [String]
  var rows: [[String]]

  /// How wide each column is.
  struct Layout: Hashable, Sendable {
    private var widths: [Int]

    init(_ headings: [String]) { widths = headings.map(\.columns) }

    /// Makes room for a row.
    mutating func fit(_ cells: [String]) {
      for (column, cell) in cells.enumerated() { widths[column] = max(widths[column], Self.shown(cell).columns) }
    }

    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { column, cell in
        column == cells.count - 1 ? Self.shown(cell) : Self.shown(cell).padded(to: widths[column])
      }
      return padded.joined(separator: "   ")
    }

    private static func shown(_ cell: String) -> String { cell.isEmpty ? "-" : cell.sanitised }
  }

  var layout: Layout {
    var layout = Layout(headings)
    for row in rows { layout.fit(row) }
    return layout
  }

  /// The table, line by line; nothing at all when it has no rows.
  var lines: [String] {
    if rows.isEmpty { return [] }
    let layout = layout
    return [layout.line(headings)] + rows.map(layout.line)
  }
}

extension Outlet {
  /// Prints a table, of a long one a part after the other.
  func print(_ table: TextTable, hasHeadings: Bool = true) {
    let layout = table.layout
    if hasHeadings, !table.rows.isEmpty { print(layout.line(table.headings)) }
    var rest = table.rows[...]
    while !rest.isEmpty {
      print(rest.prefix(500).map(layout.line))
      rest = rest.dropFirst(500)
    }
  }
}
