import Client
import Extensions
import Operations
import Platform
import Terminal

/// One plan for several extensions, in the order in which they are changed.
struct ManyPlanScreen: Screen {
  private let kind: ChangeKind
  private let names: [String]
  private(set) var plans: ManyPlans?
  /// The input from which the plans were made.
  private var inputs: Inputs?
  private var pager = Pager()
  /// The text typed to confirm a destructive change.
  private var typed = LinePrompt()
  /// Whether the end of the plan has been on the screen.
  private var isReadToTheEnd = false

  private struct Inputs: Hashable {
    var revision: Int
    var facts: PlanFacts?
    var rights: Rights
    var capabilities: Capabilities?
  }

  init(_ kind: ChangeKind, _ names: [String]) { (self.kind, self.names) = (kind, names) }

  private var requiresTyping: Bool { plans?.changing.contains(where: \.requiresTypedName) == true }
  /// The text that confirms the change: the name of a single extension, otherwise the verb and the count.
  private var confirmation: String {
    let names = plans?.changing.map(\.name) ?? []
    return names.count == 1 ? names[0] : "\(kind.row.verb) \(names.count)"
  }

  /// Whether the confirmation can be typed, which requires that the end of the plan has been on the screen.
  private var isTyping: Bool { requiresTyping && isReadToTheEnd }

  var sections: [KeySection] {
    if isTyping || pager.prompt != nil { return [.prompt] }
    return pager.hasSearchOrMark ? [.text, .plan, .everywhere] : [.plan, .text, .everywhere]
  }
  var prompt: Prompt? {
    isTyping
      ? Prompt(
        label: "Type \(confirmation) to \(Sentence(stringLiteral: kind.row.verb)): ", field: typed,
        verb: Sentence(stringLiteral: kind.row.verb))
      : pager.prompt
  }
  func title(_ state: ConsoleState) -> String { state.words("Plan") }

  var question: Question? {
    plans.map { Question($0.all.flatMap { [$0.name, $0.change.words] + $0.problems.map(\.text) }) }
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    (state.dialect.map { [.catalogue($0)] } ?? []) + (names.first.map { [.facts(kind, of: $0)] } ?? [])
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    if requiresTyping {
      return isTyping ? .commands([.open, .back]) : [Hint(.pageDown, state.words("read on"))] + .commands([.back])
    }
    let apply = Hint(.apply, "\(state.words(kind.row.verb)) \(plans?.changing.count ?? 0)")
    if state.session.isReadOnly || state.many != nil { return .commands([.back, .help]) }
    return (plans?.changing.isEmpty == false ? [apply] : []) + .commands([.back, .help])
  }

  mutating func settle(_ state: inout ConsoleState) {
    let now = Inputs(
      revision: state.market.revision, facts: state.planFacts, rights: state.rights,
      capabilities: state.capabilityState.capabilities)
    if now != inputs {
      inputs = now
      let fresh = makePlans(state)
      if fresh != plans { (isReadToTheEnd, typed) = (false, LinePrompt()) }
      plans = fresh
    }
    pager.show(lines(state), height: height(state))
    isReadToTheEnd = isReadToTheEnd || (plans != nil && pager.isAtEnd(height: height(state)))
  }

  private func makePlans(_ state: ConsoleState) -> ManyPlans? {
    guard state.capabilityState.capabilities != nil else { return nil }
    let changes = names.compactMap { name in change(of: name, state).map { (name, $0) } }
    return ManyPlans(Dictionary(changes, uniquingKeysWith: { $1 })) { name in
      guard var context = state.planContext(for: name) else { fatalError("the capabilities are known") }
      let known = state.market.catalogue[name] ?? []
      if !known.isEmpty {
        context.versions = Dictionary(known.map { ($0.version, $0) }, uniquingKeysWith: { $1 })
        context.gaps[.versions] = nil
      }
      return context
    }
  }

