import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// What a change will do, before it is done.
///
/// Only here is anything agreed to. What becomes of it is in the state's submissions.
struct PlanScreen: Screen {
  var change: Change
  let name: String
  /// What was put first: it is carried out before the change itself.
  var prelude: [PlannedStep] = []
  /// The plans in the order in which they are carried out; the last is that of `change`.
  var plans: [Plan] = []
  /// All that is known of the last plan.
  var sheet: PlanSheet?
  /// The config is being edited on the screen below.
  let isFromEditor: Bool
  /// It takes a change back that was just made from here: the name need not be typed again for that.
  private let isUndo: Bool
  var inputs: PlanInputs?
  /// The installation that the plans were made for.
  private(set) var seen: Installation?
  var progress = Progress.reading
  var pager = Pager()
  var page: PlanPage?
  private(set) var standing: PlanVerdict?
  /// Secrets are shown.
  var isRevealed = false
  /// The button that enter presses.
  var isApplyFocused = false
  /// This very change is being sent.
  private(set) var isUnderWay = false
  /// The end of the plan has been on the screen.
  private(set) var isReadToTheEnd = false
  /// The name of the extension, typed to uninstall it.
  var typed = LinePrompt()
  /// The namespace, while it is being chosen.
  var namespace: LinePrompt?
  private(set) var question: Question?
  private(set) var nextWakeUp: ClockReading?

  enum Progress: Hashable, Sendable {
    /// What the cluster can do is not known yet.
    case reading
    case asking
    /// Asking again, and saying why.
    case warned(String)
    /// The plan is another one than a moment ago, and why; it must be read again.
    case changed(String)
  }

  init(_ change: Change, _ name: String, isFromEditor: Bool = false, isUndo: Bool = false) {
    self.change = change
    self.name = name
    self.isFromEditor = isFromEditor
    self.isUndo = isUndo
  }

  /// The plan of the change itself.
  var plan: Plan? { plans.last }
  var isBlocked: Bool { plans.contains(where: \.isBlocked) }

  var extensionName: String? { name }

