import Extensions
import Operations
import Platform
import Terminal

extension Page {
  static let drafts = Page("drafts", "Show the configs that are kept as drafts") { _ in DraftsScreen() }
}

/// The configs that were edited and not saved, compared with those in the cluster.
struct DraftsScreen: Screen {
  private var names: [String] = []
  private var selected = 0
  private var pager = Pager()
  private var isRevealed = false
  /// The draft that is deleted if the key is pressed again.
  private var discarding: String?

  var sections: [KeySection] { [.draft, .everywhere] }
  var identity: String? { "drafts" }
  func title(_ state: ConsoleState) -> String { state.words("Drafts") }
  func hints(_ state: ConsoleState) -> [Hint] {
    guard names.indices.contains(selected) else { return .commands([.back, .help]) }
    let canOpen = state.market.installed.of(names[selected]) != nil
    return .commands((canOpen ? [.open] : []) + [.discard, .reveal, .back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) {
    names = state.records.drafts.keys.sorted()
    selected = max(0, min(selected, names.count - 1))
    let (lines, row) = lines(state)
    pager.show(lines, height: state.bodySize.rows)
    pager.reveal(row, height: state.bodySize.rows)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    let confirmed = discarding
    discarding = nil
    switch command {
    case .back, .page(.drafts): return [.close()]
    case .up: selected = max(0, selected - 1)
    case .down: selected = max(0, min(names.count - 1, selected + 1))
    case .reveal: isRevealed.toggle()
    case .open: return open(state)
    case .discard: return discard(confirmed, &state)
    default: return nil
    }
    return []
  }

  private func open(_ state: ConsoleState) -> [Step] {
    guard names.indices.contains(selected) else { return [] }
    let name = names[selected]
    guard state.market.installed.of(name) != nil else {
      return [.complain("\(name) is not installed: its draft opens when you configure it for installation.")]
    }
    return openConfig(of: name, .configure, state)
  }

  private mutating func discard(_ confirmed: String?, _ state: inout ConsoleState) -> [Step] {
    guard names.indices.contains(selected) else { return [] }
    let name = names[selected]
    guard confirmed == name else {
      discarding = name
      return [.complain("The draft of \(name) would be gone for good. The same key again discards it.")]
    }
    state.records.drafts[name] = nil
    return [.start(.setDraft(of: name, nil)), .say(.note, "The draft of \(name) was discarded.")]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }

  private func lines(_ state: ConsoleState) -> ([Line], Int) {
    guard !names.isEmpty else { return ([Line(state.words("No config is kept as a draft."), .dim)], 0) }
    var (lines, row): ([Line], Int) = ([], 0)
    for (index, name) in names.enumerated() {
      guard let draft = state.records.drafts[name] else { continue }
      let config = state.config(of: name)
      let changes = LineDifference(from: config ?? draft.base, to: draft.text).changes
      if index == selected { row = lines.count }
      let style: StyleName = index == selected ? .listSelected : .title
      let added = changes.count { $0.kind == .added }
      let counts = "+\(added) -\(changes.count - added)"
      let difference =
        config == nil
        ? state.words("{0} lines other than where it began", counts)
        : state.words("{0} lines other than the cluster's", counts)
      lines.append(Line("\(index == selected ? ">" : " ")\(name)  \(difference)", style))
      guard index == selected else { continue }
      lines += changes.map { change in
        let isNew = change.kind == .added
        return Line(
          "  \(isNew ? "+" : "-") \(isRevealed ? change.text : change.shown)", isNew ? .diffAdded : .diffRemoved)
      }
    }
    return (lines, row)
  }
}
