import Client
import Extensions
import Operations
import Packages
import Terminal

/// A choice among versions, before a plan.
struct ChooserScreen: Screen {
  /// One thing that can be chosen: what it is, and what it would mean.
  struct Choice: Hashable, Sendable {
    var change: Change
    var version: String
    var remark: String
  }

  let purpose: ChangeKind
  let name: String
  private(set) var choices: [Choice] = []
  private(set) var selected: Choice?
  private var scroll = Scroll()
  private var hasChosen = false

  init(_ purpose: ChangeKind, _ name: String) {
    self.purpose = purpose
    self.name = name
  }

  var sections: [KeySection] { [.everywhere] }

  var extensionName: String? { name }
  func title(_ state: ConsoleState) -> String { "\(name) › Version" }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { state.versions(of: name) }

  func hints(_ state: ConsoleState) -> [Action] { .commands([.open, .back, .help]) }

  mutating func settle(_ state: inout ConsoleState) {
    choices = Self.choices(purpose, name, state)
    // Until a person has moved, the best choice stays selected whatever arrives.
    if !hasChosen || selected.map(choices.contains) != true { selected = Self.preferred(purpose, choices, name, state) }
    scroll.show(row, height: height(state), count: choices.count)
  }

  private var row: Int { selected.flatMap(choices.firstIndex) ?? 0 }
  private func height(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 3) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back:
      return [.close()]
    case .open:
      guard let selected else { return [] }
      return [.close(opening: PlanScreen(selected.change, name))]
    default:
      guard let distance = distance(of: command, height: height(state), count: choices.count) else { return nil }
      if !choices.isEmpty { selected = choices[max(0, min(row + distance, choices.count - 1))] }
      hasChosen = true
      return []
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard case .mouse(.click, let point) = key else { return [] }
    let index = scroll.top + point.row - 2
    guard choices.indices.contains(index), point.row >= 2 else { return [] }
    let isAgain = selected == choices[index]
    (selected, hasChosen) = (choices[index], true)
    return isAgain ? perform(.open, &state) ?? [] : []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    surface.write(question, row: 0, in: area.inset(columns: 1), style: state.theme[.title])
    let list = area.split(top: 2).rest.inset(columns: 1)
    if choices.isEmpty {
      surface.write(emptiness(state), row: 0, in: list, style: state.theme[.dim])
    }
    for (offset, choice) in choices.dropFirst(scroll.top).prefix(height(state)).enumerated() {
      let isSelected = choice == selected
      let line = list.row(offset).split(left: 2).rest
      let width = min(20, max(10, line.size.columns / 3))
      let style = state.theme[isSelected ? .listSelected : .text]
      let mark = isSelected ? "> " : "  "
      surface.write(mark + choice.version.truncated(to: width), row: offset, in: list, style: style)
      let remark = line.split(left: width + 1).rest
      surface.write(choice.remark.truncated(to: remark.size.columns), row: 0, in: remark, style: state.theme[.dim])
    }
  }

  private var question: String { Change.question(purpose, name) }

  private func emptiness(_ state: ConsoleState) -> String {
    if state.market.extensions[name] == nil { return "\(name) is not in the marketplace." }
    return switch purpose {
    case .upgrade: "No newer version is offered."
    case .rollBack: "Nothing earlier is known or offered."
    default: "No version is offered."
    }
  }
}

extension ChooserScreen {
  private static func choices(_ purpose: ChangeKind, _ name: String, _ state: ConsoleState) -> [Choice] {
    let offered = state.offeredVersions(of: name)
    let installation = state.market.installed.of(name)
    let current = installation?.version ?? ""
    switch purpose {
    case .upgrade:
      return offered.filter { SemanticVersion.precedes(current, $0) }
        .map { Choice(change: .upgrade(to: $0), version: $0, remark: state.remark($0, name)) }
    case .rollBack:
      return installation.map { waysBack(from: $0, name, state) } ?? []
    default:
      return offered.map { version in
        let change = Change.install(version: version, config: "")
        return Choice(change: change, version: version, remark: state.remark(version, name))
      }
    }
  }

  /// What was there before, each with its config; then the older versions that are offered, with the present one.
  private static func waysBack(from installation: Installation, _ name: String, _ state: ConsoleState) -> [Choice] {
    let former = state.records.memories[name]?.former(to: installation) ?? []
    let older = state.offeredVersions(of: name).filter { version in
      SemanticVersion.precedes(version, installation.version) && !former.contains { $0.version == version }
    }
    let remembered = former.map { entry in
      Choice(
        change: .rollback(to: entry.version, config: entry.config), version: entry.version,
        remark: entry.remark(beside: installation))
    }
    return remembered
      + older.map { version in
        Choice(
          change: .rollback(to: version, config: installation.config), version: version,
          remark: "offered; with the present config")
      }
  }

  private static func preferred(_ purpose: ChangeKind, _ choices: [Choice], _ name: String, _ state: ConsoleState)
    -> Choice?
  {
    guard purpose != .rollBack, let recommended = state.market.extensions[name]?.recommendedVersion else {
      return choices.first
    }
    return choices.first { $0.version == recommended } ?? choices.first
  }
}

extension ReleaseMemory.Entry {
  fileprivate func remark(beside installation: Installation) -> String {
    let config = config == installation.config ? "same config" : "with the config it had"
    let end = wasInstalled == false ? "; it was never Installed" : ""
    return "was here until \(time); \(config)\(end)"
  }
}

extension ConsoleState {
  /// The versions that the cluster offers of `name`, newest first.
  func offeredVersions(of name: String) -> [String] {
    let known = market.versions[name]?.elements.values.map(\.version) ?? []
    let all = Set(known).union(market.extensions[name]?.versions ?? [])
    return all.sorted { SemanticVersion.precedes($1, $0) }
  }

  /// What there is to say of a version in a list.
  func remark(_ version: String, _ name: String) -> String {
    var words: [String] = []
    words += status(of: name).notes(on: version)
    if market.extensions[name]?.recommendedVersion == version { words.append("recommended") }
    let details = market.versions[name]?.elements.values.first { $0.version == version }
    if let details, !details.kubeVersion.isEmpty { words.append("Kubernetes \(details.kubeVersion)") }
    if let details, !details.ksVersion.isEmpty { words.append("KubeSphere \(details.ksVersion)") }
    let needed = details?.dependencies.filter(\.isRequired).map { "\($0.name) \($0.version)".trimmed } ?? []
    if !needed.isEmpty { words.append("needs " + needed.joined(separator: ", ")) }
    return words.joined(separator: "; ")
  }
}

extension String {
  /// Without blanks at its ends.
  var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
