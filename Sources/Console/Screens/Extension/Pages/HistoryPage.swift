import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The changes of an extension: when, by whom, what, and their results.
struct HistoryPage: ExtensionPage {
  private let name: String
  private var rows: [PastChange] = []
  private var list = ListView<PastChange>()
  private var height = 1

  init(_ name: String) { self.name = name }

  var sections: [KeySection] { [.list] }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    [.records] + state.reading(.past(of: name), stamp: "\(state.stamp(of: name)) \(state.records.lines.count)")
  }

  func hints(_ state: ConsoleState) -> [Hint] { selected.map { $0.hints(state) } ?? [] }

  mutating func settle(_ size: Size, _ state: ConsoleState) {
    height = size.rows
    rows = list.arranged(state.past(of: name), PastChange.columns(state, ofAll: false))
    list.settle(rows, height: height, preferring: rows.first?.id)
  }

  private var selected: PastChange? { rows.first { $0.id == list.selected } }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .open: return selected.map { [.open(ChangeScreen($0))] } ?? []
    case .rollBack: return selected?.back(state)
    default:
      let columns = PastChange.columns(state, ofAll: false)
      return list.sort(command, by: columns) || list.move(command, in: rows, height: height) ? [] : nil
    }
  }

  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step] {
    guard list.point(action, row: point.row, in: rows, height: height) else { return [] }
    return selected.map { [.open(ChangeScreen($0))] } ?? []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let topic = ReadRequest.Topic.past(of: name)
    let emptiness = state.emptyLine(
      topic, reading: state.words("Reading the past of {0} …", name),
      otherwise: state.words("Nothing is known of changes to {0} here.", name))
    let gaps = gaps(area.size.columns, state)
    let (top, bottom) = area.split(bottom: area.size.rows > 8 ? min(3, gaps.count) : 0)
    let columns = PastChange.columns(state, ofAll: false, rows)
    list.draw(rows, columns, ListFrame(emptiness: emptiness), on: &surface, in: top, state)
    surface.draw(gaps, in: bottom, state)
  }

  /// What could not be read of the past.
  private func gaps(_ columns: Int, _ state: ConsoleState) -> [Line] {
    var gaps = state.staleLines(.past(of: name))
    if case .past(let chronicle)? = state.readings[.past(of: name)]?.facts {
      gaps += chronicle.gaps.map { Line(state.words("Not known: {0}", state.words($0)), .dim) }
    }
    return gaps.flatMap { $0.wrapped(to: columns, indent: 2) }
  }
}
