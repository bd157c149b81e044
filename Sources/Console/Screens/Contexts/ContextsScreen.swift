import Client
import Extensions
import Operations
import Platform
import Terminal

extension Page {
  static let contexts = Page("contexts", "Show where else ksx can go, and go there") { _ in ContextsScreen() }
}

/// The profiles, contexts of the kubeconfig and the standalone backend; enter opens one in this console.
struct ContextsScreen: Screen {
  private var rows: [ClusterChoice] = []
  private var list = ListView<ClusterChoice>()

  var sections: [KeySection] { [.list, .everywhere] }
  var place: Location? { .page(.contexts) }
  func title(_ state: ConsoleState) -> String { state.words("Contexts") }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { [.clusterChoices] }
  func hints(_ state: ConsoleState) -> [Hint] {
    (rows.isEmpty ? [] : [Hint(.open, state.words("go there"))]) + .commands([.back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) {
    rows = list.arranged((try? state.clusterChoices?.get()) ?? [], Self.columns(state))
    list.settle(rows, height: state.bodySize.rows, preferring: rows.first { $0.name == state.session.cluster }?.id)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .open: return go(state)
    default:
      let columns = Self.columns(state)
      return list.sort(command, by: columns) || list.move(command, in: rows, height: state.bodySize.rows) ? [] : nil
    }
  }

  private func go(_ state: ConsoleState) -> [Step] {
    guard let choice = rows.first(where: { $0.id == list.selected }) else { return [] }
    if choice.name == state.session.cluster { return [.complain("This is \(choice.name) already.")] }
    if let sent = state.submissions.first(where: { $1.isUnderWay }) {
      return [.complain("\(sent.key): \(sent.value.plan.change.phrase) is still being sent.")]
    }
    return [.start(.move(choice)), .say(.note, "Going to \(choice.name) …")]
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(let action, let point) = key,
      list.point(action, row: point.row, in: rows, height: state.bodySize.rows)
    else { return [] }
    return go(state)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let frame = ListFrame(emptiness: emptyLine(state))
    list.draw(rows.map { $0.inWords(state.words) }, Self.columns(state), frame, on: &surface, in: area, state)
  }

  private func emptyLine(_ state: ConsoleState) -> Line {
    switch state.clusterChoices {
    case nil: Line(state.words("Reading the profiles and the kubeconfig …"), .dim)
    case .failure(let failure)?: Line(state.words(failure.sentence), .statusError)
    case .success?: Line(state.words("There is nowhere else to go; ksx login makes a profile."), .dim)
    }
  }

  private static func columns(_ state: ConsoleState) -> [Column<ClusterChoice>] {
    let (here, words) = (state.session.cluster, state.words)
    return [
      Column("NAME", width: 18, upTo: 34, rank: 0, sorting: .name, style: { $0.name == here ? .accent : .text }) {
        row in
        row.name + (row.name == here ? " " + words("(here)") : "")
      },
      Column("FROM", width: 10, rank: 2) { $0.origin(words) },
      Column("WAYS", width: 10, rank: 1) { $0.ways },
      Column("SERVER", width: 20, upTo: 60, rank: 0) { $0.server },
      Column("LOGIN", width: 14, upTo: 60, rank: 3, style: { _ in .dim }) { words($0.login) },
    ].tight()
  }
}

extension ClusterChoice {
  /// Where it is known from.
  fileprivate func origin(_ words: Language) -> String {
    switch source {
    case .profile: words("profile")
    case .kubeconfig: source.rawValue
    case .standalone: words("standalone")
    }
  }

  /// The choice with its texts translated.
  fileprivate func inWords(_ words: Language) -> ClusterChoice {
    var choice = self
    if ways != "kubernetes" { choice.ways = words(ways) }
    if server == "on this computer" { choice.server = words("on this computer") }
    return choice
  }
}
