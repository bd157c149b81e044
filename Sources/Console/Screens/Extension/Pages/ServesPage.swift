import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// What the gateway serves for an extension, with states and probes.
struct ServesPage: ExtensionPage {
  private let name: String
  private var serving: ServingList

  init(_ name: String) {
    self.name = name
    serving = ServingList(of: name)
  }

  var sections: [KeySection] { [.gateway, .list] }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { serving.subscriptions(state) }
  func hints(_ state: ConsoleState) -> [Hint] { serving.hints }
  mutating func settle(_ size: Size, _ state: ConsoleState) { serving.settle(size.rows, state) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? { serving.perform(command, state) }

  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step] {
    serving.point(action, row: point.row)
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    serving.draw(on: &surface, in: area, state)
  }
}

/// A list of what is served for one extension or for all; probes are sent when it opens, and with a key.
struct ServingList: Sendable {
  private let name: String?
  private var rows: [ServingRow] = []
  private var list = ListView<ServingRow>()
  private var height = 1
  /// The number of probe requests of the user.
  private var probing = 0

  init(of name: String?) { self.name = name }

  /// A row with the result of its probe.
  struct ServingRow: Identifiable, Hashable, Sendable {
    var row: ServingFacts.Row
    var probe: Probe?
    var isProbed: Bool
    /// The extension that it belongs to.
    var owner: String

    var id: String { row.id }
  }

  private var stamp: (ConsoleState) -> String {
    { [name] state in name.map { state.stamp(of: $0) } ?? "" }
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    let stamp = stamp(state)
    return state.reading(.serving(of: name), stamp: stamp)
      + state.reading(.probes(of: name), stamp: "\(stamp) \(probing)")
  }

  /// The hints; probing is offered only if something is served.
  var hints: [Hint] { .commands((rows.isEmpty ? [] : [.probe]) + [.whichRule]) }

  var selected: ServingRow? { rows.first { $0.id == list.selected } }

  mutating func settle(_ height: Int, _ state: ConsoleState) {
    self.height = height
    var found: [ServingRow] = []
    if case .serving(let facts)? = state.readings[.serving(of: name)]?.facts {
      var probes: [String: Probe] = [:]
      let entry = state.readings[.probes(of: name)]
      if case .probes(let known)? = entry?.facts { probes = known }
      found = facts.rows.map { row in
        ServingRow(
          row: row, probe: probes[row.id], isProbed: entry?.isUnderWay == false || row.path == nil,
          owner: row.served.extension)
      }
    }
    rows = list.arranged(found, columns(state.words))
    list.settle(rows, height: height)
  }

  mutating func perform(_ command: Command, _ state: ConsoleState) -> [Step]? {
    switch command {
    case .probe:
      probing += 1
      return [.say(.note, "Probing …")]
    case .whichRule: return [.open(RuleScreen(of: name))]
    case .open: return selected.map { [.open(RuleScreen(of: name, path: $0.row.path ?? "/"))] } ?? []
    default:
      return list.sort(command, by: columns(state.words)) || list.move(command, in: rows, height: height) ? [] : nil
    }
  }

  mutating func point(_ action: Key.Mouse, row: Int) { _ = list.point(action, row: row, in: rows, height: height) }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let nothing =
      name.map { state.words("{0} serves nothing here.", $0) } ?? state.words("Nothing is served for extensions here.")
    let emptiness = state.emptyLine(
      .serving(of: name), reading: state.words("Reading what is served …"), otherwise: nothing)
    list.draw(rows, columns(state.words), ListFrame(emptiness: emptiness), on: &surface, in: area, state)
  }

  private func columns(_ words: Language) -> [Column<ServingRow>] {
    let owner = Column<ServingRow>("OWNER", width: 12, upTo: 20, rank: 2, sorting: .category) { row in
      row.owner.isEmpty ? words("no extension") : row.owner
    }
    return [
      Column("KIND", width: 12, upTo: 16, rank: 1) { $0.row.served.kind },
      Column("SERVES", width: 20, upTo: 32, rank: 0, sorting: .name) { $0.row.served.words },
    ] + (name == nil ? [owner] : [])
      + [
        Column("STATE", width: 9, upTo: 60, rank: 0, sorting: .state, style: \.stateStyle) { row in
          let served = row.row.served
          return served.state.isEmpty ? words("not set") : words(served.stateWords)
        },
        Column("PROBE", width: 12, upTo: 44, rank: 0, style: \.probeStyle) { $0.probeWords(words) },
        Column("LEADS TO", width: 20, upTo: 100, rank: 3, style: { _ in .dim }) { words($0.row.leadsTo) },
      ]
  }
}

extension ServingList.ServingRow {
  fileprivate var stateStyle: StyleName { row.served.isServed ? .stateInstalled : .stateDisabled }

  fileprivate func probeWords(_ words: Language) -> String {
    if let probe { return words(probe.outcome.sentence) + (probe.milliseconds.map { words(", ") + "\($0) ms" } ?? "") }
    return row.path == nil ? "–" : isProbed ? words("not probed") : "…"
  }

  fileprivate var probeStyle: StyleName {
    guard let probe else { return .dim }
    switch probe.outcome {
    case .answers: return .stateInstalled
    case .silent: return .stateFailed
    case .notAsked: return .dim
    }
  }
}
