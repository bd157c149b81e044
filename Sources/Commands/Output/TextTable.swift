import KubernetesAPI
import Terminal

/// Rows below headings, for users and for programs such as `awk`.
///
/// Cells are sanitised before they are measured; wide characters such as Chinese ones count as two columns.
struct TextTable: Hashable, Sendable {
  var headings: [String]
  var rows: [[String]]

  /// The widths of the columns.
  struct Layout: Hashable, Sendable {
    private var widths: [Int]

    init(_ headings: [String]) { widths = headings.map(\.columns) }

    /// Widens the columns so that a row fits.
    mutating func fit(_ cells: [String]) {
      for (column, cell) in cells.enumerated() { widths[column] = max(widths[column], Self.displayed(cell).columns) }
    }

    func line(_ cells: [String]) -> String {
      let padded = cells.enumerated().map { column, cell in
        column == cells.count - 1 ? Self.displayed(cell) : Self.displayed(cell).padded(to: widths[column])
      }
      return padded.joined(separator: "   ")
    }

    private static func displayed(_ cell: String) -> String { cell.isEmpty ? "-" : cell.sanitised }
  }

  var layout: Layout {
    var layout = Layout(headings)
    for row in rows { layout.fit(row) }
    return layout
  }

  /// The lines of the table; empty if it has no rows.
  var lines: [String] {
    if rows.isEmpty { return [] }
    let layout = layout
    return [layout.line(headings)] + rows.map(layout.line)
  }
}

extension Outlet {
  /// Prints a table; a long one in parts.
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
