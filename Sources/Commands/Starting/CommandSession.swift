import Client
import Extensions
import Operations
import Platform

/// The session of one command with one cluster: connection, local state and output.
struct CommandSession: Sendable {
  let arguments: Arguments
  private(set) var session: ClusterSession
  let outlet: Outlet
  let localState: LocalState
  let timing: Timing
  private let warnings = Locked(0)
  private let hasToldOfHistory = Locked(false)

  /// How many warnings the server has sent so far.
  var warningCount: Int { warnings.withLock { $0 } }

  init(
    _ arguments: Arguments, in session: ClusterSession, outlet: Outlet, localState: LocalState,
    timing: Timing = .real
  ) {
    self.arguments = arguments
    self.session = session
    self.outlet = outlet
    self.localState = localState
    self.timing = timing
    self.session.observe(arguments, outlet, warnings)
  }

  var cluster: Cluster { session.cluster }
  var status: ClusterSession.Status { session.status }
  /// The name of the cluster, as the user knows it.
  var name: String { status.cluster }
  var server: String { status.server }

  /// Runs `command` after the checks that all commands have.
  func carryOut(_ command: any ClusterCommand) async throws(CommandError) {
    let action = try action()
    // A dry run changes nothing, and its output says what would be refused.
    if command.mayChange, arguments.dryRun == .none {
      if let refusal = session.supervision?.refusal(of: action) {
        throw CommandError("nothing was changed: \(refusal)")
      }
      if status.isReadOnly {
        throw CommandError("nothing was changed: --read-only refuses ksx \(arguments.verb.name)")
      }
    }
    try await action.carryOut { () throws(CommandError) in try await run(command) }
    if let problem = await session.login?.warning { outlet.note("note: \(problem)") }
    if warningCount > 0, arguments.has(.warningsAsErrors) {
      throw CommandError("\(warningCount) warning\(warningCount == 1 ? "" : "s") received")
    }
  }

  private func run(_ command: any ClusterCommand) async throws(CommandError) {
    do {
      try await command.run(in: self)
    } catch {
      // The cluster has changed since its capabilities were cached.
      guard error.isOfMissingKind, session.dialect == nil, hasFreshKnowledge else { throw error }
      _ = try await learn()
      try await command.run(in: self)
    }
  }

  /// The action that the command line is about to do, for guardrails and the journal.
  private func action() throws(CommandError) -> IntendedAction {
    let takesSeveral = arguments.verb.operands.first?.contains("…") == true
    let names = takesSeveral ? arguments.operands : Array(arguments.operands.prefix(1))
    let action = IntendedAction(
      [arguments.verb.name] + arguments.verb.parts, names: names, reason: arguments[.reason] ?? "")
    guard let typed = arguments[.confirm] else { return action }
    let word = wordToType(names)
    guard typed == word else {
      throw CommandError("nothing was changed: --confirm must be \(word), not \(typed)")
    }
    action.noteTyped()
    return action
  }

  /// The word that confirms a change of `names` if a guardrail demands a typed confirmation.
  func wordToType(_ names: [String]) -> String { names.count == 1 ? names.first ?? name : name }

  /// Runs `request`; `doing` describes it in the error.
  func asking<Answer>(
    _ doing: String, _ request: () async throws(ClusterError) -> Answer
  ) async throws(CommandError) -> Answer {
    do {
      return try await request()
    } catch {
      throw CommandError(error, doing, at: server)
    }
  }

  func noSuchExtension(_ name: String) -> CommandError {
    CommandError("\(self.name) has no extension \(name); ksx list shows those it has")
  }

  /// The cached capabilities of the cluster, however old.
  var knowledge: CachedCapabilities? { localState.knowledge(of: status.identity) }

  /// Whether the cached capabilities are recent enough to be used.
  var hasFreshKnowledge: Bool { knowledge?.isFresh(at: Timestamp.now().secondsSince1970) == true }

  /// The history of changes in this cluster.
  var history: History { localState.history(of: status.identity) }

  /// The sender for changes, without a default reason.
  var sender: ChangeSender { sender(because: "") }

  /// A sender whose changes have `reason`, unless the command line gives one.
  func sender(because reason: String) -> ChangeSender {
    let author = Author(status, reason: arguments[.reason] ?? reason)
    return ChangeSender(cluster, history: history, author: author) {
      [outlet, hasToldOfHistory] error in
      // A change writes several lines of history; the failure is shown once.
      let isFirst = hasToldOfHistory.withLock { hasTold in
        defer { hasTold = true }
        return !hasTold
      }
      guard isFirst else { return }
      outlet.note(
        "note: this could not be kept in the history, and so not for a rollback: \(error)")
    }
  }

  /// The capabilities of the cluster: from `--dialect`, else from the cache if fresh, else from discovery.
  func capabilities() async throws(CommandError) -> Capabilities {
    if let said = session.dialect { return Capabilities(assuming: said) }
    if let knowledge, knowledge.isFresh(at: Timestamp.now().secondsSince1970) {
      return knowledge.capabilities
    }
    return try await learn()
  }

  func reader() async throws(CommandError) -> ClusterReader {
    ClusterReader(cluster, try await capabilities())
  }

  private func learn() async throws(CommandError) -> Capabilities {
    do {
      let found = try await Capabilities.learn(from: cluster)
      localState.remember(found, of: status.identity)
      return found
    } catch {
      switch error {
      case .absent:
        throw CommandError(
          "\(server) is a Kubernetes API without KubeSphere extensions; name another cluster with --context"
        )
      case .forbidden:
        throw CommandError(
          "\(server) lets this user neither discover nor list installations; say --dialect installplan or --dialect subscription, or use a context with more rights"
        )
      case .cluster(let error):
        throw CommandError(error, "asking which kinds of extensions there are", at: server)
      }
    }
  }
}
