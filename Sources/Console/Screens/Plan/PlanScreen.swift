import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// Shows what a change will do before it is made.
///
/// Changes are confirmed only here. Afterwards their progress is in the state's submissions.
struct PlanScreen: Screen {
  var change: Change
  let name: String
  /// The steps carried out before the change itself.
  var prelude: [PlannedStep] = []
  /// The plans in the order in which they are carried out; the last one is that of `change`.
  var plans: [Plan] = []
  /// The details of the last plan.
  var sheet: PlanSheet?
  /// Whether the config is being edited on the screen below.
  let isFromEditor: Bool
  /// Whether the change undoes one that was just made from here, so that the name need not be typed again.
  private let isUndo: Bool
  var inputs: PlanInputs?
  /// The installation for which the plans were made.
  private(set) var seen: Installation?
  var progress = Progress.reading
  var pager = Pager()
  var page: PlanPage?
  private(set) var standing: PlanVerdict?
  /// Whether secrets are shown in clear.
  var isRevealed = false
  /// Whether enter presses the apply button instead of the cancel button.
  var isApplyFocused = false
  /// Whether this change is being sent.
  private(set) var isUnderWay = false
  /// Whether the end of the plan has been on the screen.
  private(set) var isReadToTheEnd = false
  /// The name of the extension, as the user types it to confirm.
  var typed = LinePrompt()
  /// The namespace while it is being chosen; otherwise `nil`.
  var namespace: LinePrompt?
  private(set) var question: Question?
  private(set) var nextWakeUp: ClockReading?

  enum Progress: Hashable, Sendable {
    /// The capabilities of the cluster are not known yet.
    case reading
    case asking
    /// The user is asked again, for the given reason.
    case warned(String)
    /// The plan has changed for the given reason and must be read again.
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

  /// Spells the version as its object does, with or without a `v`, once the object has been read.
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
    let current = PlanInputs(
      installed: state.market.installed, versions: ([name] + prelude.map(\.name)).map { state.market.versions[$0] },
      element: state.market.extensions[name], capabilities: state.capabilityState.capabilities, facts: state.planFacts,
      rights: state.rights)
    guard current != inputs || plans.isEmpty, let fresh = freshPlans(state) else { return }
    let hasOtherObjects = inputs.map(current.hasOtherObjects) ?? false
    inputs = current
    let present = state.market.installed.of(name)
    defer { seen = present }
    guard plans.count == fresh.count else {
      if plans.isEmpty { progress = .asking }
      return plans = fresh
    }
    let foreignChange = ForeignChange(from: seen, to: present)
    let isOutdated = zip(plans, fresh).contains { $0.isOutdated(by: $1) }
    // A name typed before everything was known confirms nothing.
    if foreignChange != nil || isOutdated { (isApplyFocused, typed, isReadToTheEnd) = (false, LinePrompt(), false) }
    if foreignChange != nil || (hasOtherObjects && isOutdated) { askAnew(foreignChange, state) }
    plans = fresh
  }

  /// Asks the user to look again, because the plan must not change between reading and confirming.
  private mutating func askAnew(_ foreignChange: ForeignChange?, _ state: ConsoleState) {
    if let foreignChange {
      progress = .changed(state.words(foreignChange.sentence(of: name)))
    } else if case .changed = progress {
      // The reason already given explains this change too.
    } else {
      progress = .changed(state.words("The plan has changed: look again."))
    }
  }

  /// Makes the plans; each step is planned for the cluster as it will be after the steps before it.
  private func freshPlans(_ state: ConsoleState) -> [Plan]? {
    guard var context = state.planContext(for: name) else { return nil }
    var fresh: [Plan] = []
    for step in prelude {
      guard let own = state.planContext(for: step.name) else { return nil }
      fresh.append(Plan.make(step.change, for: step.name, in: own))
      context = context.after(step)
    }
    var plan = Plan.make(change, for: name, in: context)
    plan.problems += state.memory(of: name).rollbackWarnings(of: change, from: context.installation(of: name))
    // A guardrail takes precedence over the exception for undoing.
    if isUndo, context.guards[change.kind]?.requiresTyping != true { plan.requiresTypedName = false }
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
      refusal: isUnderWay ? nil : refusal(state), said: state.banner.isEmpty ? nil : state.connection.refusal,
      columns: max(20, state.size.columns - 2),
      isLow: state.bodySize.rows < 12 && isConfirmedByName, isRevealed: isRevealed, words: state.words)
    if page?.contents == contents { return pager.show(page?.lines ?? [], height: height(state)) }
    let known = evidence ?? .reading
    sheet = PlanSheet(plan, in: context, known, dryRun ?? unasked(plan, state))
    let fresh = PlanPage(contents, sheet)
    // The refusal is at the top of the page.
    if let refusal = contents.refusal, refusal != page?.contents.refusal { pager = Pager() }
    (page, isReadToTheEnd) = (fresh, false)
    pager.show(fresh.lines, height: height(state))
  }

  /// The placeholder for a dry run that is not made or not answered yet.
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

  /// A change in progress updates the object constantly, so only what the user reads makes a new question.
  private mutating func settleQuestion() {
    guard let plan, let page else { return }
    let change: String = if case .changed(let reason) = progress { reason } else { "" }
    let end = isReadToTheEnd ? ["read to the end"] : []
    question = Question(
      [self.change.words, plan.name, change, page.digest] + end + plans.flatMap { $0.problems.map(\.text) })
  }
}
