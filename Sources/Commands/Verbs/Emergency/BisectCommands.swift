import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

extension Verb {
  static let bisectStart = Verb(
    "bisect start", "Begin to find the extension that breaks something, by disabling half of them",
    options: [.except, .yes, .confirm, .dryRun],
    notes: [
      "Look whether the trouble is gone, and answer with ksx bisect good or ksx bisect bad; every answer halves what is left.",
      "What an extension needs is never off while it is on. At the end, and with ksx bisect reset at any time, all that was",
      "on is on again.",
    ], as: BisectStart.self)

  static let bisectGood = Verb(
    "bisect good", "Say that the trouble is gone with what is disabled now", options: answering,
    as: BisectGood.self)
  static let bisectBad = Verb(
    "bisect bad", "Say that the trouble is still there", options: answering, as: BisectBad.self)
  static let bisectReset = Verb(
    "bisect reset", "End the search and enable again what it has disabled", options: answering,
    as: BisectReset.self)

  private static let answering: [Option] = [.yes, .confirm, .dryRun]
}

/// `bisect start`: disables the first half.
struct BisectStart: PlannedCommand {
  private let arguments: Arguments
  private let excepted: [String]

  init(_ arguments: Arguments) throws(CommandError) {
    self.arguments = arguments
    excepted = try arguments.excepted()
  }

  var mayChange: Bool { arguments.dryRun != .client }

  private static let title = "Disable half of the extensions"

  func run(in session: CommandSession) async throws(CommandError) {
    let search = try await Search(arguments, session)
    let (bisect, step) = try await first(search, session)
    guard try await search.switching.confirm(step, Self.title) else { return }
    try await search.keep(bisect)
    try await search.apply(bisect)
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let search = try await Search(arguments, session)
    let plan = search.switching.plan(try await first(search, session).step, Self.title)
    return [.action(await session.judged(plan, search.switching.reader))]
  }

  /// The new search, and the writes that it begins with.
  private func first(
    _ search: Search, _ session: CommandSession
  ) async throws(CommandError) -> (bisect: Bisect, step: SafeMode.Step) {
    if try await search.kept() != nil {
      throw CommandError(
        "a search is under way in \(session.name): answer with good or bad, or end it with ksx bisect reset"
      )
    }
    let objects = try await search.switching.objects()
    let installed = objects.map(Installation.init)
    let names = installed.filter {
      $0.isEnabled && !$0.isBeingDeleted && !excepted.contains($0.extension)
    }.map(
      \.extension)
    let bisect = Bisect(names, needs: await search.needs(installed))
    if bisect.verdict == .none { throw CommandError("no extension is enabled in \(session.name)") }
    var step = bisect.step(objects, search.switching.reader.capabilities)
    step.effects.append(
      Plan.Effect(
        .note,
        "answers needed to find one of \(counted(bisect.candidates.count)): at most \(bisect.looksLeft)"
      ))
    return (bisect, step)
  }
}

/// The user's answer whether the problem is gone.
private protocol BisectAnswer: PlannedCommand {
  var arguments: Arguments { get }
  static var isGone: Bool { get }
}

extension BisectAnswer {
  var mayChange: Bool { arguments.dryRun != .client }

  private static var title: String {
    isGone ? "Answer that the trouble is gone" : "Answer that the trouble is there"
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let search = try await Search(arguments, session)
    let move = try await search.move(isGone: Self.isGone)
    guard try await search.switching.confirm(move.step, Self.title) else { return }
    try await search.carryOut(move)
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let search = try await Search(arguments, session)
    let plan = search.switching.plan(try await search.move(isGone: Self.isGone).step, Self.title)
    return [.action(await session.judged(plan, search.switching.reader))]
  }
}

/// `bisect good`: the problem is gone.
struct BisectGood: BisectAnswer {
  fileprivate let arguments: Arguments
  fileprivate static let isGone = true
  init(_ arguments: Arguments) { self.arguments = arguments }
}

/// `bisect bad`: the problem is still there.
struct BisectBad: BisectAnswer {
  fileprivate let arguments: Arguments
  fileprivate static let isGone = false
  init(_ arguments: Arguments) { self.arguments = arguments }
}

/// `bisect reset`: enables all extensions again.
struct BisectReset: PlannedCommand {
  private let arguments: Arguments
  init(_ arguments: Arguments) { self.arguments = arguments }
  var mayChange: Bool { arguments.dryRun != .client }

  private static let title = "End the search"

