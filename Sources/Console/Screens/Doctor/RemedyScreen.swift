import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// A plan of several requests, before it is sent.
///
/// If the user must wait for something or do something, it pauses, and continues with the same key.
struct RemedyScreen: Screen {
  private(set) var plan: RemedyPlan
  /// How many steps are done.
  private var done = 0
  private var pager = Pager()
  private var isApplyFocused = false
  /// Why it may not be sent, as far as that is known.
  private var refusals: [Sentence] = []
  /// The installation that it is about, when it was planned.
  private var seen: Installation?
  private var isSeen = false

  init(_ plan: RemedyPlan) { self.plan = plan }

  var sections: [KeySection] { [.plan, .everywhere] }
  var extensionName: String? { nil }
  func title(_ state: ConsoleState) -> String { state.words("Plan") }
  var question: Question? {
    Question(
      [plan.title.english, "\(done)"] + plan.effects.map(\.text) + plan.problems.map(\.text) + refusals.map(\.english))
  }
  func hints(_ state: ConsoleState) -> [Hint] {
    .commands(isBlocked || isOver || state.session.isReadOnly ? [.back, .help] : [.apply, .back, .nextPane, .help])
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    let accesses = plan.requests(after: done).requests.map(\.access)
    let past = plan.cancellation == nil ? [] : state.pastBeforeAttempt(of: plan.subject)
    return past + (accesses.isEmpty ? [] : [.rights(accesses)])
  }

