import Client
import KubernetesAPI
import Manifest

/// Prints objects when they change, as soon as each change is known.
struct ChangePrinter {
  private let format: ListFormat
  private let outlet: Outlet
  private let headings: [String]
  private let cells: @Sendable (Object) -> [String]
  private var layout: TextTable.Layout
  private var hasBegun = false

  init(
    _ format: ListFormat, _ outlet: Outlet, headings: [String], cells: @escaping @Sendable (Object) -> [String]
  ) {
    (self.format, self.outlet, self.headings, self.cells) = (format, outlet, headings, cells)
    layout = TextTable.Layout(headings)
    if format.order != nil { outlet.note("note: what changes comes as it comes; --sort-by is passed over") }
  }

  mutating func print(_ objects: [Object]) throws(CommandError) {
    if objects.isEmpty { return }
    switch format.output {
    case .table, .wide: print(rows: objects.map(cells))
    case .name: outlet.print(objects.map(\.name))
    case .json(.columns?):
      outlet.printExactly(try format.output.text(objects, hasHeadings: format.hasHeadings && !hasBegun))
    case .json, .yaml:
      for object in objects {
        if case .yaml = format.output, hasBegun { outlet.printExactly("---\n") }
        outlet.printExactly(try format.output.text(object.value))
        hasBegun = true
      }
    }
    hasBegun = true
  }

  /// Prints rows below the headings; a column grows if a cell needs it.
  mutating func print(rows: [[String]]) {
    for row in rows { layout.fit(row) }
    let isFirst = !hasBegun && format.hasHeadings && !rows.isEmpty
    outlet.print((isFirst ? [layout.line(headings)] : []) + rows.map(layout.line))
    if !rows.isEmpty { hasBegun = true }
  }
}