  /// The change for the extension called `name`, to the recommended or former version if one must be chosen; `nil` if
  /// there is no such version.
  private func change(of name: String, _ state: ConsoleState) -> Change? {
    if let change = Change(kind) { return change }
    let recommended = state.market.extensions[name]?.recommendedVersion ?? ""
    switch kind.row.choice {
    case .version(.offered)?: return recommended.isEmpty ? nil : .install(version: recommended, config: "")
    case .version(.newer)?: return recommended.isEmpty ? nil : .upgrade(to: recommended)
    case .version(.former)?: return state.rollbackTarget(of: name)?.change
    case .config?, .clusters?, nil: return nil
    }
  }

  private func height(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 1) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if !isTyping, pager.prompt != nil { return pager.handle(command, height: height(state)) }
    switch command {
    case .back where pager.hasSearchOrMark && !isTyping: return pager.handle(command, height: height(state))
    case .back: return [.close()]
    case .open where isTyping: return confirm(state)
    case .apply where requiresTyping:
      return [.complain("Read to the end of the plan first: there it is confirmed.")]
    case .apply: return apply(state)
    default:
      guard isTyping else { return pager.handle(command, height: height(state)) }
      _ = pager.move(command, height: height(state))
      return []
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard isTyping else { return pager.type(key, height: height(state)) }
    switch typed.handle(key) {
    case .accepted: return confirm(state)
    case .cancelled: return [.close()]
    case .edited: return []
    case .ignored:
      _ = pager.wheel(key, height: height(state))
      return []
    }
  }

  private mutating func confirm(_ state: ConsoleState) -> [Step] {
    guard typed.text == confirmation else {
      typed = LinePrompt()
      return [.complain("That is not \(confirmation). Nothing was changed.")]
    }
    return apply(state)
  }

  private func apply(_ state: ConsoleState) -> [Step] {
    if state.session.isReadOnly { return [.complain("This console is read-only: nothing was changed.")] }
    if state.many != nil {
      return [.complain("Several changes are still under way: nothing was changed.")]
    }
    guard let plans, !plans.changing.isEmpty else { return [.complain("There is nothing to do.")] }
    return [.close(), .submitAll(plans)]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (count, all) = ("\(plans?.changing.count ?? 0)", "\(names.count)")
    let title = state.words("{0} {1} of {2} on {3}", state.words.verb(kind), count, all, state.session.cluster)
    let (top, body) = area.split(top: 1)
    surface.write(title, row: 0, in: top.inset(columns: 1), style: state.theme[.title])
    pager.draw(on: &surface, in: body.inset(columns: 1), state)
  }

  private func lines(_ state: ConsoleState) -> [Line] {
    let width = max(20, state.size.columns - 2)
    guard let plans else { return [Line(state.words("The capabilities of this cluster are not known yet."), .dim)] }
    let missing = names.filter { plans.plans[$0] == nil }.map { name in
      Line("  \(name): ", .dim) + Line(state.words("no version to choose"), .stateBusy)
    }
    return plans.all.flatMap { lines(of: $0, width, state.words) } + missing
  }

  private func lines(of plan: Plan, _ width: Int, _ words: Language) -> [Line] {
    let head: Line =
      if plan.isAlreadySo {
        Line("  \(plan.name): ", .dim) + Line(words(plan.obstacles), .dim)
      } else if plan.isBlocked {
        Line("✗ \(plan.name): ", .dialogDanger) + Line(words(plan.obstacles))
      } else {
        Line("~ \(plan.name): ", .diffChanged) + Line(words(plan.change.phrase))
      }
    let warnings =
      plan.isBlocked
      ? [] : plan.problems.map { Line("    " + words("Careful: "), .stateBusy) + Line(words($0.sentence)) }
    return head.wrapped(to: width, indent: 4) + warnings.flatMap { $0.wrapped(to: width, indent: 6) }
  }
}
