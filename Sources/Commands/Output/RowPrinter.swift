import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

/// Makes a row of each extension when it arrives, and keeps nothing else of it.
struct RowPrinter: ListPrinter {
  /// What rows are made from besides the extension.
  struct RowContext: Sendable {
    var dialect: Dialect
    var installations: Installations
    var memories: [String: ReleaseMemory]
    var language: String
    var readable: ExtensionStatus.ReadableKinds
  }

  private struct Row {
    var name: String
    var cells: [String]
    var key: Value?
  }

  private let format: ListFormat
  private let context: RowContext
  private let columns: [TextColumn<ExtensionRow>]
  private(set) var names: Set<String> = []
  private var rows: [Row] = []
  private var problem: CommandError?

  init(_ format: ListFormat, _ context: RowContext) {
    self.format = format
    self.context = context
    columns = ListColumns.all.filter { format.output == .wide || !$0.isWide }
  }

  mutating func startOver() { (rows, names) = ([], []) }

  mutating func add(_ object: Object) {
    guard names.insert(object.name).inserted else { return }
    add(object.name, Extension(object, dialect: context.dialect), object.value)
  }

  /// Adds a row for an installed extension that is not offered.
  mutating func add(unoffered object: Object) {
    add(Installation(object).extension, nil, object.value)
  }

  private mutating func add(_ name: String, _ found: Extension?, _ value: Value) {
    let row = ExtensionRow(
      name, found, context.installations.of(name), context.memories[name], language: context.language,
      readable: context.readable)
    do throws(CommandError) {
      rows.append(Row(name: name, cells: columns.map { $0.text(row) }, key: try format.key(of: value)))
    } catch {
      problem = error
    }
  }

  /// Prints the rows, sorted by name unless another order is asked for, and returns their number.
  mutating func end(to outlet: Outlet) throws(CommandError) -> Int {
    if let problem { throw problem }
    if format.order == nil { rows.sort { $0.name < $1.name } } else { rows = try format.sorted(rows, by: \.key) }
    outlet.print(
      TextTable(headings: columns.map(\.heading), rows: rows.map(\.cells)), hasHeadings: format.hasHeadings)
    return rows.count
  }
}
