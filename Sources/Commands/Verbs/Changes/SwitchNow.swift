import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

/// `--now`, for emergencies: a single merge patch that is sent without reading anything first.
///
/// It uses cached capabilities, however old. Without a cache it tries InstallPlans; a cluster that does not serve this
/// kind refuses the patch without effect, and then Subscriptions are tried.
struct SwitchNow: ClusterCommand {
  private let name: String
  private let isEnabled: Bool
  private let output: Output
  private let isDryRun: Bool
  /// Whether only the plans of the ladder are shown, and nothing is sent.
  private let isPlanOnly: Bool
  /// The rung that is climbed to in any case, from `--climb`.
  private let limit: Rung?
  private let waitTimeout: Int?
  /// The arguments that the undo command needs too.
  private let undoFlags: [String]
  private let hasToken: Bool

  init(_ arguments: Arguments) throws(CommandError) {
    try self.init(arguments, to: arguments.verb.change?.row.enables == true)
  }

  init(_ arguments: Arguments, to isEnabled: Bool) throws(CommandError) {
    limit = arguments[.climb].flatMap(Rung.init(rawValue:))
    isPlanOnly = arguments.dryRun == .client
    if isPlanOnly, limit == nil {
      throw CommandError(
        "--now makes no plan that --dry-run=client could show; leave one of them out, or say with --climb how far"
      )
    }
    name = arguments.name
    self.isEnabled = isEnabled
    output = arguments.output
    isDryRun = arguments.dryRun == .server
    waitTimeout = arguments.waitTimeout
    undoFlags =
      (arguments.has(.standalone) ? ["--standalone"] : [])
      + (arguments[.dialect].map { ["--dialect", $0] } ?? [])
    hasToken = arguments[.token] != nil
  }

  var mayChange: Bool { !isPlanOnly }

  private var verb: String { isEnabled ? "enable" : "disable" }
  private var change: Change { isEnabled ? .enable : .disable }
  private var doing: String { "\(verb) \(name) --now" }

  func run(in session: CommandSession) async throws(CommandError) {
    try refuseWhatCannotBe(session)
    // Nothing is confirmed, unless a guardrail demands a typed confirmation.
    try session.confirm([], isConfirmed: true, typed: "ksx \(verb) --now", about: [name])
    if isPlanOnly { return try await climb(try await session.reader().dialect, .works, session) }
    let (object, dialect): (Object, Dialect)
    switch try await send(session) {
    case .taken(let found, let spoken): (object, dialect) = (found, spoken)
    case .blocked(let reason, let spoken): return try await climb(spoken, .blocked(reason), session)
    }
    try refuseWhatIsNotCarriedOut(object, session)
    if !isDryRun { session.sender.noteSent(change, of: name, Installation(object)) }
    try report(object, dialect, session)
    var verdict = SwitchVerdict(Installation(object))
    if !isEnabled, !isDryRun, verdict == .works,
      await session.isIgnoredByControllers(Installation(object), dialect.installations)
    {
      verdict = .passedOver
    }
    try await climb(dialect, verdict, session)
    guard let waitTimeout, verdict == .works else { return }
    let waiting = Waiting(
      change: change, extension: name, installation: object.name, before: nil, dialect: dialect)
    try await session.wait(for: waiting, seconds: waitTimeout)
  }

  /// The result of the patch.
  private enum Answer {
    case taken(Object, Dialect)
    /// It could not be stored, because a webhook does not answer or a policy refuses it.
    case blocked(String, Dialect)
  }

  /// Climbs the ladder if disabling was not enough; when enabling, undoes what the ladder changed.
  private func climb(_ dialect: Dialect, _ verdict: SwitchVerdict, _ session: CommandSession)
    async throws(CommandError)
  {
    if isDryRun { return }
    let climb = Climb(
      name: name, dialect: dialect, session: session, limit: limit, isDryRun: isPlanOnly,
      undo: undo(session.status))
    if isEnabled {
      try await climb.down(await climb.climbed())
      // Only the ladder was undone; `enabled` could not be set.
      if case .blocked(let reason) = verdict, await !isOn(dialect, session) {
        throw CommandError("\(doing): the switch could not be stored: \(reason)")
      }
      return
    }
    if verdict != .works || limit != nil { try await climb.up(because: verdict) }
  }

  /// Whether the extension is enabled, for example because disabling it could not be stored either.
  private func isOn(_ dialect: Dialect, _ session: CommandSession) async -> Bool {
    let found = await result { () throws(ClusterError) in try await session.cluster.get(dialect.installations, name) }
    return (try? found.get()).map { Installation($0).isEnabled } ?? false
  }

