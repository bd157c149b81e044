import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform

extension App {
  /// Plugins are in no categories.
  static func watches(_ dialect: Dialect) -> [Request] {
    (dialect.era == .plugin ? [] : [.watch(.categories, dialect)])
      + [.watch(.extensions, dialect), .watch(.installations, dialect)]
  }

  /// Changes the state as something from outside says.
  mutating func hear(_ message: Message) {
    switch message {
    case .key, .drawing: break
    case .opened: opened()
    case .time: wake()
    case .resized(let size): state.size = size
    case .connected(let capabilities): connected(capabilities)
    case .judged(let verdicts): state.rights.learn(verdicts)
    case .unconnected(let error, let delay): unconnected(error, delay)
    case .categories, .extensions, .installations, .versions: watched(message)
    case .applied(let plan, let failure): applied(plan, failure)
    case .dryRunEnded(let plan, let failure):
      if state.dryRuns[plan.name]?.isOf(plan) == true {
        state.dryRuns[plan.name]?.answer(failure, at: state.now.seconds)
      }
    case .evidence, .wroteFile, .reviewed, .restarts, .edited: heardOfConfig(message)
    case .documented(let key, let answer): state.documents[key] = answer
    case .recalled(let records): recalled(records)
    case .facts(let facts): hear(facts)
    case .detailed(let name, let details): state.details[name] = details
    case .read, .sent, .places, .moved: hearAnswer(message)
    case .warned, .status, .confirmed, .compared, .draftKept, .failed, .settings, .restarted, .catalogue:
      told(message)
    }
  }

  /// What plans and configs were waiting for.
  private mutating func heardOfConfig(_ message: Message) {
    switch message {
    case .evidence(let subject, let evidence): state.evidence[EvidenceKey(subject)] = evidence
    case .wroteFile(let name): state.say(.note, "Wrote \(name), which only you may read.")
    case .reviewed(let name, let edits, let findings):
      onConfig(of: name) { screen, _ in screen.take(findings, of: edits) }
    case .restarts(let name, let restarts): state.restarts[name] = restarts
    case .edited(let name, .text(let text)): onConfig(of: name) { $0.take(edited: text, &$1) }
    case .edited(_, .refused(let reason)): state.say(.error, reason)
    default: break
    }
  }

  /// What a watch delivered.
  private mutating func watched(_ message: Message) {
    switch message {
    case .categories(let event): apply(event) { $0.apply(event) }
    case .extensions(let event): apply(event) { $0.apply(event) }
    case .installations(let event): installationsChanged(event)
    case .versions(let name, let event):
      state.market.apply(event, of: name)
      doubt(event)
    default: break
    }
  }

  /// The file is the truth: commands write it too.
  private mutating func recalled(_ records: Records) {
    if !records.memories.isEmpty { state.records.memories = records.memories }
    if !records.lines.isEmpty { state.records.lines = records.lines }
    state.market.invalidate()
    state.unfinished.isRecalled = true
    tellUnfinished()
    state.records.drafts.merge(records.drafts) { mine, _ in mine }
  }

  /// What a user shall read.
  private mutating func told(_ message: Message) {
    switch message {
    case .warned(let text): state.announce(.warning, "The cluster warns: \(text)")
    case .status(let status):
      state.session = status
      state.connection.use(status.way, at: state.now)
      if let way = status.way { state.record(way.way == .gateway ? .warning : .good, way.sentence) }
    case .confirmed(let plan, let reason):
      state.announce(
        .warning,
        "\(plan.name): \(plan.change.words) was carried out, though its answer was lost (\(reason)).", about: plan.name)
    case .compared(let comparison):
      state.comparison = comparison
      state.say(comparison.tone, comparison.summary)
    case .draftKept(let name):
      if state.announcedDrafts.remove(name) != nil { state.say(.note, "Your text is kept as a draft of \(name).") }
    case .settings(let settings): reload(settings)
    case .catalogue(let versions, nil): state.market.learn(versions)
    case .catalogue(_, let failure?):
      state.announce(.warning, state.words("The versions cannot be read: {0}", failure.brief))
    case .restarted(let problem):
      guard let problem else { return refresh() }
      isRestarting = false
      state.announce(.error, problem)
    case .failed(let sentence): state.announce(.error, sentence)
    default: break
    }
  }

