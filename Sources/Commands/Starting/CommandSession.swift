import Client
import Extensions
import Operations
import Platform

/// One cluster for the length of one command: how it is reached, what is remembered of it, and where words go.
struct CommandSession: Sendable {
  let arguments: Arguments
  private(set) var session: ClusterSession
  let outlet: Outlet
  let localState: LocalState
  let timing: Timing
  private let warnings = Locked(0)
  private let hasToldOfHistory = Locked(false)

  /// How many warnings the server has sent.
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
  /// The cluster's name as the user knows it.
  var name: String { status.cluster }
  var server: String { status.server }

  /// Does what `command` says, and returns when it is done.
  func carryOut(_ command: any ClusterCommand) async throws(CommandError) {
    let deed = try deed()
    // A dry run sends nothing that changes anything, and says itself what would be refused.
    if command.mayChange, arguments.dryRun == .none {
      if let refusal = session.supervision?.refusal(of: deed) {
        throw CommandError("nothing was changed: \(refusal)")
      }
      if status.isReadOnly {
        throw CommandError("nothing was changed: --read-only refuses ksx \(arguments.verb.name)")
      }
    }
    try await deed.carryOut { () throws(CommandError) in try await run(command) }
    if let problem = await session.login?.warning { outlet.note("note: \(problem)") }
    if warningCount > 0, arguments.has(.warningsAsErrors) {
      throw CommandError("\(warningCount) warning\(warningCount == 1 ? "" : "s") received")
    }
  }

  private func run(_ command: any ClusterCommand) async throws(CommandError) {
    do {
      try await command.run(in: self)
    } catch {
      // Only a cluster that changed since its capabilities were cached answers so.
      guard error.isOfMissingKind, session.dialect == nil, hasFreshKnowledge else { throw error }
      _ = try await learn()
      try await command.run(in: self)
    }
  }

  /// What the command line is about to do.
  private func deed() throws(CommandError) -> Deed {
    let isOfMany = arguments.verb.operands.first?.contains("…") == true
    let names = isOfMany ? arguments.operands : Array(arguments.operands.prefix(1))
    let deed = Deed(
      [arguments.verb.name] + arguments.verb.parts, names: names, reason: arguments[.reason] ?? "")
    guard let typed = arguments[.confirm] else { return deed }
    let word = wordToType(names)
    guard typed == word else {
      throw CommandError("nothing was changed: --confirm must be \(word), not \(typed)")
    }
    deed.noteTyped()
    return deed
  }

  /// What must be typed for a change of `names`, where a guardrail asks for that.
  func wordToType(_ names: [String]) -> String { names.count == 1 ? names.first ?? name : name }

  /// Runs `request`, telling a failure as that of `doing`.
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

  /// What an earlier session cached of the cluster, however old.
  var knowledge: CachedCapabilities? { localState.knowledge(of: status.identity) }

  /// What was cached is young enough to be used without discovery.
  var hasFreshKnowledge: Bool { knowledge?.isFresh(at: Timestamp.now().secondsSince1970) == true }

  /// What was changed in this cluster.
  var history: History { localState.history(of: status.identity) }

  /// What changes the cluster.
  var sender: ChangeSender { sender(because: "") }

  /// The same with a reason of its own, unless the command line gives one.
  func sender(because reason: String) -> ChangeSender {
    let author = Author(status, reason: arguments[.reason] ?? reason)
    return ChangeSender(cluster, history: history, author: author) {
      [outlet, hasToldOfHistory] error in
      // A change is several lines of history, and one reason is told once.
      let isFirst = hasToldOfHistory.withLock { hasTold in
        defer { hasTold = true }
        return !hasTold
      }
      guard isFirst else { return }
      outlet.note(
        "note: this could not be kept in the history, and so not for a rollback: \(error)")
    }
  }

  /// What the cluster's extensions can do: as said, as learnt within the hour, or asked of it now.
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
