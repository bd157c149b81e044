import KubernetesAPI
import Terminal

/// Rows under headings, for a user or for `awk`.
///
/// A cell is made harmless before it is measured, and a Chinese character takes its two columns.
struct TextTable: Hashable, Sendable {
  var headings: [String]
  var rows: [[String]]

  /// The table, line by line; nothing at all when it has no rows.
  var lines: [String] {
    if rows.isEmpty { return [] }
    let cells = [headings] + rows.map { row in row.map { $0.isEmpty ? "-" : $0.sanitised } }
    let widths = headings.indices.map { column in cells.map { $0[column].columns }.max() ?? 0 }
    return cells.map { Self.line($0, widths) }
  }

  private static func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = cells.enumerated().map { column, cell in
      column == cells.count - 1 ? cell : cell.padded(to: widths[column])
    }
    return padded.joined(separator: "   ")
  }
}