  private mutating func opened() {
    state.begin(.recall)
    state.begin(state.capabilityState.askIfOld(at: state.now))
    if let dialect = state.dialect { state.begin(Self.watches(dialect)) }
    state.askRights()
  }

  /// Reads everything from the cluster again.
  mutating func refresh() {
    if case .stale = state.connection.state, state.session.isRestartable, !isRestarting {
      isRestarting = true
      state.say(.note, state.words("Starting {0} again …", "ksxd"))
      return state.begin(.restart)
    }
    isRestarting = false
    state.say(.note, state.words("Reading everything again …"))
    state.begin(state.capabilityState.ask())
    state.askRights(isAfresh: true)
    guard let dialect = state.dialect else { return }
    state.begin(Self.watches(dialect))
    for case .versions(let name, let dialect) in subscriptions {
      state.begin(.watch(.versions(of: name), dialect))
    }
    for case .details(let subject, let capabilities) in subscriptions {
      state.begin(.readDetails(subject, capabilities))
    }
    readAgain()
    for case .evidence(let subject) in subscriptions {
      if let capabilities = state.capabilityState.capabilities { state.begin(.readEvidence(subject, capabilities)) }
    }
    askDryRunsAgain()
  }

  private mutating func wake() {
    if state.connection.mustProbe(at: state.now) { state.begin(.probeWays) }
    if let look = state.operations.nextLook, look <= state.now.seconds { settleOperations() }
    for index in layers.indices where layers[index].nextWakeUp.map({ $0 <= state.now }) == true {
      layers[index].wake(&state)
    }
  }

  private mutating func apply<Element>(_ event: WatchEvent<Element>, to market: (inout Market) -> Void) {
    market(&state.market)
    heard(event)
  }

  private mutating func installationsChanged(_ event: WatchEvent<Installation>) {
    rememberChanges(event)
    if case .deleted(let installation) = event { state.messageLog.forget(installation.extension) }
    apply(event) { $0.apply(event) }
    settleOperations()
    for name in state.submissions.keys.sorted() { submitAgain(name) }
  }

  /// What was known before may be wrong by now: then everything is read anew in the right words.
  private mutating func connected(_ capabilities: Capabilities) {
    let former = state.dialect
    state.capabilityState.learn(capabilities, at: state.now)
    if capabilities.dialect == former {
      if state.rightsAsked == nil { state.askRights() }
      return
    }
    if let former {
      for case .watch(let subject, let dialect) in Self.watches(former) {
        state.effects.append(.stop(.watch(subject, dialect)))
      }
      state.market.forgetAll()
      state.planFacts = nil
    }
    state.connection.refusal = nil
    state.begin(Self.watches(capabilities.dialect))
    state.askRights(isAfresh: former != nil)
  }

  /// What a lost connection is called, with the key that helps.
  private func loss(_ error: ClusterError) -> String {
    let sentence = error.lossSentence(at: state.session.cluster)
    guard state.session.isRestartable, case .transport(.unreachable) = error,
      let key = state.settings.keys(for: .refresh, in: [.everywhere]).first
    else { return sentence }
    return sentence + " " + state.words("{0} starts it again.", key)
  }

  private mutating func doubt<Element>(_ event: WatchEvent<Element>) {
    guard case .interrupted(let error, _) = event, error.isOfMissingKind else { return }
    state.begin(state.capabilityState.ask())
  }

  private mutating func unconnected(_ error: DialectError, _ delay: Duration) {
    let sentence = error.sentence(at: state.session.cluster)
    // While the watches are well, what was known will do.
    if state.connection.state == .connected, error != .absent { return }
    lost(sentence, delay, refusal: error.isRefusal ? sentence : error.needsAct)
  }

  /// A retry that fails as the one before is no news.
  private mutating func lost(_ sentence: String, _ delay: Duration, refusal: String?) {
    if state.connection.state != .stale(reason: sentence) { state.record(.error, sentence) }
    state.connection.lost(sentence, retryAfter: delay, at: state.now)
    state.connection.refusal = refusal
  }