  private func height(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 3) }

  private var isBlocked: Bool { plan.isBlocked || !refusals.isEmpty }

  mutating func settle(_ state: inout ConsoleState) {
    let accesses = plan.requests(after: done).requests.map(\.access)
    replan(state)
    let wall = Timestamp(secondsSince1970: Int(state.now.wall))
    let verdict = state.session.guardVerdict(on: [plan.verb], of: [plan.subject], at: wall)
    refusals = drift(state) + plan.refusals(state.rights, accesses, verdict)
    if let answer = state.remedies[plan.title.english], answer.failure == nil, !answer.isUnderWay, answer.end > done {
      done = answer.end
    }
    pager.show(lines(max(20, state.size.columns - 2), state), height: height(state))
  }

  /// Plans a cancellation again: what ran before may become known later, and the controllers continue in the meantime.
  private mutating func replan(_ state: ConsoleState) {
    guard let capabilities = plan.capabilities, plan.cancellation != nil, !isUnderWay(state),
      let installation = state.market.installed.of(plan.subject)
    else { return }
    plan = RemedyPlan(cancelling: plan.subject, installation, state.memory(of: plan.subject), capabilities)
  }

  /// What another client changed about the installation before anything was sent, so that the plan may no longer apply.
  private mutating func drift(_ state: ConsoleState) -> [Sentence] {
    guard done == 0, !isUnderWay(state), state.market.installations.isFilled else { return [] }
    let present = state.market.installed.of(plan.subject)
    if !isSeen { (isSeen, seen) = (true, present) }
    return ForeignChange(from: seen, to: present).map { [$0.sentence(of: plan.subject)] } ?? []
  }

  private func isUnderWay(_ state: ConsoleState) -> Bool { state.remedies[plan.title.english]?.isUnderWay == true }
  private var isOver: Bool { done >= plan.steps.count }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back:
      if !isUnderWay(state) { state.remedies[plan.title.english] = nil }
      return [.close()]
    case .apply: return apply(&state)
    case .open: return isApplyFocused ? apply(&state) : perform(.back, &state)
    case .nextPane, .previousPane, .left, .right:
      isApplyFocused.toggle()
      return []
    default: return pager.move(command, height: height(state)) ? [] : nil
    }
  }

  private mutating func apply(_ state: inout ConsoleState) -> [Step] {
    if isUnderWay(state) { return [.complain("It is being sent.")] }
    if state.session.isReadOnly { return [.complain("This console is read-only: nothing was changed.")] }
    if let problem = plan.problems.first(where: \.isBlocking) {
      return [.complain("Cannot apply: \(problem.sentence)")]
    }
    if let cancellation = plan.cancellation {
      if let forbidden = refusals.first { return [.complain("Cannot apply: \(forbidden)")] }
      state.operations.cancel(plan.subject, true)
      state.cancelled[plan.subject] = cancellation.former?.version ?? ""
      return [.close(), .start(.send([], of: plan)), .say(.note, "\(plan.title) …")]
    }
    // Pressing the key again says that the user has waited, or has done the step.
    while plan.pause(at: done) != nil { done += 1 }
    let (requests, end) = plan.requests(after: done)
    if requests.isEmpty { return perform(.back, &state) ?? [] }
    if let forbidden = refusals.first { return [.complain("Cannot apply: \(forbidden)")] }
    state.remedies[plan.title.english] = RemedyProgress(end: end)
    return [.start(.send(requests, of: plan))]
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    _ = pager.wheel(key, height: height(state))
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, rest) = area.split(top: 1)
    let (text, bottom) = rest.split(bottom: 2)
    let title = state.words("{0} on {1}", state.words(plan.title).asTitle, state.session.cluster)
    surface.write(
      title.truncated(to: area.size.columns - 2), row: 0, in: top.inset(columns: 1), style: state.theme[.dialogTitle])
    pager.draw(on: &surface, in: text.inset(columns: 1), state)
    drawButtons(on: &surface, in: bottom.inset(columns: 1), state)
  }

  private func drawButtons(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    if isUnderWay(state) {
      surface.write(state.words("Being sent …"), row: 1, in: area, style: state.theme[.statusBusy])
      return
    }
    let (plain, focused) = (state.theme[.dialog], state.theme[.dialogButton])
    let end = surface.write(
      "[ \(leaving(state.words)) ]", row: 1, in: area, style: isApplyFocused ? plain : focused)
    if isOver || isBlocked || state.session.isReadOnly { return }
    let position = Point(row: area.origin.row + 1, column: end + 1)
    surface.write("[ \(applying(state.words)) ]", at: position, in: area, style: isApplyFocused ? focused : plain)
  }

  /// Closing the plan of a cancellation does not cancel anything.
  private func leaving(_ words: Language) -> String {
    if isOver { return words("Close") }
    return words(plan.cancellation == nil ? "Cancel" : "Let it go on")
  }

  private func applying(_ words: Language) -> String {
    if plan.cancellation != nil { return words(plan.action).asTitle }
    return words(done == 0 ? "Apply" : "Go on")
  }

  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    var lines: [Line] = []
    if let failure = state.remedies[plan.title.english]?.failure {
      lines += Line(failure, .statusError).wrapped(to: columns, indent: 2)
    }
    let refused = isOver ? [] : refusals.map { Plan.Problem(isBlocking: true, $0) }
    for problem in refused + plan.problems {
      let mark = problem.isBlocking ? state.words("Not possible: ") : state.words("Careful: ")
      let words = mark + state.words(problem.sentence)
      lines += Line(words, problem.isBlocking ? .dialogDanger : .stateBusy).wrapped(to: columns, indent: 2)
    }
    lines += plan.effects.flatMap { effectLines($0, columns, state.words) }
    if !lines.isEmpty { lines.append(.blank) }
    return lines + plan.steps.enumerated().flatMap { stepLines($0, $1, columns, state) }
  }

  private func effectLines(_ effect: Plan.Effect, _ columns: Int, _ words: Language) -> [Line] {
    let (mark, style) = effect.sign.look
    return Line(mark + words(effect.sentence), style).wrapped(to: columns, indent: 2)
  }

  private func stepLines(_ position: Int, _ step: Remedy.Step, _ columns: Int, _ state: ConsoleState) -> [Line] {
    let mark = position < done ? "✓ " : "\(position + 1). "
    let text: String =
      switch step {
      case .wait(let what): state.words("wait until {0}", state.words(what))
      case .manual(let what): state.words(what)
      case .send(let request):
        state.session.kubectlAbsence == nil
          ? request.shown.kubectl(flags: state.session.kubectlFlags) : request.shown.words
      }
    return (Line(mark, position < done ? .stateInstalled : .text) + Line(text, position < done ? .dim : .diffContext))
      .wrapped(to: columns, indent: 3)
  }
}

/// The progress of the requests of a plan.
struct RemedyProgress: Hashable, Sendable {
  /// The index of the step after the last one that was sent.
  var end: Int
  var isUnderWay = true
  /// Why the requests failed, as a sentence.
  var failure: String?
}

extension Plan.Effect.Sign {
  /// The mark and the style of an effect.
  var look: (mark: String, style: StyleName) {
    switch self {
    case .added: ("+ ", .diffAdded)
    case .removed: ("- ", .diffRemoved)
    case .changed: ("~ ", .diffChanged)
    case .note: ("  ", .text)
    }
  }
}
