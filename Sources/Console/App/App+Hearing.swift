import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform

extension App {
  /// Changes the state as something from outside says.
  mutating func hear(_ message: Message) -> [Work] {
    var works: [Work] = []
    switch message {
    case .time: if state.connection.mustProbe(at: state.now) { works.append(.probeWays) }
    case .key, .documented, .rehearsed, .compared: break
    case .warned(let text): state.say(.warning, "The cluster warns: \(text)")
    case .way(let use):
      state.connection.take(use, at: state.now)
      state.say(use.way == .gateway ? .warning : .good, use.sentence)
    case .confirmed(let plan, let reason):
      state.say(
        .warning,
        "\(plan.name): \(plan.change.words) was carried out, though its answer was lost (\(reason)).")
    case .resized(let size): state.size = size
    case .connected(let capabilities): works += connected(capabilities)
    case .judged(let verdicts): state.rights.learn(verdicts)
    case .unconnected(let error, let delay): unconnected(error, delay)
    case .categories(let event): apply(event) { $0.apply(event) }
    case .extensions(let event): apply(event) { $0.apply(event) }
    case .installations(let event):
      works += rememberChanges(event)
      apply(event) { $0.apply(event) }
      works += settleOperations()
    case .versions(let name, let event):
      state.market.apply(event, of: name)
      doubt(event)
    case .applied(let plan, let failure): works += applied(plan, failure)
    case .recalled(let records):
      // The file is the truth: commands write it too.
      if !records.memories.isEmpty { state.records.memories = records.memories }
      state.market.invalidate()
      state.records.drafts.merge(records.drafts) { mine, _ in mine }
    case .facts(let facts): hear(facts)
    case .draftKept(let name):
      if state.announcedDrafts.remove(name) != nil { state.say(.note, "Your text is kept as a draft of \(name).") }
    case .forgot(let sentence): state.say(.error, sentence)
    }
    // All have noticed before any of them is opened or closed for it.
    var steps: [Step] = []
    for index in layers.indices { steps += layers[index].notice(message, &state) }
    return works + take(steps)
  }

  private mutating func apply<Element>(_ event: WatchEvent<Element>, to market: (inout Market) -> Void) {
    market(&state.market)
    heard(event)
  }

  /// What was known before may be wrong by now: then everything is read anew in the right words.
  private mutating func connected(_ capabilities: Capabilities) -> [Work] {
    let former = state.dialect
    state.capabilityState.learn(capabilities, at: state.now)
    if capabilities.dialect == former { return state.rightsAsked == nil ? state.askRights() : [] }
    if let former {
      cancellations += Self.watches(former) + versionWatches(former)
      (state.market, state.planFacts) = (Market(), nil)
    }
    state.connection.refusal = nil
    let watches = Self.watches(capabilities.dialect) + versionWatches(capabilities.dialect)
    return watches + state.askRights(isAfresh: former != nil)
  }

  private mutating func doubt<Element>(_ event: WatchEvent<Element>) {
    guard case .interrupted(let error, _) = event, error.isOfMissingKind else { return }
    state.errands += state.capabilityState.ask()
  }

  private mutating func unconnected(_ error: DialectError, _ delay: Duration) {
    let sentence = error.sentence(at: state.session.cluster)
    // While the watches are well, what was known will do.
    if state.connection.state == .connected, error != .absent { return }
    state.connection.lost(sentence, retryAfter: delay, at: state.now)
    state.connection.refusal = error.isRefusal ? sentence : error.needsAct
    state.say(.error, sentence)
  }

  private mutating func heard<Element>(_ event: WatchEvent<Element>) {
    doubt(event)
    if case .interrupted(let error, let delay) = event {
      let wasConnected = state.connection.state == .connected
      let sentence = error.sentence(for: "watching", at: state.session.cluster)
      state.connection.lost(sentence, retryAfter: delay, at: state.now)
      state.connection.refusal = error.isRefusal ? sentence : error.needsAct
      if wasConnected || state.journal.entries.last?.text != sentence { state.say(.error, sentence) }
    } else if state.market.interruption == nil, state.connection.state != .connected {
      if state.connection.staleSince != nil { state.say(.note, state.connection.connectedAgain) }
      state.connection.restored()
      state.connection.refusal = nil
    }
  }

