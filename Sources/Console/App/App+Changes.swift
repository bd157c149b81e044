import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

// How changes proceed.
extension App {
  /// Records what an installation was before others changed it, for a rollback; changes made here are recorded when
  /// they are sent.
  mutating func rememberChanges(_ event: WatchEvent<Installation>) {
    let fresh: [Installation] =
      switch event {
      case .replaced(let all): all
      case .applied(let one): [one]
      case .deleted, .resumed, .interrupted: []
      }
    for installation in fresh {
      guard let former = state.market.installations[installation.name],
        state.operations[installation.extension] == nil,
        state.cancelled[installation.extension] != installation.version,
        let line = HistoryLine.seen(installation, after: former, at: state.now.timestamp)
      else { continue }
      state.records.memories[installation.extension, default: ReleaseMemory()].add(line)
      state.records.lines.append(line)
      state.begin(.remember(line))
    }
  }

  mutating func applied(_ plan: Plan, _ failure: ClusterError?) {
    if let failure { return refused(plan, failure) }
    state.changed.append("\(plan.name) (\(plan.change.phrase))")
    state.submissions[plan.name] = nil
    noteAccepted(plan)
    state.operations.accepted(plan.name, over: plan.before)
    if state.operations[plan.name] != nil {
      state.say(.note, "\(plan.name): \(plan.change.phrase) was accepted.", about: plan.name)
    }
    // If the user follows the change, its progress is shown next.
    let isWatched = layers.last?.isAboutChange(of: plan.name) == true
    layers.removeAll { $0.isAboutChange(of: plan.name) || ($0 as? ProgressScreen)?.name == plan.name }
    if isWatched, plan.change.runsHelm { open(ProgressScreen(plan.name, plan.change)) }
    settleOperations()
    // The history has the change, and perhaps changes that commands made in the meantime.
    state.begin(.recall)
    remember(plan)
    // The config was accepted, so its draft is no longer needed.
    if plan.change.config != nil, state.records.drafts[plan.name] != nil {
      state.records.drafts[plan.name] = nil
      state.begin(.setDraft(of: plan.name, nil))
    }
  }

  private mutating func remember(_ plan: Plan) {
    guard plan.change.row.keepsWayBack, let before = plan.before else { return }
    state.records.memories[plan.name, default: ReleaseMemory()].add(
      HistoryLine(
        plan.name, at: state.now.timestamp, .change(words: plan.change.words, former: HistoryLine.Release(before))))
  }

  private mutating func refused(_ plan: Plan, _ failure: ClusterError) {
    // The rights that were read earlier are out of date.
    if case .refused(let status) = failure, status.isForbidden { state.askRights(ignoresCache: true) }
    if state.submissions[plan.name]?.fail(failure) == true { return submitAgain(plan.name) }
    layers.removeAll { $0 is SendingScreen }
    state.operations.abandon(plan.name)
    if state.stepQueue?.awaited == plan.name { state.stepQueue = nil }
    let reason = failure.sentence(for: "\(plan.name): \(plan.change.phrase)", at: state.session.cluster)
    let whole: Sentence = "\(reason) \(failure.consequence)"
    let sentence = state.words(whole)
    state.submissions[plan.name]?.refusal = sentence
    endedOne(plan.name, failure: sentence)
    // The plan shows the refusal itself, at the top.
    if layers.last?.isAboutChange(of: plan.name) == true, layers.last is PlanScreen {
      state.messageLog.dropAnswer()
      return state.record(.error, Sentence(verbatim: sentence))
    }
    state.announce(.error, Sentence(verbatim: sentence), about: plan.name)
  }

  /// If the plan must be read again, leaving the console is cancelled too.
  mutating func submitAgain(_ name: String) {
    state.submitAgain(name)
    if state.submissions[name] == nil { layers.removeAll { $0 is SendingScreen } }
  }

  mutating func settleOperations() {
    tellUnfinished()
    guard state.market.installations.isFilled else { return }
    for ended in state.operations.observe(state.market.installed, at: state.now.seconds) {
      if case .failed(let reason) = ended.outcome {
        state.announce(.error, "\(ended.name): could not \(ended.change.phrase): \(reason)", about: ended.name)
      } else {
        state.announce(.good, "\(ended.name): \(ended.change.past).", about: ended.name)
      }
      state.begin(.noteOutcome(ended.progress, of: ended.name, ended.outcome))
      if case .failed(let reason) = ended.outcome {
        endedOne(ended.name, failure: state.words(reason))
      } else {
        endedOne(ended.name, failure: nil)
      }
      sendNextStep(after: ended)
    }
    guard let dialect = state.dialect else { return }
    for again in state.operations.secondTries(at: state.now.seconds) { state.begin(.tryAgain(again, dialect)) }
  }

  /// Handles the result of a second try; if it was not sent, a warning says why.
  mutating func triedAgain(_ again: SecondTry, _ written: Installation?, _ failure: ClusterError?) {
    guard let failure else { return state.operations.sent(again, written) }
    let name = again.over.extension
    let reason = failure.sentence(for: "\(name): \(again.change.phrase)", at: state.session.cluster)
    state.announce(.warning, reason, about: name)
  }

  /// Sends the next planned step, unless it would do something else by now.
  private mutating func sendNextStep(after ended: ChangeTracker.Ended) {
    guard var queue = state.stepQueue, queue.awaited == ended.name else { return }
    var hasSucceeded = true
    if case .failed = ended.outcome { hasSucceeded = false }
    let next = queue.next(hasSucceeded: hasSucceeded) { [state] in state.planContext(for: $0) }
    state.stepQueue = queue
    switch next {
    case .send(let plan): state.submit(plan)
    case .finished: state.stepQueue = nil
    case .stop(let plan, let reason):
      state.stepQueue = nil
      state.announce(
        .warning, "\(plan.name): \(plan.change.phrase) was not sent: \(reason). Nothing was changed.", about: plan.name)
    }
  }
}
