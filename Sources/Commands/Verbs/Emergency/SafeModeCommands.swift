import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let safeModeOn = Verb(
    "safe-mode on",
    "Disable all extensions but those that are excepted, and remember which were on",
    options: [.except, .yes, .confirm, .dryRun],
    notes: [
      "What it disables is marked in the cluster by the very patch that disables it, so that safe-mode off brings back",
      "exactly that, also for another user and after other changes. Run again it goes on where it was broken off.",
    ], as: SafeModeOn.self)

  static let safeModeOff = Verb(
    "safe-mode off", "Enable again what safe mode has disabled, and tell what others have changed",
    options: [.yes, .confirm, .dryRun], as: SafeModeOff.self)

  static let safeModeStatus = Verb(
    "safe-mode status", "Show what safe mode holds disabled, since when and by whom",
    options: ListFormat.options,
    as: SafeModeStatus.self)
}

/// `safe-mode on`: disables all extensions except a few.
struct SafeModeOn: PlannedCommand {
  private let arguments: Arguments
  private let excepted: [String]

  init(_ arguments: Arguments) throws(CommandError) {
    self.arguments = arguments
    excepted = try arguments.excepted()
  }

  var mayChange: Bool { arguments.dryRun != .client }

  private var title: String {
    "Disable all extensions" + (excepted.isEmpty ? "" : " but \(excepted.joined(separator: ", "))")
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let switching = try await Switching(arguments, session)
    let plan = switching.plan(try await step(switching, session), title)
    return [.action(await session.judged(plan, switching.reader))]
  }

  private func step(_ switching: Switching, _ session: CommandSession) async throws(CommandError)
    -> SafeMode.Step
  {
    let mode = SafeMode(
      try await switching.objects(), switching.reader.capabilities, remembered: try await switching.remembered())
    if let unknown = mode.unknown(excepted).first {
      throw CommandError("nothing was changed: \(unknown), which shall be excepted, is not installed")
    }
    return mode.on(
      except: excepted, by: Author(session.status).name, at: Timestamp.now().description)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let switching = try await Switching(arguments, session)
    let capabilities = switching.reader.capabilities
    let step = try await step(switching, session)
    let (user, time) = (Author(session.status).name, Timestamp.now().description)
    if step.writes.isEmpty {
      return session.outlet.print("nothing is left to disable in \(session.name)")
    }
    guard try await switching.confirm(step, title) else { return }
    let former = try await switching.remembered()
    let names = former + step.writes.map(\.name).filter { !former.contains($0) }
    try await switching.remember(names)
    let count = try await switching.send {
      SafeMode($0, capabilities, remembered: names).on(except: excepted, by: user, at: time).writes
    }
    session.outlet.print("\(counted(count)) disabled in \(session.name)")
    session.outlet.note(step.notes.map { "note: \($0)" })
    session.outlet.note("ksx safe-mode off enables exactly these again")
  }
}

/// `safe-mode off`: enables what safe mode has disabled.
struct SafeModeOff: PlannedCommand {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  var mayChange: Bool { arguments.dryRun != .client }

  private static let title = "Enable what safe mode has disabled"

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let switching = try await Switching(arguments, session)
    let step = try await Self.step(switching, session) ?? SafeMode.Step()
    return [.action(await session.judged(switching.plan(step, Self.title), switching.reader))]
  }

  private static func step(
    _ switching: Switching, _ session: CommandSession
  ) async throws(CommandError) -> SafeMode.Step? {
    let remembered = try await switching.remembered()
    let step = SafeMode(
      try await switching.objects(), switching.reader.capabilities, remembered: remembered
    ).off()
    return step.writes.isEmpty && remembered.isEmpty ? nil : step
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let switching = try await Switching(arguments, session)
    let capabilities = switching.reader.capabilities
    guard let step = try await Self.step(switching, session) else {
      return session.outlet.note("safe mode is not on in \(session.name); nothing was changed")
    }
    guard try await switching.confirm(step, Self.title) else { return }
    let names = try await switching.remembered()
    try await switching.send { SafeMode($0, capabilities, remembered: names).off().writes }
    try await switching.forget()
    session.outlet.print("\(counted(step.effects.count)) enabled in \(session.name)")
    session.outlet.note(step.notes.map { "note: \($0)" })
  }
}

/// `safe-mode status`: lists what safe mode has disabled.
struct SafeModeStatus: ClusterCommand {
  private let arguments: Arguments
  private let format: ListFormat

  init(_ arguments: Arguments) throws(CommandError) {
    self.arguments = arguments
    format = try ListFormat(arguments)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let switching = try await Switching(arguments, session)
    let held = SafeMode(
      try await switching.objects(), switching.reader.capabilities, remembered: try await switching.remembered()
    ).held
    if held.isEmpty, !format.output.isStructured, format.output != .name {
      return session.outlet.print("safe mode is not on in \(session.name)")
    }
    let items = held.map { held in
      let cells = [held.name, held.version, held.since, held.by, now(held)]
      return Listing.Item(name: held.name, value: value(held), cells: cells)
    }
    try Listing(
      kind: "SafeMode", head: ["isOn": .bool(!held.isEmpty)],
      headings: ["NAME", "VERSION", "SINCE", "BY", "NOW"],
      items: items
    ).print(format, to: session.outlet)
  }