  func title(_ state: ConsoleState) -> String { state.words("Plan") }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    var all = state.versions(of: name) + prelude.flatMap { state.versions(of: $0.name) }
    all.append(.rights(accesses(state)))
    guard let plan else { return all }
    all += [.facts(change.kind, of: name), .evidence(evidenceSubject(plan, state))]
    if !isBlocked, !state.session.isReadOnly { all += plans.map { .dryRun($0) } }
    return all
  }

  private func evidenceSubject(_ plan: Plan, _ state: ConsoleState) -> EvidenceSubject {
    let version = plan.change.version ?? plan.before?.version ?? ""
    return state.evidenceSubject(of: name, version)
  }

  func isAboutChange(of name: String) -> Bool { name == self.name || prelude.contains { $0.name == name } }

  func accesses(_ state: ConsoleState) -> [Access] {
    guard let dialect = state.dialect else { return [] }
    return change.kind.accesses(to: state.market.installed.of(name)?.name ?? name, in: dialect)
  }

  mutating func settle(_ state: inout ConsoleState) {
    let sent = state.underWay(name)?.plan
    isUnderWay = sent?.change == change || prelude.contains { state.underWay($0.name)?.plan.change == $0.change }
    if let sent, isUnderWay { plans = [sent] }
    if !isUnderWay {
      spell(state)
      makePlans(state)
    }
    showPage(state)
    settleStanding(state)
    isReadToTheEnd = isConfirmedByName && plan != nil && (isReadToTheEnd || pager.isAtEnd(height: height(state)))
    settleQuestion()
  }

  /// Asks for the version as its object has it, with or without a `v`, once that was read.
  private mutating func spell(_ state: ConsoleState) {
    guard let version = change.version, state.market.versions[name]?.isFilled == true,
      let spelled = state.offeredVersions(of: name).first(where: { VersionText($0) == VersionText(version) }),
      spelled != version
    else { return }
    switch change.kind {
    case .install: change = .install(version: spelled, config: change.config ?? "", namespace: change.namespace)
    case .upgrade: change = .upgrade(to: spelled, config: change.config)
    default: return
    }
    (plans, inputs, page) = ([], nil, nil)
  }

  private mutating func makePlans(_ state: ConsoleState) {
    let now = PlanInputs(
      installed: state.market.installed, versions: ([name] + prelude.map(\.name)).map { state.market.versions[$0] },
      element: state.market.extensions[name], capabilities: state.capabilityState.capabilities, facts: state.planFacts,
      rights: state.rights)
    guard now != inputs || plans.isEmpty, let fresh = freshPlans(state) else { return }
    let isElse = inputs.map(now.hasOtherObjects) ?? false
    inputs = now
    let present = state.market.installed.of(name)
    defer { seen = present }
    guard plans.count == fresh.count else {
      if plans.isEmpty { progress = .asking }
      return plans = fresh
    }
    let drift = ForeignChange(from: seen, to: present)
    let isNews = zip(plans, fresh).contains { $0.isNews($1) }
    // A name that was typed before all was known agrees to nothing.
    if drift != nil || isNews { (isApplyFocused, typed, isReadToTheEnd) = (false, LinePrompt(), false) }
    if drift != nil || (isElse && isNews) { askAnew(drift, state) }
    plans = fresh
  }

  /// What the user has read and is about to agree to must not change under the finger.
  private mutating func askAnew(_ drift: ForeignChange?, _ state: ConsoleState) {
    if let drift {
      progress = .changed(state.words(drift.sentence(of: name)))
    } else if case .changed = progress {
      // Who changed what has been said, and follows from that.
    } else {
      progress = .changed(state.words("The plan has changed: look again."))
    }
  }

  /// Each step is planned for the cluster as it is once those before it have ended.
  private func freshPlans(_ state: ConsoleState) -> [Plan]? {
    guard var context = state.planContext(for: name) else { return nil }
    var fresh: [Plan] = []
    for step in prelude {
      guard let own = state.planContext(for: step.name) else { return nil }
      fresh.append(Plan.make(step.change, for: step.name, in: own))
      context = context.after(step)
    }
    var plan = Plan.make(change, for: name, in: context)
    plan.problems += state.memory(of: name).doubts(of: change, from: context.installation(of: name))
    // A guardrail still has the last word.
    if isUndo, context.guards[change.kind]?.isTyped != true { plan.asksTheName = false }
    return fresh + [plan]
  }

  private mutating func showPage(_ state: ConsoleState) {
    guard let plan, var context = state.planContext(for: name) else {
      return pager.show(
        [Line(state.words("The capabilities of this cluster are not known yet."), .dim)], height: height(state))
    }
    for step in prelude { context = context.after(step) }
    let evidence = state.evidence[EvidenceKey(evidenceSubject(plan, state))]
    let dryRun = state.session.isReadOnly ? nil : state.dryRuns[name].flatMap { $0.isOf(plan) ? $0 : nil }
    let contents = PlanPage.Contents(
      plans: plans, hasEvidence: evidence != nil, dryRun: dryRun, isReadOnly: state.session.isReadOnly,
      refusal: isUnderWay ? nil : refusal(state), columns: max(20, state.size.columns - 2),
      isLow: state.bodySize.rows < 12 && isConfirmedByName, isRevealed: isRevealed, words: state.words)
    if page?.contents == contents { return pager.show(page?.lines ?? [], height: height(state)) }
    let known = evidence ?? .reading
    sheet = PlanSheet(plan, in: context, known, dryRun ?? unasked(plan, state))
    let fresh = PlanPage(contents, sheet)
    // Why it was not taken stands first.
    if let refusal = contents.refusal, refusal != page?.contents.refusal { pager = Pager() }
    (page, isReadToTheEnd) = (fresh, false)
    pager.show(fresh.lines, height: height(state))
  }

  /// What stands in the place of the server's answer where it was not asked, or has not answered.
  private func unasked(_ plan: Plan, _ state: ConsoleState) -> DryRun {
    if state.session.isReadOnly { return DryRun(of: plan, notMade: "this console is read-only") }
    return isBlocked ? DryRun(of: plan, notMade: "the plan is blocked") : DryRun(of: plan)
  }

  private func refusal(_ state: ConsoleState) -> String? {
    plans.compactMap { plan in
      state.submissions[plan.name].flatMap { $0.plan.change == plan.change ? $0.refusal : nil }
    }.first
  }

  private mutating func settleStanding(_ state: ConsoleState) {
    guard let plan = plans.first(where: \.isBlocked) ?? plan else { return }
    let dryRun = state.dryRuns[plan.name].flatMap { $0.isOf(plan) ? $0 : nil }
    let lost = state.connection.state == .connected ? nil : state.connection.staleSince
    let standing = PlanVerdict(
      plan, dryRun, isReadOnly: state.session.isReadOnly, lostSince: lost?.seconds, at: state.now.seconds)
    self.standing = standing
    nextWakeUp = standing.nextChange.map { state.now + $0 }
  }

  /// What is under way notes its progress in the object all the time: only what is read makes a new question.
  private mutating func settleQuestion() {
    guard let plan, let page else { return }
    let change: String = if case .changed(let reason) = progress { reason } else { "" }
    let end = isReadToTheEnd ? ["read to the end"] : []
    question = Question(
      [self.change.words, plan.name, change, page.digest] + end + plans.flatMap { $0.problems.map(\.text) })
  }
}
