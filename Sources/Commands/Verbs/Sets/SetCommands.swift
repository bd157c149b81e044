import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let apply = Verb(
    "apply", "Make a cluster have what a file of ksx export says",
    options: [.filename, .prune, .keepGoing] + Option.ofChanges,
    notes: [
      "What the file does not say of an extension is left as it is; with --prune, what it does not name is uninstalled and",
      "removed. Repositories come first, and then extensions in the order of their needs. Applied again it does nothing, and",
      "when it was broken off it goes on.",
    ], as: ApplySet.self)
}

extension Arguments {
  /// The set in the file of `--filename`.
  func extensionSet() throws(CommandError) -> ExtensionSet {
    guard let path = self[.filename] else {
      throw CommandError("ksx \(verb.name) needs -f FILE, or -f - for the standard input; ksx export writes one")
    }
    let text: String
    if path == "-" {
      guard let given = try input() else { throw CommandError("-f -: the standard input is a terminal") }
      text = given
    } else {
      do { text = try Files.text(path, limit: 64 << 20) } catch { throw CommandError(error) }
    }
    do {
      return try ExtensionSet(text)
    } catch {
      throw CommandError("\(path == "-" ? "the standard input" : path): \(error)")
    }
  }
}

extension CommandSession {
  func installationsAndRepositories(
    _ reader: ClusterReader, needsRepositories: Bool
  ) async throws(CommandError) -> ([Object], [Object]?) {
    async let identity: Void = session.identify()
    async let repositories = result { () throws(ClusterError) in
      try await cluster.list(reader.dialect.repositories)
    }
    let installations = try await installations(reader)
    await identity
    do {
      return (installations, try await repositories.get())
    } catch {
      guard error.isForbidden, !needsRepositories else { throw CommandError(error, "listing repositories", at: server) }
      outlet.note("note: this user may not list repositories, which are left out")
      return (installations, nil)
    }
  }
}

/// `ksx diff -f FILE`.
struct CompareSet: ClusterCommand {
  private let arguments: Arguments
  private let set: ExtensionSet

  init(_ arguments: Arguments) throws(CommandError) {
    self.arguments = arguments
    set = try arguments.extensionSet()
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let comparison = try await SetComparison(arguments, set, session)
    try comparison.print(arguments.output, session.outlet)
    if !comparison.isEmpty { throw .verdict(1) }
  }
}

/// `ksx apply -f FILE`.
struct ApplySet: PlannedCommand {
  private let arguments: Arguments
  private let set: ExtensionSet

  init(_ arguments: Arguments) throws(CommandError) {
    self.arguments = arguments
    set = try arguments.extensionSet()
  }

  var mayChange: Bool { arguments.dryRun != .client }

  /// In seconds: how long to wait until a new repository offers the versions of the file.
  private var timeout: Int { arguments.seconds(.timeout) ?? 120 }

  func run(in session: CommandSession) async throws(CommandError) {
    let comparison = try await SetComparison(arguments, set, session)
    if arguments.dryRun == .none { keepTexts(comparison.sameConfigs, session) }
    if comparison.isEmpty {
      session.outlet.note("nothing to change in \(session.name)")
      return try await settleRest(comparison, session)
    }
    let plan = plan(comparison)
    if arguments.dryRun != .none {
      try comparison.print(arguments.output, session.outlet)
      return try session.refuse(await session.judged(checked(plan, comparison, session), comparison.reader))
    }
    try session.confirm(
      ActionPlanText(plan: plan, cluster: session.name).lines, isConfirmed: arguments.has(.yes), typed: "ksx apply",
      about: plan.names)
    try await carryOut(comparison, session)
    // Last: what failed before keeps nothing else from being done.
    try await settleRest(comparison, session)
  }