  private func now(_ held: SafeMode.Held) -> String {
    if held.isOn { return "enabled by another" }
    return held.isServing ? "switched off, still in service" : "disabled"
  }

  private func value(_ held: SafeMode.Held) -> Value {
    [
      "name": .string(held.name), "version": .string(held.version), "since": .string(held.since),
      "by": .string(held.by), "enabled": .bool(held.isOn),
      "inService": .bool(held.isOn || held.isServing),
    ]
  }
}

extension Arguments {
  /// The names in `--except`.
  func excepted() throws(CommandError) -> [String] {
    let names = all(.except).flatMap {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    if names.contains("") { throw CommandError("--except must not be empty; nothing was changed") }
    return names
  }
}

/// `5 extensions`.
func counted(_ count: Int) -> String { "\(count) extension\(count == 1 ? "" : "s")" }

/// Enables and disables many extensions in one cluster, and records which.
struct Switching {
  let reader: ClusterReader
  private let arguments: Arguments
  private let session: CommandSession

  init(_ arguments: Arguments, _ session: CommandSession) async throws(CommandError) {
    self.arguments = arguments
    self.session = session
    reader = try await session.reader()
  }

  /// Reads the installations; throws if no controller of the cluster reads `enabled`.
  func objects() async throws(CommandError) -> [Object] {
    async let identity: Void = session.session.identify()
    let objects = try await session.installations(reader)
    await identity
    let isOurs = objects.contains { Installation($0).isManagedByStandalone }
    if let reason = reader.capabilities.reason(against: .enable), !isOurs {
      throw CommandError(reason.english)
    }
    return objects
  }

  /// The plan of `step`.
  func plan(_ step: SafeMode.Step, _ title: String) -> ActionPlan {
    ActionPlan(
      title, verbs: [arguments.verb.name] + arguments.verb.parts, names: step.writes.map(\.name),
      effects: step.effects,
      notes: step.notes,
      accesses: step.writes.isEmpty ? [] : [Access("patch", reader.dialect.installations)])
  }

  /// Shows the plan and asks for a confirmation; returns `false` for a dry run.
  func confirm(_ step: SafeMode.Step, _ title: String) async throws(CommandError) -> Bool {
    let plan = plan(step, title)
    if arguments.dryRun != .none {
      try session.show(await session.judged(plan, reader))
      return false
    }
    try session.confirm(
      ActionPlanText(plan: plan, cluster: session.name).lines, isConfirmed: arguments.has(.yes),
      typed: "ksx \(arguments.verb.name)", about: step.writes.map(\.name))
    return true
  }

  /// Sends what `writes` returns for the installations, and returns for how many.
  ///
  /// While controllers work on one of these, it is looked at again for a few seconds: they may undo a part of a write.
  @discardableResult
  func send(_ writes: ([Object]) -> [ConcurrentWrites.Item]) async throws(CommandError) -> Int {
    var done = try await sendOnce(writes)
    let timing = session.cluster.timing
    let end = timing.now() + .seconds(5)
    while timing.now() < end,
      try await objects().map(Installation.init).contains(where: { done.contains($0.extension) && $0.isWorkedOn })
    {
      await timing.sleep(.milliseconds(500))
      done.formUnion(try await sendOnce(writes))
    }
    return done.count
  }

  /// The same once; calls `writes` again for objects that another client changed first.
  private func sendOnce(_ writes: ([Object]) -> [ConcurrentWrites.Item]) async throws(CommandError) -> Set<String> {
    var done: Set<String> = []
    for _ in 0..<5 {
      let items = writes(try await objects())
      if items.isEmpty { break }
      var problems: [String] = []
      let signed = items.map {
        ConcurrentWrites.Item($0.name, session.sender.signed($0.write, arguments.verb.name))
      }
      for (item, error) in await ConcurrentWrites.send(signed, to: session.cluster) {
        guard let error else {
          done.insert(item.name)
          continue
        }
        if !error.isLostRace { problems.append("\(item.name): \(error.brief)") }
      }
      guard problems.isEmpty else {
        session.outlet.note(problems.map { "note: \($0)" })
        throw CommandError(
          "\(counted(problems.count)) could not be switched; the same command goes on with the rest when it can"
        )
      }
    }
    return done
  }

  private var values: KeptValues {
    KeptValues(
      session.cluster, name: "ksx-safe-mode", folder: session.localState.state,
      identity: session.status.identity)
  }

  /// Reads the names of the extensions that safe mode has disabled.
  func remembered() async throws(CommandError) -> [String] {
    let (inCluster, local) = try await session.asking("reading what is remembered") {
      () throws(ClusterError) in
      try await values.read()
    }
    let names = [inCluster, local].flatMap { $0["names"]?.sequence?.compactMap(\.string) ?? [] }
    return Set(names).sorted()
  }

  func remember(_ names: [String]) async throws(CommandError) {
    let note = try await session.asking("keeping what is disabled") { () throws(ClusterError) in
      try await values.keep("names", .sequence(names.map(Value.string)))
    }
    if let note { session.outlet.note("note: \(note)") }
  }

  func forget() async throws(CommandError) {
    try await session.asking("forgetting what was disabled") { () throws(ClusterError) in
      try await values.forget("names")
    }
  }
}
