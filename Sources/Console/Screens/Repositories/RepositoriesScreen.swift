import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

extension Page {
  static let repositories = Page("repositories", "Show the repositories: when each was read, and what came of it") {
    _ in
    RepositoriesScreen()
  }
}

/// Lists the repositories of extensions: their addresses, the times of the last and the next synchronisation, their
/// extensions and their errors.
struct RepositoriesScreen: Screen {
  private var rows: [RepositoryFacts] = []
  private var list = ListView<RepositoryFacts>()
  private var detail = DetailPane()
  private var areas = (list: 1, text: 1)

  var sections: [KeySection] { [.repositories, .list, .everywhere] }
  var place: Location? { .page(.repositories) }
  func title(_ state: ConsoleState) -> String { state.words("Repositories") }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { state.reading(.repositories) }

  func hints(_ state: ConsoleState) -> [Hint] {
    let own: [Command] = selected == nil ? [] : [.screen(.editEntry), .screen(.sync), .screen(.remove)]
    let changes = state.session.isReadOnly ? [] : [.screen(.add)] + own
    return .commands(changes + [.back, .help])
  }

  private var selected: RepositoryFacts? { rows.first { $0.name == list.selected } }

  mutating func settle(_ state: inout ConsoleState) {
    var found: [RepositoryFacts] = []
    if case .repositories(let all)? = state.readings[.repositories]?.facts { found = all }
    rows = list.arranged(found, Self.columns(state))
    let height = state.bodySize.rows
    let listRows = min(rows.count + 1, max(3, height / 2))
    areas = (list: rows.isEmpty ? height : listRows, text: rows.isEmpty ? 0 : height - listRows - 1)
    list.settle(rows, height: areas.list)
    detail.settle(list.selected)
  }

  /// The lines below the list.
  private func detailLines(_ state: ConsoleState) -> [Line] { lines(max(20, state.size.columns - 2), state) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if detail.perform(command, height: areas.text, count: detailLines(state).count) { return [] }
    guard let dialect = state.dialect else { return command == .back ? [.close()] : nil }
    switch command {
    case .back: return [.close()]
    case .screen(.add): return [.open(RepositoryForm(RepositoryDraft()))]
    case .screen(.editEntry), .open: return selected.map { [.open(RepositoryForm(RepositoryDraft($0)))] } ?? []
    case .screen(.sync): return selected.map { [.open(RemedyScreen($0.sync(dialect)))] } ?? []
    case .screen(.remove):
      return selected.map { [.open(RemedyScreen($0.deletion(dialect, installed: state.market.installed)))] } ?? []
    default:
      return list.sort(command, by: Self.columns(state)) || list.move(command, in: rows, height: areas.list) ? [] : nil
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(let action, let point) = key,
      list.point(action, row: point.row, in: rows, height: areas.list), let selected
    else { return [] }
    return [.open(RepositoryForm(RepositoryDraft(selected)))]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, rest) = area.split(top: areas.list)
    let add = state.settings.keys(for: .screen(.add), in: sections).first ?? "add"
    let emptiness = state.emptyLine(
      .repositories, reading: state.words("Reading the repositories …"),
      otherwise: state.words("There are no repositories; {0} adds one.", add))
    list.draw(rows, Self.columns(state), ListFrame(emptiness: emptiness), on: &surface, in: top, state)
    detail.draw(detailLines(state), on: &surface, in: rest, state)
  }

  private static func columns(_ state: ConsoleState) -> [Column<RepositoryFacts>] {
    let words = state.words
    return [
      Column("NAME", width: 14, upTo: 30, rank: 0, sorting: .name) { $0.name },
      Column("READ", width: 8, rank: 0, style: { $0.problem.isEmpty ? .dim : .stateFailed }) { row in
        row.lastSync.isEmpty ? words("never") : state.age(of: row.lastSync)
      },
      Column("NEXT", width: 8, rank: 4, style: { _ in .dim }) { row in
        row.nextSync.map { next in
          let wait = Double(next) - state.now.wall
          return wait <= 0 ? words("due") : words("in {0}", words.duration(wait))
        } ?? ""
      },
      Column("EXTENSIONS", width: 10, rank: 1) { "\($0.extensions.count)" },
      Column("VERSIONS", width: 8, rank: 3) { "\($0.versions)" },
      Column("ADDRESS", width: 20, upTo: 60, rank: 2) { $0.address },
      Column("ERROR", width: 12, upTo: 200, rank: 0, style: { _ in .stateFailed }) { row in
        row.isBeingDeleted ? words("being deleted") : row.problem
      },
    ]
  }

  /// The details of the selected repository and the events of its synchronisations.
  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    guard let selected else { return [] }
    func row(_ label: String, _ text: String, _ style: StyleName = .text) -> [Line] {
      field(state.words(label), text, style, columns: columns, indent: 12)
    }
    let head =
      row("Title", selected.title) + row("Publisher", selected.publisher) + row("Address", selected.address)
      + row("Error", selected.problem, .stateFailed) + row("Read every", selected.interval)
      + row("Asks as", selected.user)
      + row("TLS", selected.isInsecure ? state.words("its certificate is not checked") : "", .stateBusy)
    let events = selected.events.flatMap { EventsPage.lines($0, columns, state) }
    return state.staleLines(.repositories).flatMap { $0.wrapped(to: columns, indent: 2) } + head
      + section(state.words("What its syncs said"), events)
  }
}
