import Client
import Extensions
import KubernetesAPI
import Operations
import Terminal

/// What a change will do, before it is done.
///
/// Only here is anything agreed to. What becomes of it is in the state's submissions.
struct PlanScreen: Screen {
  private(set) var change: Change
  let name: String
  private(set) var plan: Plan?
  /// The marketplace and the rights that the plan was made from.
  private var revision: Int?
  private var rights: Rights?
  private var facts: PlanFacts?
  private(set) var progress = Progress.reading
  private var pager = Pager()
  /// The button that enter presses.
  private var isApplyFocused = false
  /// This very change is being sent.
  private var isUnderWay = false
  /// The name of the extension, typed to uninstall it.
  private var typed = LinePrompt()
  /// The namespace, while it is being chosen.
  private var namespace: LinePrompt?

  enum Progress: Hashable, Sendable {
    /// What the cluster can do is not known yet.
    case reading
    case asking
    /// Asking again, and saying why.
    case warned(String)
    /// The plan is another one than a moment ago; it must be read again.
    case changed
  }

  init(_ change: Change, _ name: String) {
    self.change = change
    self.name = name
  }

  /// Only what destroys must be confirmed by the name, and what a guardrail says.
  private var mustTypeName: Bool { plan?.asksTheName ?? change.row.asksTheName }
  private var isTypingName: Bool { mustTypeName && plan?.isBlocked != true && !isUnderWay }

  var sections: [KeySection] { isTypingName || namespace != nil ? [.prompt] : [.plan, .everywhere] }

  var prompt: Prompt? {
    if let namespace { return Prompt(label: "Namespace for \(name): ", field: namespace, verb: "choose") }
    guard isTypingName else { return nil }
    return Prompt(label: "Type \(name) to \(change.words) it: ", field: typed, verb: change.words)
  }

  /// What is under way notes its progress in the object all the time: only what is read makes a new question.
  var question: Question? {
    plan.map { plan in
      Question(
        [change.words, name, progress == .changed ? "changed" : ""] + plan.effects.map(\.text)
          + plan.problems.map(\.text))
    }
  }

  var extensionName: String? { name }

