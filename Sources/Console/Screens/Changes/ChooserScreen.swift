import Client
import Extensions
import Operations
import Packages
import Platform
import Terminal

/// A choice of a version, before a plan.
struct ChooserScreen: Screen {
  /// A version with the change that it leads to, and notes.
  struct Choice: ListedVersion, Identifiable, Hashable, Sendable {
    var change: Change
    var version: String
    var notes: String

    var id: Change { change }
  }

  let purpose: ChangeKind
  let name: String
  private var choices: [Choice] = []
  private var list = ListView<Choice>()

  init(_ purpose: ChangeKind, _ name: String) {
    self.purpose = purpose
    self.name = name
  }

  var sections: [KeySection] { [.list, .everywhere] }

  var extensionName: String? { name }
  func title(_ state: ConsoleState) -> String { state.words("Version") }
  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    state.versions(of: name) + (purpose.isReturn ? state.pastBeforeAttempt(of: name) : [])
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    (choices.isEmpty ? [] : [Hint(.open, state.words("plan"))]) + .commands([.back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) {
    let found = Self.choices(purpose, name, state)
    let preferred = Self.preferred(purpose, found, name, state)
    choices = list.arranged(found, Column.versions)
    list.settle(choices, height: height(state), preferring: preferred?.change)
  }

  /// The list is below the question.
  private func height(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 1) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back:
      return [.close()]
    case .open:
      guard let change = list.selected else { return [] }
      return [.close(opening: PlanScreen(change, name))]
    case .sort where list.sort(command, by: Column.versions):
      return []
    default:
      return list.move(command, in: choices, height: height(state)) ? [] : nil
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(let action, let point) = key else { return [] }
    let isAgain = list.point(action, row: point.row - 1, in: choices, height: height(state))
    return isAgain ? perform(.open, &state) ?? [] : []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    surface.write(state.words(question), row: 0, in: area.inset(columns: 1), style: state.theme[.title])
    let body = area.split(top: 1).rest.inset(columns: 1)
    let frame = ListFrame(emptiness: emptyLine(state))
    list.draw(choices, Column.versions, frame, on: &surface, in: body, state)
  }

  private var question: Sentence { Change.question(purpose, name) }

  private func emptyLine(_ state: ConsoleState) -> Line {
    if state.market.isFilled, state.market.extensions[name] == nil, state.market.installed.of(name) == nil {
      return Line(state.words("{0} is not in the marketplace.", name), .dim)
    }
    return state.emptyLine(
      isFilled: state.market.isFilled, reading: state.words("Reading the versions of {0} …", name),
      otherwise: purpose.row.choice == .version(.newer)
        ? state.words("No newer version is offered.")
        : purpose.isReturn
          ? state.words("Nothing earlier is known or offered.") : state.words("No version is offered."))
  }
}

extension ChooserScreen {
  private static func choices(_ purpose: ChangeKind, _ name: String, _ state: ConsoleState) -> [Choice] {
    let offered = state.versionRows(of: name)
    let installation = state.market.installed.of(name)
    let current = installation?.version ?? ""
    switch purpose.row.choice {
    case .version(.newer)?:
      return offered.filter { VersionText(current) < VersionText($0.version) }
        .map { Choice(change: .upgrade(to: $0.version), version: $0.version, notes: $0.notes) }
    case .version(.former)?:
      return installation.map { waysBack(from: $0, name, state) } ?? []
    default:
      return offered.map { row in
        Choice(change: .install(version: row.version, config: ""), version: row.version, notes: row.notes)
      }
    }
  }

  /// The entries before the present one, each with its config; then older offered versions with the present config.
  private static func waysBack(from installation: Installation, _ name: String, _ state: ConsoleState) -> [Choice] {
    let former = state.memory(of: name).former(to: installation)
    let older = state.offeredVersions(of: name).filter { version in
      VersionText(version) < VersionText(installation.version)
        && !former.contains { VersionText($0.version) == VersionText(version) }
    }
    let remembered = former.map { entry in
      Choice(
        change: entry.change, version: entry.version,
        notes: entry.notes(beside: installation, state.words))
    }
    return remembered
      + older.map { version in
        Choice(
          change: .rollback(to: version, config: installation.config, .present), version: version,
          notes: state.words("offered; with the present config"))
      }
  }

  private static func preferred(_ purpose: ChangeKind, _ choices: [Choice], _ name: String, _ state: ConsoleState)
    -> Choice?
  {
    guard !purpose.isReturn, let recommended = state.market.extensions[name]?.recommendedVersion else {
      return choices.first
    }
    return choices.first { VersionText($0.version) == VersionText(recommended) } ?? choices.first
  }
}

extension ChangeKind {
  /// Whether it goes back to an earlier release.
  fileprivate var isReturn: Bool { row.choice == .version(.former) }
}

extension ReleaseMemory.Entry {
  fileprivate func notes(beside installation: Installation, _ words: Language) -> String {
    let isSame = config == installation.config
    let config =
      isSame ? words(origin == .present ? "with the present config" : "same config") : words("with the config it had")
    return wasInstalled == false
      ? words("was here until {0}; {1}; it was never Installed", time, config)
      : words("was here until {0}; {1}", time, config)
  }
}