  func run(in session: CommandSession) async throws(CommandError) {
    let search = try await Search(arguments, session)
    let step = try await search.ending()
    if step.effects.isEmpty, step.writes.isEmpty {
      return session.outlet.print("no search is under way in \(session.name); nothing was changed")
    }
    guard try await search.switching.confirm(step, Self.title) else { return }
    let count = try await search.restore()
    session.outlet.print("the search is over; \(counted(count)) enabled again in \(session.name)")
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let search = try await Search(arguments, session)
    let plan = search.switching.plan(try await search.ending(), Self.title)
    return [.action(await session.judged(plan, search.switching.reader))]
  }
}

/// The search in one cluster, between two answers.
private struct Search {
  let switching: Switching
  private let session: CommandSession

  init(_ arguments: Arguments, _ session: CommandSession) async throws(CommandError) {
    self.session = session
    switching = try await Switching(arguments, session)
  }

  private var capabilities: Capabilities { switching.reader.capabilities }

  private var values: KeptValues {
    KeptValues(
      session.cluster, name: "ksx-bisect", folder: session.localState.state,
      identity: session.status.identity)
  }

  /// Reads the current search; `nil` if there is none.
  func kept() async throws(CommandError) -> Bisect? {
    let (inCluster, local) = try await session.asking("reading the search") { () throws(ClusterError) in
      try await values.read()
    }
    if let search = inCluster["search"].flatMap(Bisect.init) { return search }
    guard let search = local["search"].flatMap(Bisect.init) else { return nil }
    // Another user who ends the search removes its marks in the cluster, but not the copy on this computer.
    guard Bisect.restoring(try await switching.objects(), capabilities).writes.isEmpty else {
      return search
    }
    try await forget()
    session.outlet.note("note: the search that was begun here has been ended by another")
    return nil
  }

  private func forget() async throws(CommandError) {
    try await session.asking("forgetting the search") { () throws(ClusterError) in
      try await values.forget("search")
    }
  }

  func keep(_ bisect: Bisect) async throws(CommandError) {
    let note = try await session.asking("keeping the search") { () throws(ClusterError) in
      try await values.keep("search", bisect.value)
    }
    if let note { session.outlet.note("note: \(note)") }
  }

  /// The dependencies of each installed extension; those that cannot be read count as none.
  func needs(_ installed: [Installation]) async -> [String: [String]] {
    let facts = await switching.reader.facts(installed)
    if let problem = facts.dependantsProblem {
      session.outlet.note("note: not all needs are known: \(problem)")
    }
    return facts.versionsInUse.mapValues { version in
      version.dependencies.filter { $0.type == "extension" && $0.isRequired }.map(\.name)
    }
  }

  /// The effect of an answer.
  func move(isGone: Bool) async throws(CommandError) -> BisectStep {
    guard let bisect = try await kept() else {
      throw CommandError("no search is under way in \(session.name); ksx bisect start begins one")
    }
    return BisectStep(bisect, isGone: isGone, try await switching.objects(), capabilities)
  }

  func carryOut(_ move: BisectStep) async throws(CommandError) {
    guard move.isTaken else {
      try await apply(move.bisect)
      throw CommandError(
        "not all was switched as this look wants it, and now it is: look again, and then answer")
    }
    switch move.bisect.verdict {
    case .look:
      try await keep(move.bisect)
      try await apply(move.bisect)
    case .found(let name):
      try await restore()
      session.outlet.print(
        "\(name) breaks it; all that was enabled in \(session.name) is enabled again")
      session.outlet.note(
        "ksx disable \(name) takes it out of service, ksx rollback \(name) goes back")
    case .none:
      try await restore()
      session.outlet.print(
        "it is none of the extensions; all that was enabled in \(session.name) is enabled again")
    }
  }

  /// The writes that end the search; no effects if there is no search and nothing remains of one.
  func ending() async throws(CommandError) -> SafeMode.Step {
    let bisect = try await kept()
    let objects = try await switching.objects()
    var step = bisect?.restoring(objects, capabilities) ?? Bisect.restoring(objects, capabilities)
    if bisect != nil {
      step.effects.append(Plan.Effect(.note, "the search is over, and is forgotten"))
    }
    return step
  }

  func apply(_ bisect: Bisect) async throws(CommandError) {
    try await switching.send { bisect.step($0, capabilities).writes }
    session.outlet.print("disabled now: \(bisect.off.joined(separator: ", "))")
    session.outlet.note(
      "look whether the trouble is gone, then ksx bisect good or ksx bisect bad; answers still needed: at most \(bisect.looksLeft)"
    )
  }

  /// Enables everything that this or an earlier search has disabled, and deletes the record of the search.
  @discardableResult
  func restore() async throws(CommandError) -> Int {
    let bisect = try await kept()
    let count = try await switching.send {
      (bisect?.restoring($0, capabilities) ?? Bisect.restoring($0, capabilities)).writes
    }
    try await forget()
    return count
  }
}
