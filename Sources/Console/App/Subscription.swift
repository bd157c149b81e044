import Client
import Extensions
import KubernetesAPI
import Operations

/// Something that a screen needs to be read or watched while it is open.
///
/// A screen declares what it needs, and draws what is known; the app sends the requests, and drops what is no longer
/// needed.
///
/// Indirect, because the code that copies large payloads is much of a program's size.
indirect enum Subscription: Hashable, Sendable {
  /// The versions of an extension, watched.
  case versions(of: String, Dialect)
  /// All versions of all extensions, read once.
  case catalogue(Dialect)
  /// The README in a version's package.
  case document(DocumentKey)
  /// The details of an extension.
  case details(DetailsSubject, Capabilities)
  /// The rights of the user.
  case rights([Access])
  /// The facts that a change of this kind to an extension is checked against.
  case facts(ChangeKind, of: String)
  /// The package of a version, and what the cluster serves.
  case evidence(EvidenceSubject)
  /// The number of pods that were restarted for the last release of an installation.
  case restarts(Installation)
  /// The result of a plan's dry run.
  case dryRun(Plan)
  /// Something that is read once, and again if what it depends on has changed.
  case reading(ReadRequest)
  /// The records on this computer, which commands write too.
  case records
  /// The clusters that the console can open.
  case clusterChoices
}

extension ConsoleState {
  /// The subscriptions of a screen about the versions of the extension `name`.
  func versions(of name: String) -> [Subscription] { dialect.map { [.versions(of: name, $0)] } ?? [] }
}

extension App {
  /// Begins new subscriptions, and ends those that are no longer needed.
  ///
  /// A change that is being sent needs the versions too, because it may have to be planned again.
  mutating func followSubscriptions() {
    let names = state.submissions.filter { $1.isUnderWay }.keys.sorted() + (state.stepQueue?.plans ?? []).map(\.name)
    let sent = names.flatMap { state.versions(of: $0) }
    let wanted = marketplace.subscriptions(state) + layers.flatMap { $0.subscriptions(state) } + sent
    let former = subscriptions
    subscriptions = []
    for subscription in wanted where !subscriptions.contains(subscription) { subscriptions.append(subscription) }
    for subscription in former where !subscriptions.contains(subscription) { end(subscription) }
    for subscription in subscriptions where !former.contains(subscription) { begin(subscription) }
  }

  private mutating func begin(_ subscription: Subscription) {
    switch subscription {
    case .versions(let name, let dialect): state.begin(.watch(.versions(of: name), dialect))
    case .catalogue(let dialect): if state.market.catalogue.isEmpty { state.begin(.readCatalogue(dialect)) }
    case .details(let subject, let capabilities): state.begin(.readDetails(subject, capabilities))
    case .rights(let questions): state.begin(.ask(questions, ignoresCache: false))
    case .facts(let kind, let name): state.begin(state.readFacts(for: kind, of: name))
    case .dryRun(let plan): beginDryRun(of: plan)
    case .reading(let reading):
      state.readings.begin(reading, at: state.now)
      state.begin(.read(reading))
    case .records: state.begin(.recall)
    case .clusterChoices: state.begin(.listClusterChoices)
    case .restarts(let installation):
      if let capabilities = state.capabilityState.capabilities {
        state.begin(.countRestarts(installation, capabilities))
      }
    case .evidence(let subject): beginEvidence(of: subject)
    case .document(let key): beginDocument(key)
    }
  }

  private mutating func beginDryRun(of plan: Plan) {
    // A new `resourceVersion`, for example from a controller's status update, does not make it another request.
    guard state.dryRuns[plan.name]?.isOf(plan) != true else { return }
    state.dryRuns[plan.name] = DryRun(of: plan)
    state.begin(.dryRun(plan))
  }

  private mutating func beginEvidence(of subject: EvidenceSubject) {
    guard state.evidence[EvidenceKey(subject)] == nil, let capabilities = state.capabilityState.capabilities else {
      return
    }
    state.begin(.readEvidence(subject, capabilities))
  }

  private mutating func beginDocument(_ key: DocumentKey) {
    guard state.documents[key] == nil, let version = state.market.versions[key.extensionName]?.elements[key.version]
    else { return }
    state.begin(.document(key, version))
  }

  /// Ends a reading, unless another one with the same topic replaces it and keeps its result.
  private mutating func end(_ reading: ReadRequest) {
    let isWanted = subscriptions.contains {
      if case .reading(let other) = $0 { other.topic == reading.topic } else { false }
    }
    if isWanted { return }
    state.readings.forget(reading.topic)
    state.effects.append(.stop(.reading(reading.topic)))
  }

  /// Repeats the dry runs, because the results from before the connection was lost may be outdated.
  mutating func askDryRunsAgain() {
    for case .dryRun(let plan) in subscriptions {
      state.dryRuns[plan.name] = DryRun(of: plan)
      state.begin(.dryRun(plan))
    }
  }

  private mutating func end(_ subscription: Subscription) {
    switch subscription {
    case .versions(let name, let dialect):
      state.market.forgetVersions(of: name)
      state.effects.append(.stop(.watch(.versions(of: name), dialect)))
    case .rights, .facts, .catalogue, .records, .clusterChoices, .restarts: break
    case .reading(let reading): end(reading)
    // Results are kept for the next time; only a few of them.
    case .evidence: if state.evidence.count > 8 { state.evidence = [:] }
    case .details(let subject, _): endDetails(of: subject.name)
    case .dryRun(let plan): endDryRun(of: plan.name)
    case .document(let key):
      if state.documents[key] == nil { state.effects.append(.stop(.document(key))) }
      // Results are kept for the next time; only a few of them.
      if state.documents.count > 8 { state.documents = [:] }
    }
  }

  /// Ends reading the details of `name`, unless another subscription asks for them.
  private mutating func endDetails(of name: String) {
    let isAsked = subscriptions.contains { if case .details(let other, _) = $0 { other.name == name } else { false } }
    guard !isAsked else { return }
    state.details[name] = nil
    state.effects.append(.stop(.details(of: name)))
  }

  /// Ends the dry run for `name`, unless another subscription asks for one.
  private mutating func endDryRun(of name: String) {
    let isAsked = subscriptions.contains { if case .dryRun(let other) = $0 { other.name == name } else { false } }
    guard !isAsked else { return }
    state.dryRuns[name] = nil
    state.effects.append(.stop(.dryRun(of: name)))
  }
}
