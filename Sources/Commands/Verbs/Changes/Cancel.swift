import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

extension Verb {
  static let cancel = Verb(
    "cancel", "End an install or upgrade that is under way, and go back to what ran before", operands: ["NAME"],
    options: [.version, .yes, .confirm, .dryRun, .wait, .timeout],
    notes: [
      "The former version and config are asked for again, the job that hangs is ended, a release that helm has left",
      "locked is unlocked, and what ran before is tried again. Without --version it goes back to what ran before, as the",
      "cluster or ksx remembers it. A cancel that was broken off is gone on with by the same command.",
    ], as: Cancel.self)
}

/// Carries out a cancellation step by step.
struct Cancel: PlannedCommand {
  private let name: String
  private let version: String?
  private let dryRun: DryRun
  private let isConfirmed: Bool
  private let waitTimeout: Int?

  /// Seconds for which the controllers are watched that finish it.
  private static let stepTimeout = 5

  init(_ arguments: Arguments) {
    name = arguments.name
    version = arguments[.version]
    dryRun = arguments.dryRun
    isConfirmed = arguments.has(.yes)
    waitTimeout = arguments.waitTimeout
  }

  var mayChange: Bool { dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let (cancellation, facts) = try await begun(reader, session)
    let plan = plan(cancellation, facts, reader)
    if dryRun != .none { return try session.show(await session.judged(plan, reader)) }
    try session.confirm(
      ActionPlanText(plan: plan, cluster: session.name).lines, isConfirmed: isConfirmed, typed: "ksx cancel",
      about: [name], asking: "\(cancellation.action(at: facts.installation).english.withCapital) of \(name)")
    session.sender.noteCancelled(facts.installation, of: name)
    try await follow(cancellation, facts.installation.name, reader, session)
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let reader = try await session.reader()
    let (cancellation, facts) = try await begun(reader, session)
    return [.action(await session.judged(plan(cancellation, facts, reader), reader))]
  }

  /// Reads what is to be cancelled; throws if nothing can be.
  private func begun(
    _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> (Cancellation, Cancellation.Facts) {
    async let identity: Void = session.session.identify()
    let object = try await object(reader, session)
    let installation = Installation(object)
    await identity
    let memory = await reader.memory(session.history.releases(of: name), of: installation)
    let facts = await reader.readAttempt(object)
    let cancellation = Cancellation(installation, memory, to: version).corrected(by: facts)
    switch cancellation.next(facts) {
    case .refused(let reason): throw CommandError("cannot cancel: \(reason)")
    case .done: throw CommandError("cannot cancel: nothing is under way at \(name)")
    default: return (cancellation, facts)
    }
  }

  private func plan(_ cancellation: Cancellation, _ facts: Cancellation.Facts, _ reader: ClusterReader) -> ActionPlan {
    let write = cancellation.write(cancellation.next(facts), facts, in: reader.capabilities)
    return ActionPlan(
      "Cancel what is under way at \(name) (\(ExtensionStatus(name, nil, facts.installation).word))",
      verbs: [Verb.cancel.name], subject: name, names: [name], effects: cancellation.effects(facts),
      accesses: [write?.access].compactMap { $0 })
  }

  private func object(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) -> Object {
    let objects = try await session.installations(reader)
    guard let installation = Installations(objects.map(Installation.init)).of(name),
      let object = objects.first(where: { $0.name == installation.name })
    else { throw CommandError("cannot cancel: \(name) is not installed") }
    return object
  }

  /// Carries out the steps until the cancellation is done or nothing more happens.
  private func follow(
    _ cancellation: Cancellation, _ installation: String, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) {
    let outlet = session.outlet
    let pace = CancellationPace(
      timeout: waitTimeout ?? Self.stepTimeout, isWhole: waitTimeout != nil, timing: session.timing)
    let found = try await session.asking("cancelling at \(name)") { () throws(ClusterError) in
      try await reader.carryOut(cancellation, at: installation, by: session.sender, pace) { step in
        if let words = step.words { outlet.note("\(name): \(words)") }
      }
    }
    session.outlet.print("\(name): \(try words(for: found, cancellation)) in \(session.name)")
  }

  /// How it has ended, in words; throws if it is not done, and does not go on by itself either.
  private func words(for end: CancellationEnd, _ cancellation: Cancellation) throws(CommandError) -> String {
    switch end {
    case .refused(let reason): throw CommandError("\(name): \(reason)")
    case .done(let facts):
      if cancellation.former != nil, ExtensionStatus(name, nil, facts.installation).state.isFailure {
        throw CommandError(
          "\(name): what ran before was asked for again, and failed: \(facts.installation.reason); ksx doctor \(name) says what helps"
        )
      }
      return words(for: facts)
    case .quiet(let seconds, let isGoingOn, let facts, let wait):
      if waitTimeout == nil, isGoingOn { return cancellation.former.map { "going back to \($0.version)" } ?? "ending" }
      let waiting = wait.isEmpty ? "" : "it waits for \(wait.english); "
      let rest =
        isGoingOn
        ? "it goes on in the cluster" : "the same command goes on with it, and ksx doctor \(name) says what holds it up"
      throw CommandError(
        "\(name): not back after \(seconds) s (\(ExtensionStatus(name, nil, facts.installation).word)); \(waiting)\(rest)"
      )
    }
  }

  private func words(for facts: Cancellation.Facts) -> String {
    let status = ExtensionStatus(name, nil, facts.installation)
    return status.state.isFailure ? "ended, and \(status.word)" : "back at \(status.wanted), \(status.word)"
  }
}

extension Cancellation.Step {
  /// What the step did, for the user.
  fileprivate var words: String? {
    switch self {
    case .putBack: "asked for what ran before"
    case .endJob(let job): "ended job \(job)"
    case .unlock(let secret): "removed helm's lock \(secret)"
    case .retry: "having what ran before tried again"
    case .resyncFromRelease: "had the controllers look at what runs"
    case .wait, .done, .refused: nil
    }
  }
}

extension CommandSession {
  /// Shows what will be done to the extensions `names`, and asks the user if there is a terminal; `action` is the
  /// question's text.
  func confirm(
    _ lines: [String], isConfirmed: Bool, typed: String, about names: [String] = [], asking action: String = "Do this"
  ) throws(CommandError) {
    var own = IntendedAction.current ?? IntendedAction([])
    own.names = names
    if let refusal = session.supervision?.refusal(of: own) { throw CommandError("nothing was changed: \(refusal)") }
    if session.supervision?.mustBeTyped(own) == true { return try confirmByTyping(lines, typed, own) }
    if isConfirmed { return }
    guard let ask = outlet.ask else {
      throw CommandError(
        "nothing was changed: without a terminal \(typed) needs --yes (or --dry-run=client to see the plan)")
    }
    outlet.note(lines)
    let answer = ask("\(action) in \(name)? [y/N] ")?.lowercased() ?? ""
    if answer != "y", answer != "yes" { throw CommandError("nothing was changed") }
  }

  /// Lets the user type the name, because a guardrail demands that whatever the command line says.
  private func confirmByTyping(_ lines: [String], _ typed: String, _ action: IntendedAction) throws(CommandError) {
    let word = wordToType(action.names)
    guard let ask = outlet.ask else {
      throw CommandError(
        "nothing was changed: in \(name) \(typed) is confirmed by typing; a script says --confirm \(word)")
    }
    outlet.note(lines)
    guard ask("Type \(word) to do this in \(name): ") == word else { throw CommandError("nothing was changed") }
    action.noteTyped()
  }
}
