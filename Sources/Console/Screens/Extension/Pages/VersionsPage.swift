import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The versions of an extension: which can run here, their dependencies and their past here, and changes to each.
struct VersionsPage: ExtensionPage {
  private let name: String
  private var rows: [VersionFacts] = []
  private var list = ListView<VersionFacts>()
  private var height = 1

  init(_ name: String) { self.name = name }

  var sections: [KeySection] { [.versions, .list] }

  func subscriptions(_ state: ConsoleState) -> [Subscription] { [.facts(.upgrade, of: name)] }

  func hints(_ state: ConsoleState) -> [Hint] {
    guard let version = list.selected else { return [] }
    let canOpen = state.route(to: version, of: name).map { state.canBeApplied($0, to: name) } ?? false
    return .commands((canOpen ? [.open] : []) + [.mark] + (compared(state) == nil ? [] : [.compare]))
  }

  var chosenVersion: String? { list.isChosen ? list.selected : nil }

  mutating func settle(_ size: Size, _ state: ConsoleState) {
    height = size.rows
    let context = state.planContext(for: name)
    let recommended = state.market.extensions[name]?.recommendedVersion ?? ""
    let status = state.status(of: name)
    let found = state.offeredVersions(of: name).map { version in
      VersionFacts(
        version, of: name, status: status, recommended: recommended, memory: state.memory(of: name), in: context)
    }
    let current = state.shownVersion(of: name)
    rows = list.arranged(found, Self.columns(state))
    list.settle(rows, height: height, preferring: current ?? found.first?.version)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .open, .change(.install), .change(.upgrade), .change(.rollBack): return openPlan(for: command, state)
    case .mark:
      list.mark(in: rows)
      return []
    case .compare: return compare(state)
    default:
      return list.sort(command, by: Self.columns(state)) || list.move(command, in: rows, height: height) ? [] : nil
    }
  }

  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step] {
    list.point(action, row: point.row, in: rows, height: height) ? openPlan(for: .open, state) ?? [] : []
  }

  /// Opens the plan for the selected version; `nil` if the command cannot lead to this version.
  private func openPlan(for command: Command, _ state: ConsoleState) -> [Step]? {
    guard let version = list.selected, let route = state.route(to: version, of: name) else {
      return command == .open
        ? [.complain("\(name) is already at version \(list.selected ?? "").")] : nil
    }
    guard case .change(let kind) = command, kind != route.kind else { return [.open(PlanScreen(route, name))] }
    if kind == .install { return nil }
    let keys = state.settings.keys(for: .change(route.kind), in: [.marketplace]).first ?? route.kind.row.verb
    return [
      .complain(
        route.kind == .upgrade
          ? "\(version) is newer than what is wanted: \(keys) leads there."
          : "\(version) is older than what is wanted: \(keys) leads there.")
    ]
  }

  /// The two versions to compare: the marked ones, or the selected one and the running one; `nil` if these are not two.
  private func compared(_ state: ConsoleState) -> (older: String, newer: String)? {
    var chosen = rows.map(\.version).filter { list.marked.contains($0) }
    if chosen.count < 2, let selected = list.selected {
      let other = chosen.first ?? state.shownVersion(of: name)
      chosen = [other, selected].compactMap { $0 }
    }
    let versions = chosen.sorted { SemanticVersion.precedes($0, $1) }
    guard versions.count == 2, versions[0] != versions[1] else { return nil }
    return (versions[0], versions[1])
  }

  private func compare(_ state: ConsoleState) -> [Step] {
    guard let (older, newer) = compared(state) else {
      return [.complain("Two versions are compared: mark two, or select one that is not the one that runs.")]
    }
    return [.open(VersionComparisonScreen(name, from: older, to: newer))]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let emptiness = state.emptyLine(
      isFilled: state.market.isFilled, reading: state.words("Reading the versions of {0} …", name),
      otherwise: state.words("No version is offered."))
    let lines = interruption(area.size.columns, state) ?? reasons(area.size.columns, state.words)
    let (top, bottom) = area.split(bottom: min(lines.count, min(4, max(0, area.size.rows - 4))))
    list.draw(rows, Self.columns(state), ListFrame(emptiness: emptiness), on: &surface, in: top, state)
    surface.draw(lines, in: bottom, state)
  }

  /// Why the dependencies of the versions are not known.
  private func interruption(_ columns: Int, _ state: ConsoleState) -> [Line]? {
    guard state.market.versions[name]?.isFilled != true, let error = state.market.versions[name]?.interruption else {
      return nil
    }
    let sentence = error.sentence(for: "reading the versions of \(name)", at: state.session.cluster)
    return Line(state.words(sentence.asFullSentence), .statusWarning).wrapped(to: columns, indent: 2)
  }

  /// Why the selected version cannot run, or what is not known about it.
  private func reasons(_ columns: Int, _ words: Language) -> [Line] {
    guard let row = rows.first(where: { $0.version == list.selected }) else { return [] }
    let (texts, style): ([Sentence], StyleName) =
      switch row.fit {
      case .fits: ([], .text)
      case .not(let reasons): (reasons, .stateFailed)
      case .unknown(let reasons): (reasons, .dim)
      }
    let absence = row.absence.map { [Line("\(row.version): \(words($0))", .statusWarning)] } ?? []
    let lines = absence + texts.map { Line("\(row.version): \(words($0))", style) }
    return lines.flatMap { $0.wrapped(to: columns, indent: 2) }
  }

  private static func columns(_ state: ConsoleState) -> [Column<VersionFacts>] {
    [
      Column("VERSION", width: 10, upTo: 20, rank: 0, sorting: .version, by: { .version($0.version) }) { $0.version },
      Column("FITS", width: 4, rank: 0, style: \.fitStyle) { $0.fit.mark },
      Column("DATE", width: 10, rank: 3, style: { _ in .dim }) { String($0.date.prefix(10)) },
      Column("HERE", width: 20, upTo: 34, rank: 1) { state.words($0.here.joined(separator: ", ")) },
      Column("NEEDS", width: 14, upTo: 400, rank: 2, style: { _ in .dim }) { row in
        row.needs.isEmpty ? "–" : state.words(row.needs.joined(separator: ", "))
      },
    ]
  }
}

extension VersionFacts {
  fileprivate var fitStyle: StyleName {
    switch fit {
    case .fits: .stateInstalled
    case .not: .stateFailed
    case .unknown: .dim
    }
  }
}

extension ConsoleState {
  /// The change that leads to `version` of the extension `name`; `nil` if the spec asks for it already.
  func route(to version: String, of name: String) -> Change? {
    guard let installation = market.installed.of(name) else { return .install(version: version, config: "") }
    if VersionText(version) == VersionText(installation.version) { return nil }
    if VersionText(installation.version) < VersionText(version) { return .upgrade(to: version) }
    return memory(of: name).rollback(from: installation, to: version)
  }
}