  func title(_ state: ConsoleState) -> String { "Plan" }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    var all = state.versions(of: name) + [.rights(accesses(state))]
    if plan != nil { all.append(.facts(change.kind, of: name)) }
    if let plan, !plan.isBlocked, !state.session.isReadOnly { all.append(.dryRun(plan)) }
    return all
  }

  func isAboutChange(of name: String) -> Bool { name == self.name }

  func hints(_ state: ConsoleState) -> [Hint] {
    if isTypingName || namespace != nil { return .commands([.open, .back]) }
    var hints: [Command] = plan?.isBlocked == false ? [.apply, .back] : [.back]
    if change.kind == .install { hints.append(.configure) }
    if change.kind == .install, state.capabilityState.capabilities?.has(.targetNamespace) == true {
      hints.append(.namespace)
    }
    return .commands(hints + [.nextPane, .help])
  }

  private func height(_ state: ConsoleState) -> Int { max(1, areas(Rect(state.bodySize), state).text.size.rows) }

  /// Where title, text and buttons are; on a low screen the text gets every row that those do not need.
  private func areas(_ area: Rect, _ state: ConsoleState) -> (title: Rect, text: Rect, buttons: Rect) {
    let rows = area.size.rows < 12 ? min(2, title(columns: area.size.columns - 2, state).count) : 2
    let (top, rest) = area.split(top: rows)
    let (text, bottom) = rest.split(bottom: mustTypeName && area.size.rows < 12 ? 1 : 2)
    return (top.inset(columns: 1), text.inset(columns: 1), bottom.inset(columns: 1))
  }

  /// The button says what it does.
  private var applyButton: String { "[ \(verb) ]" }

  private var verb: String { change.words.prefix(1).uppercased() + change.words.dropFirst() }

  /// The object and the cluster are never cut off: on a narrow screen they take the second row, too.
  private func title(columns: Int, _ state: ConsoleState) -> [String] {
    "\(verb): \(name) on \(state.session.cluster)".wrapped(to: columns)
  }

  mutating func settle(_ state: inout ConsoleState) {
    let sent = state.underWay(name)?.plan
    isUnderWay = sent?.change == change
    if isUnderWay { plan = sent }
    let isNews = revision != state.market.revision || rights != state.rights || facts != state.planFacts
    if !isUnderWay, isNews, let context = state.planContext(for: name) {
      let isVerdict = rights != state.rights && revision == state.market.revision
      (revision, rights, facts) = (state.market.revision, state.rights, state.planFacts)
      let fresh = Plan.make(change, for: name, in: context)
      // A verdict that forbids the plan says so itself.
      if let plan, plan.isNews(fresh), !(isVerdict && fresh.isBlocked) {
        // What the user has read and is about to agree to must not change under the finger.
        (progress, isApplyFocused, typed) = (.changed, false, LinePrompt())
      } else if plan == nil {
        progress = .asking
      }
      plan = fresh
    }
    pager.show(PlanPage(self, state).lines, height: height(state))
  }

  private func accesses(_ state: ConsoleState) -> [Access] {
    guard let dialect = state.dialect else { return [] }
    return change.kind.accesses(to: state.market.installed.of(name)?.name ?? name, in: dialect)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if namespace != nil { return performWhileChoosing(command) }
    switch command {
    case .back:
      return [.close()]
    case .namespace: return chooseNamespace(state)
    case .apply:
      return mustTypeName ? [.complain("Type the extension's name to \(change.words) it.")] : apply(&state)
    case .open:
      if mustTypeName { return confirmTyped(&state) }
      return isApplyFocused ? apply(&state) : [.close()]
    case .nextPane, .previousPane, .left, .right:
      isApplyFocused.toggle()
      return []
    case .configure:
      guard change.kind == .install else { return [] }
      return [.close(opening: ConfigScreen(name, .install(change), state))]
    default:
      return pager.perform(command, height: height(state)) ? [] : nil
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    if namespace != nil { return typeNamespace(key) }
    if isTypingName { return typeName(key, &state) }
    if pager.wheel(key, height: height(state)) { return [] }
    guard case .mouse(.click, let point) = key, point.row == state.bodySize.rows - 1, !mustTypeName else { return [] }
    if point.column >= 1, point.column < 11 { return [.close()] }
    return point.column >= 12 && point.column < 12 + applyButton.columns ? apply(&state) : []
  }

  private mutating func chooseNamespace(_ state: ConsoleState) -> [Step] {
    guard change.kind == .install else { return [.complain("Only an install chooses the namespace.")] }
    if let reason = state.capabilityState.capabilities?.reason(against: .targetNamespace) {
      return [.complain("The namespace cannot be chosen: \(reason).")]
    }
    namespace = LinePrompt(text: change.namespace ?? Change.usualNamespace(of: name))
    return []
  }

  private mutating func performWhileChoosing(_ command: Command) -> [Step]? {
    switch command {
    case .open: takeNamespace()
    case .back: namespace = nil
    default: return nil
    }
    return []
  }

  private mutating func typeNamespace(_ key: Key) -> [Step] {
    switch namespace?.handle(key) {
    case .accepted: takeNamespace()
    case .cancelled: namespace = nil
    case .edited, .ignored, nil: break
    }
    return []
  }

  /// Plans anew, so that what is agreed to is what stands there.
  private mutating func takeNamespace() {
    let chosen = namespace?.text.trimmed ?? ""
    change = .install(
      version: change.version ?? "", config: change.config ?? "", namespace: chosen.isEmpty ? nil : chosen)
    (namespace, plan, revision, isApplyFocused) = (nil, nil, nil, false)
  }

  private mutating func typeName(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    // The user cannot know yet what the name would agree to.
    guard plan != nil else { return [] }
    switch typed.handle(key) {
    case .accepted: return confirmTyped(&state)
    case .cancelled: return [.close()]
    case .edited: return []
    case .ignored: return scroll(key, state)
    }
  }

  /// Consequences can be read to their end while the name is typed.
  private mutating func scroll(_ key: Key, _ state: ConsoleState) -> [Step] {
    if pager.wheel(key, height: height(state)) { return [] }
    guard case .command(.command(let command)) = state.settings.match([key], in: [.everywhere]) else { return [] }
    _ = pager.perform(command, height: height(state))
    return []
  }

  private mutating func confirmTyped(_ state: inout ConsoleState) -> [Step] {
    guard typed.text.trimmed == name else {
      progress = .warned("That is not \(name). Nothing was changed.")
      return []
    }
    return apply(&state)
  }

  private mutating func apply(_ state: inout ConsoleState) -> [Step] {
    guard let plan else {
      progress = .warned("The plan is not ready yet.")
      return []
    }
    if let sent = state.underWay(name) { return [.complain("\(name): \(sent.plan.change.words) is still being sent.")] }
    if state.session.isReadOnly { return [.complain("This console is read-only: nothing was changed.")] }
    if let problem = plan.problems.first(where: \.isBlocking) {
      // A user who has just been given the right need not wait until the old answer is forgotten.
      let asksAgain = accesses(state).contains { state.rights.reason(against: $0) != nil }
      let ask = asksAgain ? [Step.start(.ask(accesses(state), isAfresh: true))] : []
      return [.complain("Cannot apply: \(problem.text)")] + ask
    }
    if progress == .changed {
      progress = .warned("The cluster changed while you were reading. Look again, then confirm.")
      return []
    }
    progress = .asking
    return [.submit(plan)]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let areas = areas(area, state)
    pager.draw(on: &surface, in: areas.text, state.theme)
    guard plan != nil else { return }
    let style = state.theme[mustTypeName ? .dialogDanger : .dialogTitle]
    for (row, line) in title(columns: area.size.columns - 2, state).prefix(2).enumerated() {
      surface.write(line, row: row, in: areas.title, style: style)
    }
    drawButtons(on: &surface, in: areas.buttons, state)
  }

  private func drawButtons(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    if isUnderWay {
      surface.write("Being sent …", row: area.size.rows - 1, in: area, style: state.theme[.statusBusy])
      return
    }
    switch progress {
    case .changed:
      surface.write("The plan has changed: look again.", row: 0, in: area, style: state.theme[.statusBusy])
    case .warned(let reason):
      surface.write(reason.truncated(to: area.size.columns), row: 0, in: area, style: state.theme[.statusBusy])
    case .asking, .reading: break
    }
    if mustTypeName { return }
    let plain = state.theme[.dialog]
    let focused = state.theme[.dialogButton]
    let end = surface.write("[ Cancel ]", row: 1, in: area, style: isApplyFocused ? plain : focused)
    guard let plan, !plan.isBlocked else { return }
    let place = Point(row: area.origin.row + 1, column: end + 1)
    surface.write(applyButton, at: place, in: area, style: isApplyFocused ? focused : plain)
  }
}