  private func send(_ session: CommandSession) async throws(CommandError) -> Answer {
    let said = session.session.dialect
    let known = session.knowledge.flatMap {
      $0.capabilities.era == .plugin ? nil : $0.capabilities.dialect
    }
    let dialect = said ?? known ?? .installPlan
    do throws(ClusterError) {
      let object = try await patch(dialect, session)
      if said == nil, known == nil { remember(dialect, session) }
      return .taken(object, dialect)
    } catch {
      let isRuledOut = limit != nil && error.isOfRule
      if error.isOfSilentWebhook || isRuledOut, !isDryRun { return .blocked(error.brief, dialect) }
      guard error.isOfMissingKind, said == nil else { throw failure(error, dialect, session) }
      let other = Dialect(dialect.name == .installPlan ? .subscription : .installPlan)
      let object = try await second(other, session)
      remember(other, session)
      return .taken(object, other)
    }
  }

  private func second(_ dialect: Dialect, _ session: CommandSession) async throws(CommandError)
    -> Object
  {
    do throws(ClusterError) {
      return try await patch(dialect, session)
    } catch {
      guard error.isOfMissingKind else { throw failure(error, dialect, session) }
      throw CommandError(
        "\(doing): \(session.server) has neither InstallPlans nor Subscriptions; check --context")
    }
  }

  /// Caches the dialect for the next emergency; a command that discovers the capabilities replaces it.
  private func remember(_ dialect: Dialect, _ session: CommandSession) {
    session.localState.remember(Capabilities(assuming: dialect), of: session.status.identity)
  }

  /// The API of August 2022 stores `enabled`, but no controller reads it (docs/KUBESPHERE.md: Eras).
  private func refuseWhatIsNotCarriedOut(_ object: Object, _ session: CommandSession)
    throws(CommandError)
  {
    guard let known = session.knowledge, session.hasFreshKnowledge,
      !Installation(object).isManagedByStandalone,
      let reason = known.capabilities.reason(against: .enable)
    else { return }
    throw CommandError(
      "\(verb) \(object.name) --now: the cluster stored it, and it has no effect: \(reason)")
  }

  private func patch(_ dialect: Dialect, _ session: CommandSession) async throws(ClusterError)
    -> Object
  {
    let write = Write.patch(
      dialect.installations, name: name, ["spec": ["enabled": .bool(isEnabled)]])
    let delivery = try await session.sender.signed(write, change).deliver(
      to: session.cluster, dryRun: isDryRun)
    session.tell(of: delivery, doing)
    return delivery.object ?? Object([:])
  }

  private func refuseWhatCannotBe(_ session: CommandSession) throws(CommandError) {
    guard session.session.dialect == nil, let known = session.knowledge, session.hasFreshKnowledge
    else { return }
    if let reason = known.capabilities.reason(against: .install) {
      throw CommandError("cannot \(verb): \(reason)")
    }
  }

  private func report(_ object: Object, _ dialect: Dialect, _ session: CommandSession)
    throws(CommandError)
  {
    switch output {
    case .json, .yaml: session.outlet.printExactly(try output.text(object.value))
    case .name: session.outlet.print(object.name)
    case .table, .wide:
      let state = ExtensionStatus(name, nil, Installation(object)).state
      let word = isEnabled ? "enabled" : "disabled"
      let note = isDryRun ? " (the server would; nothing was changed)" : ""
      let delay =
        state == .installed || state == .none ? "" : "; it takes effect once \(state.word) is over"
      session.outlet.print([
        "\(dialect.installations.kind) \(object.name) \(word) in \(session.name)\(delay)\(note)",
        "undo: \(undo(session.status))",
      ])
    }
  }

  /// The command that undoes this one, in the same cluster even if the current context has changed.
  private func undo(_ status: ClusterSession.Status) -> String {
    let words = ["ksx", isEnabled ? "disable" : "enable", name, "--now"]
    // The token is secret, and must be given again.
    return Shell.line(words + (status.ownFlags ?? status.kubectlFlags) + undoFlags)
      + (hasToken ? " --token …" : "")
  }

  private func failure(_ error: ClusterError, _ dialect: Dialect, _ session: CommandSession)
    -> CommandError
  {
    guard case .refused(let status) = error, status.isNotFound else {
      let failure = CommandError(error, doing, at: session.server)
      guard error.isOfRule, !isEnabled else { return failure }
      return CommandError(
        "\(failure.sentence) ksx disable \(name) --now --climb state takes it out of service without the switch.")
    }
    let kind = dialect.installations.kind
    let other = dialect.name == .installPlan ? Dialect.Name.subscription : .installPlan
    if status.isMissingKind {
      return CommandError(
        "\(doing): \(session.server) has no \(kind)s at all; try --dialect \(other.rawValue), or check --context"
      )
    }
    let alias =
      dialect.name == .subscription
      ? "; a Subscription may have another name: without --now it is looked for" : ""
    return CommandError(
      "\(doing): \(session.server) has no \(kind) \(name)\(alias). ksx list shows what is installed; check --context"
    )
  }
}
