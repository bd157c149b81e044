import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

/// One change of several extensions: a single plan and confirmation; dependencies come first.
struct SeveralChanges: PlannedCommand {
  private let arguments: Arguments
  private let kind: ChangeKind
  private let filter: ExtensionFilter
  private let labels: LabelSelector

  init(_ arguments: Arguments) throws(CommandError) {
    guard let asked = arguments.verb.change else {
      fatalError("ksx \(arguments.verb.name) is not a change")
    }
    // An empty value, as of an unset shell variable, would select every extension.
    for option in [Option.filter, .selector] where arguments.all(option).contains(where: \.isBlank) {
      throw CommandError("--\(option.rawValue) must not be empty; nothing was changed")
    }
    self.arguments = arguments
    kind = asked == .uninstall && arguments.has(.force) ? .forceDelete : asked
    filter = try arguments.extensionFilter()
    labels = try arguments.labelSelector()
    let isChosen = arguments[.filter] != nil || arguments[.selector] != nil
    guard arguments.operands.isEmpty == isChosen else {
      throw CommandError(
        isChosen
          ? "names and --where or --selector choose twice; leave one of them out"
          : "ksx \(arguments.verb.name) needs NAME…, --where or --selector; see ksx help \(arguments.verb.name)"
      )
    }
    for option in [Option.now, .climb, .config, .targetNamespace] where arguments[option] != nil {
      throw CommandError("--\(option.rawValue) goes with one extension that is named")
    }
  }

  /// Whether the command line names several extensions, or selects them.
  static func isAskedFor(_ arguments: Arguments) -> Bool {
    arguments.operands.count != 1 || arguments[.filter] != nil || arguments[.selector] != nil
  }

  var mayChange: Bool { arguments.dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) {
    guard let (plans, reader) = try await planned(in: session, isShown: arguments.dryRun != .none)
    else { return }
    try await ManySender(arguments, reader, session, title: title(plans, session)).carryOut(plans)
  }

  /// Makes the plans; `nil` if no extension is selected.
  ///
  /// If `isShown`, each plan shows the verdict of the guardrails; otherwise they are checked for all plans when the
  /// user confirms.
  private func planned(
    in session: CommandSession, isShown: Bool
  ) async throws(CommandError) -> (plans: ManyPlans, reader: ClusterReader)? {
    let reader = try await session.reader()
    async let identity: Void = session.session.identify()
    var facts = try await session.asking("reading what there is") { () throws(ClusterError) in
      try await reader.severalFacts(called: session.name)
    }
    await identity
    facts.base.kubectlFlags = session.status.kubectlFlags
    facts.base.kubectlAbsence = session.status.kubectlAbsence
    facts.base.guards = session.guards(by: arguments.verb.name, of: [])
    let names = try await names(in: facts, reader, session)
    if names.isEmpty {
      session.outlet.note("nothing to do: no extension in \(session.name) is meant by that")
      return nil
    }
    await reader.readRights(of: session.status.userText, kind, names, into: &facts)
    let memories = await memories(names, in: facts, reader, session)
    let changes = try changes(names, in: facts, memories, session)
    let contexts = await reader.contexts(of: changes, in: facts, gateway: session.session.gateway)
    let found = facts
    let plans = ManyPlans(changes, in: { contexts[$0] ?? found.context(for: $0) })
    return (isShown ? guarded(plans, changes, session) : plans, reader)
  }

  /// Applies the guardrails again, because some depend on the number of objects, which is known only from the plans.
  private func guarded(_ plans: ManyPlans, _ changes: [String: Change], _ session: CommandSession)
    -> ManyPlans
  {
    let guards = session.guards(by: arguments.verb.name, of: plans.changing.map(\.name))
    if plans.contexts.values.allSatisfy({ $0.guards == guards }) { return plans }
    return ManyPlans(changes) { name in
      guard var context = plans.contexts[name] else { fatalError("each change has a context") }
      context.guards = guards
      return context
    }
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    guard let (plans, reader) = try await planned(in: session, isShown: true) else { return [] }
    var sheets: [CommandPlan] = []
    for plan in plans.all {
      guard let context = plans.contexts[plan.name] else { continue }
      sheets.append(
        .change(await reader.sheet(of: plan, in: context, gateway: session.session.gateway)))
    }
    return sheets
  }

  private func title(_ plans: ManyPlans, _ session: CommandSession) -> String {
    "\(kind.row.verb.withCapital) \(counted(plans.all.count)) in \(session.name)"
  }

  private func names(
    in facts: SeveralFacts, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> [String] {
    if !arguments.operands.isEmpty {
      return arguments.operands.enumerated().filter { !arguments.operands[..<$0].contains($1) }.map(
        \.element)
    }
    let taken = try await session.asking("reading what the filter asks for") {
      () throws(ClusterError) in
      try await reader.names(
        takenBy: filter, labels, in: facts, session.history.releases(),
        language: session.outlet.language,
        at: Timestamp.now())
    }
    // A filter may select extensions that are not installed; these are skipped, except by `install`.
    let names = kind == .install ? taken : taken.filter { facts.base.installation(of: $0) != nil }
    return names
  }

  /// What this computer remembers of the extensions; for a change that goes back, completed from the cluster.
  private func memories(
    _ names: [String], in facts: SeveralFacts, _ reader: ClusterReader, _ session: CommandSession
  ) async -> [String: ReleaseMemory] {
    let kept = session.history.releases()
    guard kind.row.choice == .version(.former) else { return kept }
    return await withTaskGroup(of: (String, ReleaseMemory).self) { group in
      for name in names {
        guard let installation = facts.base.installation(of: name) else { continue }
        group.addTask {
          let known = kept[name] ?? ReleaseMemory()
          return (name, await reader.memory(known, of: installation, facts.base.extensions[name]))
        }
      }
      return await group.reduce(into: kept) { $0[$1.0] = $1.1 }
    }
  }

  private func changes(
    _ names: [String], in facts: SeveralFacts, _ memories: [String: ReleaseMemory], _ session: CommandSession
  ) throws(CommandError) -> [String: Change] {
    var changes: [String: Change] = [:]
    for name in names {
      var own = arguments
      own.operands = [name]
      let choice = Choice(
        command: try ChangeCommand(own, kind), context: facts.context(for: name),
        memory: memories[name] ?? ReleaseMemory(), outlet: session.outlet)
      do {
        changes[name] = try choice.change()
      } catch {
        guard arguments.has(.keepGoing) else {
          throw CommandError("\(name): \(error.sentence); nothing was changed")
        }
        session.outlet.note("note: \(name): \(error.sentence)")
      }
    }
    return changes
  }
}

extension String {
  fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}

extension Arguments {
  /// The label selector of `--selector`.
  func labelSelector() throws(CommandError) -> LabelSelector {
    do {
      return try LabelSelector(self[.selector] ?? "")
    } catch {
      throw CommandError("--selector: \(error.message)")
    }
  }
}
