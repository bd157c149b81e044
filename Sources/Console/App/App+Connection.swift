import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform

// The connection, and what must be read again.
extension App {
  /// Reads everything from the cluster again.
  mutating func refresh() {
    if case .stale = state.connection.state, state.session.isRestartable, !isRestarting {
      isRestarting = true
      state.say(.note, "Starting ksxd again …")
      return state.begin(.restart)
    }
    isRestarting = false
    state.say(.note, "Reading everything again …")
    state.begin(state.capabilityState.discover())
    state.askRights(ignoresCache: true)
    guard let dialect = state.dialect else { return }
    state.begin(watches(dialect))
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

  /// Takes the capabilities of the cluster; if its dialect has changed, everything is read again.
  mutating func connected(_ capabilities: Capabilities) {
    let former = state.dialect
    endRefresh()
    state.capabilityState.learn(capabilities, at: state.now)
    if capabilities.dialect == former {
      if state.rightsAsked == nil { state.askRights() }
      return
    }
    if let former {
      for case .watch(let subject, let dialect) in watches(former) {
        state.effects.append(.stop(.watch(subject, dialect)))
      }
      state.market.forgetAll()
      state.planFacts = nil
    }
    state.connection.refusal = nil
    state.begin(watches(capabilities.dialect))
    state.askRights(ignoresCache: former != nil)
  }

  /// Removes the answer to the key that has everything read again, because that has ended.
  private mutating func endRefresh() {
    if state.messageLog.answer?.text == state.words("Reading everything again …") { state.messageLog.dropAnswer() }
  }

  /// The sentence about a lost connection, with the key that helps.
  private func loss(_ error: ClusterError) -> String {
    let sentence = state.words(error.connectionProblem(at: state.session.cluster))
    guard state.session.isRestartable, case .transport(.unreachable) = error,
      let key = state.settings.keys(for: .refresh, in: [.everywhere]).first
    else { return sentence }
    return sentence + " " + state.words("{0} starts it again.", key)
  }

  mutating func relearnMissingKinds<Element>(_ event: WatchEvent<Element>) {
    guard case .interrupted(let error, _) = event, error.isOfMissingKind else { return }
    state.begin(state.capabilityState.discover())
  }

  mutating func unconnected(_ error: DialectError, _ delay: Duration) {
    endRefresh()
    let sentence =
      if case .cluster(let error) = error { loss(error) } else {
        state.words(error.sentence(at: state.session.cluster))
      }
    // While the watches work, the known capabilities are sufficient.
    if state.connection.state == .connected, error != .absent { return }
    lost(sentence, delay, refusal: error.isPermanent ? sentence : error.localProblem.map { state.words($0) })
  }

  /// Records a lost connection; if a retry fails for another reason, only the reason is updated.
  private mutating func lost(_ sentence: String, _ delay: Duration, refusal: String?) {
    if case .stale(let reason) = state.connection.state {
      if reason != sentence { state.messageLog.reword(reason, sentence) }
    } else {
      state.record(.error, Sentence(verbatim: sentence))
    }
    state.connection.lost(sentence, retryAfter: delay, at: state.now)
    state.connection.refusal = refusal
  }

  /// Restarts the watches if a request got no response: a watch may notice a dead connection only after minutes.
  mutating func suspectConnection(after failure: ClusterError?) {
    guard let failure, state.connection.state == .connected, let dialect = state.dialect else { return }
    switch failure {
    case .transport(.unreachable), .transport(.timedOut): break
    default: return
    }
    lost(loss(failure), .zero, refusal: nil)
    state.begin(watches(dialect))
  }

  /// Has the server judge plans again whose verdict is old.
  mutating func refreshVerdicts() {
    guard state.connection.state == .connected else { return }
    for case .dryRun(let plan) in subscriptions
    where state.dryRuns[plan.name]?.mustAskAgain(at: state.now.seconds) == true {
      state.begin(.dryRun(plan))
    }
  }

  /// Reads the facts that plans could not be checked against while the connection was lost.
  private mutating func readUnreadAgain() {
    let isUnread = state.planFacts.map { $0.dependantsProblem != nil || $0.serverProblem != nil } ?? false
    for case .facts(let kind, let name) in subscriptions where isUnread {
      state.begin(state.readFacts(for: kind, of: name))
    }
    guard let capabilities = state.capabilityState.capabilities else { return }
    for case .evidence(let subject) in subscriptions where state.evidence[EvidenceKey(subject)]?.package == nil {
      state.begin(.readEvidence(subject, capabilities))
    }
  }

  mutating func receivedEvent<Element>(_ event: WatchEvent<Element>) {
    relearnMissingKinds(event)
    if case .interrupted(let error, let delay) = event {
      let sentence = loss(error)
      lost(sentence, delay, refusal: error.isPermanent ? sentence : error.localProblem.map { state.words($0) })
    } else if state.market.interruption == nil, state.connection.state != .connected {
      if state.connection.staleSince != nil { state.record(.note, state.connection.connectedAgain) }
      state.connection.restored()
      askDryRunsAgain()
      readUnreadAgain()
      state.connection.refusal = nil
    }
  }
}
