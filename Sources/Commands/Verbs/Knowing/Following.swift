import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let wait = Verb(
    "wait", "Wait until extensions are installed, enabled, disabled, gone or settled", operands: ["NAME…"],
    options: [.awaited, .timeout],
    notes: [
      "Without --for it waits until nothing is under way, however it ended. It ends with 1 when what is waited for has",
      "failed, or is not there after --timeout (10 minutes).",
    ], as: Wait.self)

  static let watch = Verb(
    "watch", "Print a line for each change of an extension's state, until it is interrupted", operands: ["[NAME…]"],
    options: [.timeout, .output],
    notes: ["With -o json each line is a JSON object. With --timeout it ends after that time, with 0."],
    as: WatchStates.self)

  static let operations = Verb(
    "operations", "List what the controllers are at: since when, what it waits for, how long it took before",
    options: ListFormat.options, as: ListOperations.self)
}

extension CommandSession {
  /// A hint for a wait that timed out, if the controllers of `installations` seem to be down; else empty.
  static func hint(_ installations: [Installation]) -> String {
    let unobservedChanges = installations.flatMap { $0.unobservedChanges(at: .now()) }
    guard let longest = unobservedChanges.map(\.seconds).max() else { return "" }
    return "; the controllers have not taken up what is asked for \(longest) s: ksx doctor tells more"
  }

  /// What a watch of all installations reports.
  enum InstallationNews: Sendable {
    case now(Installations)
    case interrupted(ClusterError)
    case timedOut
  }

  /// All installations, again after each change, for at most `seconds` or without end.
  func installationNews(_ dialect: Dialect, seconds: Int?) -> AsyncStream<InstallationNews> {
    let watch = Watch(dialect.installations, in: cluster, decode: Installation.init)
    let timing = timing
    return AsyncStream { stream in
      let task = Task {
        await withTaskGroup(of: Void.self) { group in
          group.addTask {
            var all = Installations()
            await watch.run { event in
              if let news = Self.news(event, &all) { stream.yield(news) }
            }
          }
          guard let seconds else { return }
          group.addTask {
            await timing.sleep(.seconds(seconds))
            if !Task.isCancelled { stream.yield(.timedOut) }
          }
        }
      }
      stream.onTermination = { _ in task.cancel() }
    }
  }

  /// Watches all installations until `stillOpen` returns no names, for at most `seconds`, and returns what was seen
  /// last.
  ///
  /// An interruption of the watch is reported, and the wait continues; if the watch is forbidden, the wait ends.
  func wait(
    for names: [String], until condition: WaitCondition, _ dialect: Dialect, seconds: Int,
    _ stillOpen: (Installations) throws(CommandError) -> [String]
  ) async throws(CommandError) -> Installations {
    var (seen, open) = (Installations(), names)
    for await news in installationNews(dialect, seconds: seconds) {
      switch news {
      case .interrupted(let error):
        let problem = CommandError(error, "watching", at: server)
        if error.isForbidden { throw problem }
        outlet.note("ksx: " + problem.sentence)
      case .timedOut:
        let hint = Self.hint(open.compactMap(seen.of))
        throw CommandError("not \(condition.rawValue) after \(seconds) s: \(open.joined(separator: ", "))\(hint)")
      case .now(let installations):
        seen = installations
        open = try stillOpen(installations)
        if open.isEmpty { return seen }
      }
    }
    return seen
  }

  private static func news(_ event: WatchEvent<Installation>, _ all: inout Installations) -> InstallationNews? {
    switch event {
    case .replaced(let elements): all = Installations(elements)
    case .applied(let installation): all.insert(installation)
    case .deleted(let installation): all.remove(named: installation.name)
    case .interrupted(let error, _): return .interrupted(error)
    case .resumed: return nil
    }
    return .now(all)
  }
}

/// Waits for several extensions at once.
struct Wait: ClusterCommand {
  private let names: [String]
  private let awaited: WaitCondition
  private let seconds: Int

  init(_ arguments: Arguments) {
    names = arguments.operands
    awaited = arguments[.awaited].flatMap(WaitCondition.init(rawValue:)) ?? .settled
    seconds = arguments.seconds(.timeout) ?? 600
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    var open = names
    try await checkNames(reader, session)
    _ = try await session.wait(for: names, until: awaited, reader.dialect, seconds: seconds) {
      installations throws(CommandError) in
      try settle(&open, installations, session)
      return open
    }
  }

  /// Throws for a name that does not exist; otherwise a misspelt name would count as settled.
  private func checkNames(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) {
    guard awaited == .settled, let all = try? await reader.installations() else { return }
    let installed = Installations(all.map(Installation.init))
    for name in names where installed.of(name) == nil {
      let found = await result { () throws(ClusterError) in try await reader.extension(name, isWhole: false) }
      if case .success(nil) = found { throw session.noSuchExtension(name) }
    }
  }

