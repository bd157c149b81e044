import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform

extension App {
  /// The requests that watch everything that is always watched; there are no categories for Plugins.
  func watches(_ dialect: Dialect) -> [Request] {
    (dialect.era == .plugin ? [] : [.watch(.categories, dialect)])
      + [.watch(.extensions(language: state.language), dialect), .watch(.installations, dialect)]
  }

  /// Updates the state for `message`.
  mutating func receive(_ message: Message) {
    switch message {
    case .key, .drawing: break
    case .opened: opened()
    case .time: wake()
    case .resized(let size): state.size = size
    case .connected(let capabilities): connected(capabilities)
    case .judged(let verdicts): state.rights.learn(verdicts)
    case .unconnected(let error, let delay): unconnected(error, delay)
    case .categories, .extensions, .installations, .versions: watched(message)
    case .applied(let plan, let failure):
      suspectConnection(after: failure)
      applied(plan, failure)
    case .triedAgain(let again, let written, let failure): triedAgain(again, written, failure)
    case .dryRunEnded(let plan, let failure): dryRunEnded(plan, failure)
    case .evidence, .wroteFile, .reviewed, .restarts, .edited: receiveConfigResult(message)
    case .documented(let key, let answer): state.documents[key] = answer
    case .recalled(let records): recalled(records)
    case .facts(let facts): receive(facts)
    case .detailed(let name, let details): state.details[name] = details
    case .read, .sent, .clusterChoices, .moved: receiveAnswer(message)
    case .warned, .status, .confirmed, .compared, .draftKept, .failed, .settings, .restarted:
      receiveNotice(message)
    case .catalogue(let versions, nil): state.market.setCatalogue(versions)
    case .catalogue(_, let failure?): catalogueFailed(failure)
    }
  }

  private mutating func dryRunEnded(_ plan: Plan, _ failure: ClusterError?) {
    suspectConnection(after: failure)
    if state.dryRuns[plan.name]?.isOf(plan) == true {
      state.dryRuns[plan.name]?.answer(failure, at: state.now.seconds)
    }
  }

  private mutating func catalogueFailed(_ failure: ClusterError) {
    let sentence: Sentence = "The versions cannot be read: \(failure.words)"
    state.market.missCatalogue(sentence)
    // Without a filter that needs versions, a user who may not read them need not be told.
    if marketplace.listing.filter.asksVersions { return state.announce(.warning, sentence) }
    state.record(.note, sentence)
  }

  /// Results for plans and for the config editor.
  private mutating func receiveConfigResult(_ message: Message) {
    switch message {
    case .evidence(let subject, let evidence):
      let key = EvidenceKey(subject)
      state.evidence[key] = evidence.completed(by: state.evidence[key])
    case .wroteFile(let name): state.say(.note, "Wrote \(name), which only you may read.")
    case .reviewed(let name, let edits, let findings):
      onConfig(of: name) { screen, _ in screen.take(findings, of: edits) }
    case .restarts(let name, let restarts): state.restarts[name] = restarts
    case .edited(let name, .text(let text)): onConfig(of: name) { $0.take(edited: text, &$1) }
    case .edited(_, .refused(let reason)): state.say(.error, reason)
    default: break
    }
  }

  /// Events of watches.
  private mutating func watched(_ message: Message) {
    switch message {
    case .categories(let event): apply(event) { $0.apply(event) }
    case .extensions(let event): apply(event) { $0.apply(event) }
    case .installations(let event): installationsChanged(event)
    case .versions(let name, let event):
      state.market.apply(event, of: name)
      relearnMissingKinds(event)
    default: break
    }
  }

  /// Takes the records from the files, which commands write too, so they replace what is known here.
  private mutating func recalled(_ records: Records) {
    if !records.memories.isEmpty { state.records.memories = records.memories }
    if !records.lines.isEmpty { state.records.lines = records.lines }
    state.records.learnClusterPasts(state.market.installed)
    state.market.invalidate()
    if !state.unfinished.isRecalled { trail.restore(records.places) }
    state.unfinished.isRecalled = true
    tellUnfinished()
    state.records.drafts.merge(records.drafts) { mine, _ in mine }
  }

  /// Messages for the user.
  private mutating func receiveNotice(_ message: Message) {
    switch message {
    case .warned(let text): state.announce(.warning, "The cluster warns: \(text)")
    case .status(let status): sessionChanged(to: status)
    case .confirmed(let plan, let reason):
      state.announce(
        .warning,
        "\(plan.name): \(plan.change.phrase) was carried out, though its answer was lost (\(reason)).", about: plan.name
      )
    case .compared(let comparison):
      state.comparison = comparison
      state.say(comparison.tone, comparison.summary)
    case .draftKept(let name):
      if state.announcedDrafts.remove(name) != nil { state.say(.note, "Your text is kept as a draft of \(name).") }
    case .settings(let settings): reload(settings)
    case .restarted(let problem):
      guard let problem else { return refresh() }
      isRestarting = false
      state.announce(.error, problem.asFullSentence)
    case .failed(let sentence): state.announce(.error, sentence)
    default: break
    }
  }

  /// Takes what is known of the session; a change of its way to the cluster is recorded.
  private mutating func sessionChanged(to status: ClusterSession.Status) {
    let former = state.connection.way
    state.session = status
    state.rights.user = status.userText
    state.connection.use(status.way, at: state.now)
    if let way = status.way, way != former {
      state.record(way.way == .gateway ? .warning : .good, way.sentence)
    }
  }

  private mutating func opened() {
    state.begin(.recall)
    state.begin(state.capabilityState.discoverIfOld(at: state.now))
    if let dialect = state.dialect { state.begin(watches(dialect)) }
    state.askRights()
  }

  private mutating func wake() {
    if state.connection.mustProbe(at: state.now) { state.begin(.probeWays) }
    refreshVerdicts()
    if let look = state.operations.nextLook, look <= state.now.seconds { settleOperations() }
    for index in layers.indices where layers[index].nextWakeUp.map({ $0 <= state.now }) == true {
      layers[index].wake(&state)
    }
  }

  private mutating func apply<Element>(_ event: WatchEvent<Element>, to market: (inout Market) -> Void) {
    market(&state.market)
    receivedEvent(event)
  }

  private mutating func installationsChanged(_ event: WatchEvent<Installation>) {
    rememberChanges(event)
    if case .deleted(let installation) = event { state.messageLog.forget(installation.extension) }
    apply(event) { $0.apply(event) }
    settleOperations()
    for name in state.submissions.keys.sorted() { submitAgain(name) }
  }

  /// Takes what was read; what could not be read keeps its last known value.
  private mutating func receive(_ facts: PlanFacts) {
    state.planFacts = facts.completed(by: state.planFacts, state.platform)
  }
}
