import Manifest
import Platform

/// The columns of `-o custom-columns=`, as kubectl 1.32 prints them (`kubectlPrintsTheSame`).
struct CustomColumns: Hashable, Sendable {
  private struct Column: Hashable, Sendable {
    var heading: String
    var path: JSONPathTemplate
  }

  private var columns: [Column] = []

  /// `NAME:.metadata.name,VERSION:.spec.version`.
  init(_ text: String) throws(JSONPathError) {
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw JSONPathError("unexpected custom-columns spec: \(part), expected <header>:<json-path-expr>")
      }
      columns.append(Column(heading: String(sides[0]), path: try JSONPathTemplate(relaxed: String(sides[1]))))
    }
  }

  /// The cells of one item.
  func cells(_ item: Value) throws(JSONPathError) -> [String] {
    var cells: [String] = []
    for column in columns {
      let values = try column.path.values(item)
      cells.append(values.isEmpty ? "<none>" : values.map(GoText.plain).joined(separator: ","))
    }
    return cells
  }

  /// Aligns the columns as Go's `tabwriter` does: at least six characters wide, with three blanks between columns.
  func lines(_ rows: [[String]], hasHeadings: Bool) -> [String] {
    let all = (hasHeadings ? [columns.map(\.heading)] : []) + rows
    let widths = columns.indices.map { column in max(6, (all.map { $0[column].unicodeScalars.count }.max() ?? 0) + 3) }
    return all.map { cells in
      zip(cells, widths).enumerated().map { index, cell in
        let blanks = index == cells.count - 1 ? 0 : cell.1 - cell.0.unicodeScalars.count
        return cell.0 + String(repeating: " ", count: blanks)
      }.joined()
    }
  }
}
