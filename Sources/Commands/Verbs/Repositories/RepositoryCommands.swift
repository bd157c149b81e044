import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let repoList = Verb(
    "repo list", "List the repositories that extensions come from, and how the last sync went", options: [.output],
    as: ListRepositories.self)

  static let repoEvents = Verb(
    "repo events", "Show what the controllers said of a repository", operands: ["NAME"], options: [.output],
    as: RepositoryEventList.self)

  static let repoAdd = Verb(
    "repo add", "Add a repository", operands: ["NAME", "ADDRESS"], options: RepositoryCommand.settings,
    notes: [
      "ADDRESS is https://HOST/PATH, oci://HOST/PATH, or the name of an image where the cluster takes those. The password",
      "is read from the standard input with --password-stdin; it stands in the cluster, where readers of it see it.",
    ], as: RepositoryCommand.self)

  static let repoEdit = Verb(
    "repo edit", "Change the settings of a repository", operands: ["NAME"],
    options: [.address] + RepositoryCommand.settings, as: RepositoryCommand.self)

  static let repoSync = Verb(
    "repo sync", "Have a repository read again now", operands: ["NAME"],
    options: [.yes, .confirm, .dryRun, .wait, .timeout], as: RepositoryCommand.self)

  static let repoRemove = Verb(
    "repo remove", "Remove a repository with what comes from it and is not installed", operands: ["NAME"],
    options: [.yes, .confirm, .dryRun], as: RepositoryCommand.self)
}

/// `repo list`: lists all repositories.
struct ListRepositories: ClusterCommand {
  private let output: Output

  init(_ arguments: Arguments) { output = arguments.output }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let outlet = session.outlet
    if output.isStructured {
      let objects = try await session.asking("listing repositories") { () throws(ClusterError) in
        try await reader.cluster.list(reader.dialect.repositories)
      }
      return outlet.printExactly(try output.text(objects.map { Object(SecretKeys.masked($0.value)) }))
    }
    let repositories = try await session.asking("listing repositories") { () throws(ClusterError) in
      try await reader.repositories(with: [.events, .extensions])
    }
    if output == .name { return outlet.print(repositories.map(\.name)) }
    outlet.print(TextTable(Self.columns, repositories, isWide: output == .wide).lines)
    if repositories.isEmpty { outlet.note("no repositories in \(session.name)") }
  }

  private static let columns: [TextColumn<RepositoryFacts>] = [
    TextColumn("NAME") { $0.name }, TextColumn("STATE") { $0.state }, TextColumn("LAST SYNC") { $0.lastSync },
    TextColumn("EVERY") { $0.interval }, TextColumn("EXTENSIONS") { "\($0.extensions.count)" },
    TextColumn("ADDRESS") { $0.address }, TextColumn("TITLE", isWide: true) { $0.title },
    TextColumn("PROBLEM", isWide: true) { $0.problem },
  ]
}

/// `repo events`: lists the events about a repository.
struct RepositoryEventList: ClusterCommand {
  private let name: String
  private let output: Output

  init(_ arguments: Arguments) { (name, output) = (arguments.name, arguments.output) }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let all = try await session.asking("reading what is said of \(name)") { () throws(ClusterError) in
      try await reader.repositories(with: [.events])
    }
    guard let found = all.first(where: { $0.name == name }) else { throw session.noSuchRepository(name) }
    // The newest event is printed last.
    let events = Array(found.events.reversed())
    switch output {
    case .json, .yaml:
      let items = events.map { event -> Value in
        [
          "time": .string(event.time), "type": .string(event.type), "reason": .string(event.reason),
          "count": .integer(event.count), "message": .string(event.message),
        ]
      }
      session.outlet.printExactly(
        try output.text(.ksxDocument("RepositoryEvents", ["repository": .string(name), "items": .sequence(items)])))
    case .name: session.outlet.print(events.map(\.reason))
    case .table, .wide:
      let rows = events.map { [$0.time, $0.type, $0.reason, "\($0.count)", $0.message] }
      session.outlet.print(TextTable(headings: ["LAST SEEN", "TYPE", "REASON", "TIMES", "MESSAGE"], rows: rows).lines)
      if events.isEmpty { session.outlet.note("nothing is said of repository \(name) in \(session.name)") }
    }
  }
}

extension CommandSession {
  fileprivate func noSuchRepository(_ name: String) -> CommandError {
    CommandError("\(self.name) has no repository \(name); ksx repo list shows those it has")
  }
}

/// Adds, edits, syncs or removes a repository.
struct RepositoryCommand: PlannedCommand {
  static let settings: [Option] = [
    .description, .interval, .depth, .authority, .insecureRepository, .repositoryUser, .passwordStdin, .yes, .confirm,
    .dryRun,
  ]

  private let arguments: Arguments
  private let name: String
  private let wanted: RepositorySettings

  init(_ arguments: Arguments) throws(CommandError) {
    self.arguments = arguments
    name = arguments.name
    wanted = try arguments.repositorySettings()
    if arguments.verb == .repoEdit, wanted == RepositorySettings() {
      throw CommandError("ksx repo edit needs something to change; see ksx help repo edit")
    }
  }

  var mayChange: Bool { arguments.dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let (plan, write) = try await planned(reader, session)
    if arguments.dryRun != .none { return try await show(plan, write, session) }
    let title = plan.title
    try session.refuse(plan)
    try session.confirm(
      ActionPlanText(plan: plan, cluster: session.name).lines, isConfirmed: arguments.has(.yes),
      typed: "ksx \(arguments.verb.name)", about: [name])
    let waitTimeout = arguments.verb == .repoSync ? arguments.waitTimeout : nil
    let before = waitTimeout == nil ? nil : await repositoryFacts(reader)
    _ = try await session.asking("\(title.prefix(1).lowercased())\(title.dropFirst())") { () throws(ClusterError) in
      try await write.deliver(to: session.cluster)
    }
    session.outlet.print("repository \(name): \(past) in \(session.name)")
    if let waitTimeout { try await wait(waitTimeout, since: before, reader, session) }
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    [.action(try await planned(try await session.reader(), session).plan)]
  }

