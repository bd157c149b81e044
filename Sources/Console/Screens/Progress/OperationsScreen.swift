import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

extension Page {
  static let operations = Page("operations", "List what the controllers are at: since when, and what it waits for") {
    _ in
    OperationsScreen()
  }
}

/// Lists all operations in progress, of this session and of other clients.
struct OperationsScreen: Screen {
  private var rows: [OperationRow] = []
  private var list = ListView<OperationRow>()

  /// A row for an operation, identified by its extension.
  struct OperationRow: Identifiable, Hashable, Sendable {
    var operation: Operations.Operation
    var id: String { operation.name }
  }

  var sections: [KeySection] { [.marketplace, .list, .everywhere] }
  var place: Location? { .page(.operations) }
  var subject: String? { list.selected }
  func title(_ state: ConsoleState) -> String { state.words("Operations") }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { [.records] }
  func hints(_ state: ConsoleState) -> [Hint] {
    (rows.isEmpty ? [] : [Hint(.open, state.words("follow"))]) + .commands([.back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) {
    rows = list.arranged(state.underWayOperations.map { OperationRow(operation: $0) }, Self.columns(state))
    list.settle(rows, height: height(state))
  }

  /// The full text of what the selected operation waits for, if its row cuts the text off.
  private func fullText(_ state: ConsoleState) -> [String] {
    guard let text = rows.first(where: { $0.id == list.selected }).map({ state.words($0.operation.waitsFor) }),
      text.columns > 16, state.bodySize.columns < 120, state.bodySize.rows > 12
    else { return [] }
    return Array(text.wrapped(to: max(8, state.bodySize.columns - 2)).prefix(4))
  }

  private func height(_ state: ConsoleState) -> Int { state.bodySize.rows - fullText(state).count }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .open: return list.selected.map { [.open(ProgressScreen($0))] } ?? []
    case .sort where list.sort(command, by: Self.columns(state)): return []
    default:
      if list.move(command, in: rows, height: height(state)) { return [] }
      return beginChange(command, on: list.selected, state)
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(let action, let point) = key,
      list.point(action, row: point.row, in: rows, height: height(state)), let name = list.selected
    else { return [] }
    return [.open(ProgressScreen(name))]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let emptiness = state.emptyLine(
      isFilled: state.market.isFilled, reading: state.words("Reading what is under way …"),
      otherwise: state.words("Nothing is under way."))
    let text = fullText(state)
    let (top, bottom) = area.split(bottom: text.count)
    list.draw(rows, Self.columns(state), ListFrame(emptiness: emptiness), on: &surface, in: top, state)
    for (row, line) in text.enumerated() {
      surface.write(line, row: row, in: bottom.inset(columns: 1), style: state.theme[.stateBusy])
    }
  }

  private static func columns(_ state: ConsoleState) -> [Column<OperationRow>] {
    [
      Column("NAME", width: 16, upTo: 30, rank: 0, sorting: .name) { $0.operation.name },
      Column("STATE", width: 13, rank: 0, sorting: .state, style: { _ in .stateBusy }) { row in
        row.operation.state == .none ? state.words("waiting") : state.state(row.operation.state.word)
      },
      Column("VERSION", width: 9, upTo: 14, rank: 2, sorting: .version) { $0.operation.version },
      Column("SINCE", width: 7, rank: 0) { $0.operation.seconds.map { state.words.duration(Double($0)) } ?? "" },
      Column("BEFORE", width: 7, rank: 3, style: { _ in .dim }) {
        $0.operation.secondsBefore.map { state.words.duration(Double($0)) } ?? ""
      },
      Column("WAITS FOR", width: 16, upTo: 200, rank: 1, style: { _ in .dim }) {
        state.words($0.operation.waitsFor)
      },
    ].tight()
  }
}