  private func settle(
    _ open: inout [String], _ installations: Installations, _ session: CommandSession
  ) throws(CommandError) {
    for name in open {
      switch awaited.outcome(installations.of(name)) {
      case nil: continue
      case .failed(let reason)?: throw CommandError("\(name) will not be \(awaited.rawValue): \(reason)")
      case .done?:
        session.outlet.print("\(name) is \(awaited.rawValue)")
        open.removeAll { $0 == name }
      }
    }
  }
}

/// Prints a line for each change.
struct WatchStates: ClusterCommand {
  private let names: Set<String>
  private let seconds: Int?
  private let output: Output

  init(_ arguments: Arguments) {
    names = Set(arguments.operands)
    seconds = arguments.seconds(.timeout)
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    var known: [String: Value] = [:]
    var problem: CommandError?
    for await news in session.installationNews(reader.dialect, seconds: seconds) {
      switch news {
      case .timedOut:
        // If the watch failed until the end, it is not known that nothing happened.
        if let problem { throw problem }
        return
      case .interrupted(let error):
        let interruption = CommandError(error, "watching", at: session.server)
        if error.isForbidden { throw interruption }
        session.outlet.note(interruption.sentence)
        problem = interruption
      case .now(let installations):
        problem = nil
        for change in changes(installations, &known) { try print(change.name, change.status, session.outlet) }
      }
    }
  }

  private func changes(
    _ installations: Installations, _ known: inout [String: Value]
  ) -> [(name: String, status: ExtensionStatus?)] {
    let present = installations.extensions.filter { names.isEmpty || names.contains($0) }
    var changes: [(name: String, status: ExtensionStatus?)] = []
    for name in Set(present).union(known.keys).sorted() {
      let status = installations.of(name).map { ExtensionStatus(name, nil, $0) }
      // If its output is the same, nothing has changed.
      let reported = status.map { value(name, $0, "") }
      if reported == known[name] { continue }
      changes.append((name, status))
      known[name] = reported
    }
    return changes
  }

  private func print(_ name: String, _ status: ExtensionStatus?, _ outlet: Outlet) throws(CommandError) {
    let time = Timestamp.now().description
    switch output {
    case .json(nil), .yaml: outlet.printExactly(JSON.text(value(name, status, time)) + "\n")
    case .json: outlet.printExactly(try output.text(value(name, status, time)))
    case .table, .wide, .name: outlet.print(line(name, status, time))
    }
  }

  private func line(_ name: String, _ status: ExtensionStatus?, _ time: String) -> String {
    guard let status else { return "\(time) \(name) is gone" }
    // Until the controllers act on the spec, state and message are those of the running version.
    let isAhead = !status.pending.isEmpty && !status.isBusy
    let versions =
      isAhead && !status.running.isEmpty && status.running != status.wanted
      ? "\(status.running), \(status.wanted) asked for" : status.wanted
    let rest = [versions, status.isEnabled == false ? "disabled" : "", isAhead ? "" : status.reason.oneLine]
    return ([time, name, status.word.isEmpty ? "Waiting" : status.word] + rest.filter { !$0.isEmpty })
      .joined(separator: " ")
  }

  private func value(_ name: String, _ status: ExtensionStatus?, _ time: String) -> Value {
    var fields: Mapping = [
      "time": .string(time), "extension": .string(name), "state": .string(status?.state.word ?? ""),
    ]
    fields["installed"] = .bool(status != nil)
    if let status {
      fields["running"] = .string(status.running)
      fields["wanted"] = .string(status.wanted)
      if let isEnabled = status.isEnabled { fields["enabled"] = .bool(isEnabled) }
      fields["message"] = .string(status.reason)
    }
    return .ksxDocument("Change", fields)
  }
}

/// Lists the operations in progress.
struct ListOperations: ClusterCommand {
  private let format: ListFormat

  init(_ arguments: Arguments) throws(CommandError) { format = try ListFormat(arguments) }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let all = try await session.installations(reader).map(Installation.init)
    let operations = await reader.withPods(Operation.all(all, session.history.lines(), at: .now()), of: all)
    let items = operations.map { Listing.Item(name: $0.name, value: value($0), cells: cells($0)) }
    try Listing(
      kind: "OperationList",
      headings: ["NAME", "STATE", "VERSION", "SINCE", "FOR", "LAST TIME", "WAITS FOR"], items: items
    ).print(format, to: session.outlet)
    if operations.isEmpty { session.outlet.note("nothing is under way in \(session.name)") }
  }

  private func cells(_ operation: Operation) -> [String] {
    [
      operation.name, operation.state.word, operation.version, operation.since,
      operation.seconds.map { "\($0) s" } ?? "", operation.secondsBefore.map { "\($0) s" } ?? "",
      operation.waitsFor.english,
    ]
  }

  private func value(_ operation: Operation) -> Value {
    var fields: Mapping = [
      "extension": .string(operation.name), "state": .string(operation.state.word),
      "version": .string(operation.version),
      "since": .string(operation.since), "waitsFor": .string(operation.waitsFor.english),
    ]
    if let seconds = operation.seconds { fields["seconds"] = .integer(seconds) }
    if let before = operation.secondsBefore { fields["secondsBefore"] = .integer(before) }
    return .mapping(fields)
  }
}