  /// What was read before stays known: only what is not is asked for.
  private mutating func hear(_ facts: PlanFacts) {
    var facts = facts
    facts.versionsInUse.merge(state.planFacts?.versionsInUse ?? [:]) { new, _ in new }
    state.planFacts = facts
  }

  /// What an installation was before others changed it is kept for a way back; what is changed here is noted when it
  /// is sent.
  private mutating func rememberChanges(_ event: WatchEvent<Installation>) -> [Work] {
    let fresh: [Installation] =
      switch event {
      case .replaced(let all): all
      case .applied(let one): [one]
      case .deleted, .resumed, .interrupted: []
      }
    return fresh.compactMap { installation in
      guard let former = state.market.installations[installation.name],
        former.version != installation.version || former.config != installation.config,
        state.operations[installation.extension] == nil
      else { return nil }
      let words = former.version == installation.version ? "configure" : "version \(installation.version)"
      let line = HistoryLine(
        installation.extension, at: state.now.timestamp, .change(words: words, former: HistoryLine.Release(former)))
      state.records.memories[installation.extension, default: ReleaseMemory()].take(line)
      return .remember(line)
    }
  }

  private mutating func applied(_ plan: Plan, _ failure: ClusterError?) -> [Work] {
    if let failure {
      // The cluster knows better than what it said before.
      if case .refused(let status) = failure, status.code == 403 { state.errands += state.askRights(isAfresh: true) }
      if layers.contains(where: { $0.claims(plan, failure) }) { return [] }
      state.operations.abandon(plan.name)
      state.say(.error, failure.sentence(for: "\(plan.change.words) \(plan.name)", at: state.session.cluster))
      return []
    }
    state.operations.accepted(plan.name)
    _ = take(.closeChange(of: plan.name))
    // The history has it, and perhaps what commands did meanwhile.
    var works = settleOperations() + [.recall]
    if plan.change.row.keepsWayBack, let before = plan.before {
      state.records.memories[plan.name, default: ReleaseMemory()].take(
        HistoryLine(
          plan.name, at: state.now.timestamp, .change(words: plan.change.words, former: HistoryLine.Release(before))))
    }
    // A configuration was saved, so its draft has served.
    if plan.change.config != nil, state.records.drafts[plan.name] != nil {
      state.records.drafts[plan.name] = nil
      works.append(.keepDraft(of: plan.name, nil))
    }
    return works
  }

  private mutating func settleOperations() -> [Work] {
    guard state.market.installations.isFilled else { return [] }
    return state.operations.see(state.market.installed).map { ended in
      if case .failed(let reason) = ended.outcome {
        state.say(.error, "\(ended.name): could not \(ended.change.words): \(reason)")
      } else {
        state.say(.good, "\(ended.name): \(ended.change.past).")
      }
      return .noteOutcome(ended.progress, of: ended.name, ended.outcome)
    }
  }
}

extension ClusterError {
  /// The cluster does not let this person in, which waiting will not change.
  var isRefusal: Bool {
    if case .refused(let status) = self { return status.code == 401 || status.code == 403 }
    return false
  }

  /// What keeps requests from being sent, such as a login that has ended: waiting will not change that either.
  var needsAct: String? {
    guard case .transport(.invalid(let reason)) = self else { return nil }
    return reason.prefix(1).uppercased() + reason.dropFirst() + "."
  }
}

extension DialectError {
  var isRefusal: Bool {
    switch self {
    case .absent, .forbidden: true
    case .cluster(let error): error.isRefusal
    }
  }

  var needsAct: String? {
    if case .cluster(let error) = self { error.needsAct } else { nil }
  }
}