  /// The plan, checked against the user's rights and the guardrails, and its write.
  private func planned(
    _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> (plan: ActionPlan, write: Write) {
    let change = try await change(reader, session)
    let words = arguments.verb.name.split(separator: " ").last.map(String.init) ?? ""
    let write = change.write(in: reader.dialect)
    var plan = ActionPlan(
      "\(words.withCapital) repository \(name)", verbs: [arguments.verb.name],
      subject: name, names: [name], effects: try await effects(of: change, reader, session), accesses: [write.access])
    plan.write = write
    return (await session.judged(plan, reader), write)
  }

  /// The effects of the change; only for a removal must extensions and installations be read.
  private func effects(
    of change: RepositoryChange, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> [Plan.Effect] {
    guard case .remove = change else { return change.effects([], Installations()) }
    let installed = try await session.installations(reader).map(Installation.init)
    return try await session.asking("reading what comes from \(name)") { () throws(ClusterError) in
      let extensions = try await reader.extensions(isWhole: false).map { Extension($0, dialect: reader.dialect) }
      return change.effects(extensions, Installations(installed))
    }
  }

  /// Reads the repository with the events about it; `nil` if that fails.
  private func repositoryFacts(_ reader: ClusterReader) async -> RepositoryFacts? {
    try? await reader.repositories(with: [.events]).first { $0.name == name }
  }

  private func show(
    _ plan: ActionPlan, _ write: Write, _ session: CommandSession
  ) async throws(CommandError) {
    try session.show(plan)
    guard arguments.dryRun == .server else { return }
    _ = try await session.asking("\(plan.title) (dry run)") { () throws(ClusterError) in
      try await write.withoutVersion.send(to: session.cluster, dryRun: true)
    }
    session.outlet.print(["  the server would accept this; nothing was changed"])
  }

  private var past: String {
    switch arguments.verb {
    case .repoAdd: "added"
    case .repoEdit: "changed"
    case .repoRemove: "being removed"
    default: "being read again"
    }
  }

  private func change(
    _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> RepositoryChange {
    let spec: Mapping
    switch wanted.spec(in: reader.dialect) {
    case .success(let fields): spec = fields
    case .failure(let refusal): throw CommandError(refusal.sentence)
    }
    if arguments.verb == .repoAdd { return .add(name, spec) }
    let object = try await object(reader, session)
    switch arguments.verb {
    case .repoEdit: return .edit(object, spec)
    case .repoRemove: return .remove(object)
    default: return .sync(object)
    }
  }

  private func object(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) -> Object {
    do throws(ClusterError) {
      return try await reader.cluster.get(reader.dialect.repositories, name)
    } catch {
      guard !error.isNotFound || error.isOfMissingKind else { throw session.noSuchRepository(name) }
      throw CommandError(error, "reading repository \(name)", at: session.server)
    }
  }

  /// Waits until the controllers have read the repository, and prints the result.
  private func wait(
    _ seconds: Int, since before: RepositoryFacts?, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) {
    for _ in 0..<max(1, seconds) {
      await session.timing.sleep(.seconds(1))
      guard let now = await repositoryFacts(reader),
        now.events != before?.events || (!now.lastSync.isEmpty && now.lastSync != before?.lastSync)
      else {
        continue
      }
      if now.problem.isEmpty { return session.outlet.print("repository \(name): \(now.state)") }
      throw CommandError("repository \(name): \(now.problem)")
    }
    throw CommandError("repository \(name) was not read within \(seconds) s; the controllers may be down")
  }
}

extension Arguments {
  /// The repository settings in the arguments.
  fileprivate func repositorySettings() throws(CommandError) -> RepositorySettings {
    var wanted = RepositorySettings()
    wanted.address = self[.address] ?? (verb == .repoAdd ? operands.dropFirst().first : nil)
    wanted.description = self[.description]
    wanted.interval = self[.interval]
    if let depth = self[.depth] {
      guard let number = Int(depth), number >= 0 else { throw CommandError("--depth is a number, not \(depth)") }
      wanted.depth = number
    }
    wanted.isInsecure = self[.insecureRepository].map { $0 == "true" }
    wanted.authority = try certificates()
    wanted.username = self[.repositoryUser]
    wanted.password = try givenPassword()
    return wanted
  }

  /// The certificates in the file of `--ca`.
  func certificates() throws(CommandError) -> [UInt8]? {
    guard let path = self[.authority] else { return nil }
    let bytes: [UInt8]
    do { bytes = try Files.read(path, limit: 1 << 20) } catch { throw CommandError(error) }
    guard String(decoding: bytes, as: UTF8.self).containsText("-----BEGIN CERTIFICATE-----") else {
      throw CommandError("--ca \(path): there is no certificate in it; PEM is expected")
    }
    return bytes
  }

  /// The password from the standard input; on the command line, other users could read it.
  func givenPassword() throws(CommandError) -> String? {
    guard has(.passwordStdin) else { return nil }
    guard verb == .repoEdit || self[.repositoryUser] != nil else {
      throw CommandError(
        "--password-stdin is the password of --repo-username, which is missing (--username is a user of the cluster)")
    }
    guard let text = try input() else { throw CommandError("--password-stdin: the standard input is a terminal") }
    // Blanks at its ends belong to it; the end of the line does not.
    return text.lines.first.map { String($0) }
  }
}