  /// Writes the differences: repositories first, because extensions come from them.
  private func carryOut(_ comparison: SetComparison, _ session: CommandSession) async throws(CommandError) {
    let difference = comparison.difference
    try await write(difference.repositories, "repository", session)
    let wanted = Dictionary(difference.extensions.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let waits = !difference.repositories.isEmpty
    try await change(wanted, comparison.reader, session, isOffered: waits ? timeout : nil)
    let placements = difference.extensions.compactMap { found in found.scheduling.map { (found, $0) } }
    try await write(
      placements.map { found, write in
        .init(found.name, session.sender(because: found.reason).signed(write, .place(on: ["as the file says"])))
      }, "placement of", session)
    if arguments.has(.prune) {
      let unlisted = Dictionary(difference.unlisted.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
      try await change(unlisted, comparison.reader, session, isOffered: nil)
      try await write(difference.unlistedRepositories, "repository", session)
    }
  }

  private func settleRest(_ comparison: SetComparison, _ session: CommandSession) async throws(CommandError) {
    if arguments.dryRun != .none { return }
    let changed = Set(comparison.difference.extensions.map(\.name))
    let rest = set.members.map(\.name).filter { !changed.contains($0) }
    let seconds = arguments.has(.wait) ? arguments.seconds(.timeout) ?? 600 : nil
    try await settle(rest, comparison.installed, waiting: seconds, comparison, session)
  }

  /// Records the text of configs in the file that the cluster has without comments; they need no request.
  private func keepTexts(_ same: [(Installation, String)], _ session: CommandSession) {
    let memories = session.history.releases()
    for (installation, text) in same {
      let kept = memories[installation.extension]?.config(of: installation) ?? installation.config
      if kept != text { session.sender.noteWritten(text, of: installation.extension) }
    }
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let comparison = try await SetComparison(arguments, set, session)
    return [.action(await session.judged(try checked(plan(comparison), comparison, session), comparison.reader))]
  }

  /// `plan` with the checks of the extensions' changes, as far as they can be made before new repositories are read.
  private func checked(
    _ plan: ActionPlan, _ comparison: SetComparison, _ session: CommandSession
  ) async throws(CommandError) -> ActionPlan {
    let facts = try await facts(comparison.reader, session)
    var first = Dictionary(
      comparison.difference.extensions.compactMap { found in found.changes.first.map { (found.name, $0) } },
      uniquingKeysWith: { $1 })
    let later = comparison.difference.repositories.isEmpty ? [:] : first.filter { !facts.offers($1, of: $0) }
    for name in later.keys { first[name] = nil }
    var plan = plan
    plan.findings = try await manyPlans(first, facts, comparison.reader, session).findings
    plan.notes += later.keys.sorted().map { "\($0): whether it is offered is known once the repositories are read" }
    return plan
  }

  private func manyPlans(
    _ first: [String: Change], _ facts: SeveralFacts, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> ManyPlans {
    let contexts = await reader.contexts(of: first, in: facts, gateway: session.session.gateway)
    return ManyPlans(first, in: { contexts[$0] ?? facts.context(for: $0) })
  }

  /// The plan of all changes, with the right for each write and the verb of each kind of change.
  private func plan(_ comparison: SetComparison) -> ActionPlan {
    let (difference, dialect) = (comparison.difference, comparison.reader.dialect)
    let extensions = difference.extensions + (comparison.prunes ? difference.unlisted : [])
    let repositories = difference.repositories + (comparison.prunes ? difference.unlistedRepositories : [])
    let kinds = extensions.flatMap { $0.changes.map(\.kind) }
    return ActionPlan(
      "Apply \(arguments[.filename] ?? "")",
      verbs: [arguments.verb.name] + ChangeKind.allCases.filter(kinds.contains).map(\.verb),
      names: repositories.map(\.name) + extensions.map(\.name), effects: comparison.lines,
      accesses: repositories.map(\.write.access)
        + ChangeKind.allCases.filter(kinds.contains).flatMap { $0.accesses(to: nil, in: dialect) })
  }

  private func write(_ items: [ConcurrentWrites.Item], _ what: String, _ session: CommandSession)
    async throws(CommandError)
  {
    for (item, error) in await ConcurrentWrites.send(items, to: session.cluster) {
      if let error { throw CommandError(error, "writing \(what) \(item.name)", at: session.server) }
      session.outlet.print("\(what) \(item.name): written in \(session.name)")
    }
  }

  /// Carries out the changes of extensions; with `timeout`, waits until their versions are offered.
  private func change(
    _ wanted: [String: SetDifference.Extension], _ reader: ClusterReader, _ session: CommandSession,
    isOffered timeout: Int?
  ) async throws(CommandError) {
    let first = wanted.compactMapValues(\.changes.first)
    if first.isEmpty { return }
    var facts = try await facts(reader, session)
    let awaited = first.filter { !facts.offers($0.value, of: $0.key) }.compactMapValues(\.version)
    if let timeout, !awaited.isEmpty {
      try await waitUntilOffered(awaited, timeout, reader, session)
      facts = try await self.facts(reader, session)
    }
    let plans = try await plansOnceFree(first, facts, reader, session)
    let sender = ManySender(arguments, reader, session, title: "", rest: wanted)
    try sender.refuse(plans)
    try sender.report(await sender.results(of: plans))
  }

  /// The plans of `first`; waits while they are blocked and an operation, perhaps of an earlier `apply`, is in
  /// progress.
  private func plansOnceFree(
    _ first: [String: Change], _ facts: SeveralFacts, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> ManyPlans {
    var facts = facts
    var plans = try await manyPlans(first, facts, reader, session)
    for _ in 0..<timeout where !plans.blocked.isEmpty && isUnderWay(facts.base.installations) {
      await session.timing.sleep(.seconds(1))
      facts = try await self.facts(reader, session)
      plans = try await manyPlans(first, facts, reader, session)
    }
    return plans
  }

  /// Whether an operation of an extension in the file is in progress.
  private func isUnderWay(_ installations: Installations) -> Bool {
    set.members.contains { member in
      installations.of(member.name).map { ExtensionStatus(member.name, nil, $0).isBusy } ?? false
    }
  }

  /// Polls every second until all `versions` are offered, or the time is over.
  private func waitUntilOffered(
    _ versions: [String: String], _ timeout: Int, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) {
    var rest = versions.sorted { $0.key < $1.key }[...]
    for _ in 0..<timeout {
      await session.timing.sleep(.seconds(1))
      while let (name, version) = rest.first {
        let found = try await session.asking("looking for \(name) \(version)") { () throws(ClusterError) in
          try await ExtensionVersion.find(name, version, in: reader.cluster, reader.dialect)
        }
        if found == nil { break }
        rest.removeFirst()
      }
      if rest.isEmpty { return }
    }
  }

  private func facts(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) -> SeveralFacts {
    var facts = try await session.asking("reading what there is") { () throws(ClusterError) in
      try await reader.severalFacts(called: session.name)
    }
    facts.base.guards = session.guards(by: arguments.verb.name, of: [])
    return facts
  }
}

extension SeveralFacts {
  /// Whether the version that `change` leads to is offered.
  fileprivate func offers(_ change: Change, of name: String) -> Bool {
    change.version.map { context(for: name).version($0) != nil } ?? true
  }
}