  private mutating func heard<Element>(_ event: WatchEvent<Element>) {
    doubt(event)
    if case .interrupted(let error, let delay) = event {
      let sentence = loss(error)
      lost(sentence, delay, refusal: error.isRefusal ? sentence : error.needsAct)
    } else if state.market.interruption == nil, state.connection.state != .connected {
      if state.connection.staleSince != nil { state.record(.note, state.connection.connectedAgain) }
      state.connection.restored()
      askDryRunsAgain()
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
  private mutating func rememberChanges(_ event: WatchEvent<Installation>) {
    let fresh: [Installation] =
      switch event {
      case .replaced(let all): all
      case .applied(let one): [one]
      case .deleted, .resumed, .interrupted: []
      }
    for installation in fresh {
      guard let former = state.market.installations[installation.name],
        state.operations[installation.extension] == nil,
        let line = HistoryLine.seen(installation, after: former, at: state.now.timestamp)
      else { continue }
      state.records.memories[installation.extension, default: ReleaseMemory()].add(line)
      state.records.lines.append(line)
      state.begin(.remember(line))
    }
  }

  private mutating func applied(_ plan: Plan, _ failure: ClusterError?) {
    if let failure { return refused(plan, failure) }
    state.changed.append("\(plan.name) (\(plan.change.words))")
    state.submissions[plan.name] = nil
    noteAccepted(plan)
    state.operations.accepted(plan.name)
    if state.operations[plan.name] != nil {
      state.say(.note, "\(plan.name): \(plan.change.words) was accepted.", about: plan.name)
    }
    // What is watched goes on to be.
    let isWatched = layers.last?.isAboutChange(of: plan.name) == true
    layers.removeAll { $0.isAboutChange(of: plan.name) }
    if isWatched, plan.change.runsHelm { open(ProgressScreen(plan.name, plan.change)) }
    settleOperations()
    // The history has it, and perhaps what commands did meanwhile.
    state.begin(.recall)
    remember(plan)
    // A configuration was saved, so its draft has served.
    if plan.change.config != nil, state.records.drafts[plan.name] != nil {
      state.records.drafts[plan.name] = nil
      state.begin(.keepDraft(of: plan.name, nil))
    }
  }

  private mutating func remember(_ plan: Plan) {
    guard plan.change.row.keepsWayBack, let before = plan.before else { return }
    state.records.memories[plan.name, default: ReleaseMemory()].add(
      HistoryLine(
        plan.name, at: state.now.timestamp, .change(words: plan.change.words, former: HistoryLine.Release(before))))
  }

  private mutating func refused(_ plan: Plan, _ failure: ClusterError) {
    // The cluster knows better than what it said before.
    if case .refused(let status) = failure, status.isForbidden { state.askRights(isAfresh: true) }
    if state.submissions[plan.name]?.fail(failure) == true { return submitAgain(plan.name) }
    layers.removeAll { $0 is SendingScreen }
    state.operations.abandon(plan.name)
    if state.stepQueue?.awaited == plan.name { state.stepQueue = nil }
    let reason = failure.sentence(for: "\(plan.change.words) \(plan.name)", at: state.session.cluster)
    let sentence = reason + " " + failure.consequence
    state.submissions[plan.name]?.refusal = sentence
    endedOne(plan.name, failure: sentence)
    state.announce(.error, sentence, about: plan.name)
  }

  /// Who waits to leave must look again, too.
  private mutating func submitAgain(_ name: String) {
    state.submitAgain(name)
    if state.submissions[name] == nil { layers.removeAll { $0 is SendingScreen } }
  }

  private mutating func settleOperations() {
    tellUnfinished()
    guard state.market.installations.isFilled else { return }
    for ended in state.operations.see(state.market.installed, at: state.now.seconds) {
      if case .failed(let reason) = ended.outcome {
        state.announce(.error, "\(ended.name): could not \(ended.change.words): \(reason)", about: ended.name)
      } else {
        state.announce(.good, "\(ended.name): \(ended.change.past).", about: ended.name)
      }
      state.begin(.noteOutcome(ended.progress, of: ended.name, ended.outcome))
      if case .failed(let reason) = ended.outcome {
        endedOne(ended.name, failure: reason)
      } else {
        endedOne(ended.name, failure: nil)
      }
      sendNextStep(after: ended)
    }
  }

  /// What was planned to follow is sent, unless it would be another change by now.
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
        .warning, "\(plan.name): \(plan.change.words) was not sent: \(reason). Nothing was changed.", about: plan.name)
    }
  }
}
