import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

/// One change to several extensions: one plan, one question, and an order in which what is needed comes first.
struct SeveralChanges: ClusterCommand {
  private let arguments: Arguments
  private let kind: ChangeKind
  private let filter: ExtensionFilter
  private let labels: LabelSelector

  init(_ arguments: Arguments) throws(CommandError) {
    guard let asked = arguments.verb.change else { fatalError("ksx \(arguments.verb.name) is not a change") }
    self.arguments = arguments
    kind = asked == .uninstall && arguments.has(.force) ? .forceDelete : asked
    filter = try arguments.extensionFilter()
    labels = try arguments.labelSelector()
    let isChosen = arguments[.filter] != nil || arguments[.selector] != nil
    guard arguments.operands.isEmpty == isChosen else {
      throw CommandError(
        isChosen
          ? "names and --where or --selector choose twice; leave one of them out"
          : "ksx \(arguments.verb.name) needs NAME…, --where or --selector; see ksx help \(arguments.verb.name)")
    }
    for option in [Option.now, .climb, .config, .targetNamespace] where arguments[option] != nil {
      throw CommandError("--\(option.rawValue) goes with one extension that is named")
    }
  }

  /// Whether the command line is about several extensions, or about what is yet to be found out.
  static func isAskedFor(_ arguments: Arguments) -> Bool {
    arguments.operands.count != 1 || arguments[.filter] != nil || arguments[.selector] != nil
  }

  var mayChange: Bool { arguments.dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) {
    guard let (plans, reader) = try await planned(in: session) else { return }
    try await ManySender(arguments, reader, session, title: title(plans, session)).carryOut(plans)
  }

  /// The plans, and what was asked for them; `nil` where no extension is meant.
  func planned(in session: CommandSession) async throws(CommandError) -> (plans: ManyPlans, reader: ClusterReader)? {
    let reader = try await session.reader()
    var facts = try await session.asking("reading what there is") { () throws(ClusterError) in
      try await reader.severalFacts(called: session.name)
    }
    facts.base.kubectlFlags = session.status.kubectlFlags
    facts.base.kubectlAbsence = session.status.kubectlAbsence
    let names = try await names(in: facts, reader, session)
    if names.isEmpty {
      session.outlet.note("nothing to do: no extension in \(session.name) is meant by that")
      return nil
    }
    await reader.readRights(of: session.status.user, kind, names, into: &facts)
    let changes = try changes(names, in: facts, session)
    let contexts = await reader.contexts(of: changes, in: facts, gateway: session.session.gateway)
    let found = facts
    return (ManyPlans(changes, in: { contexts[$0] ?? found.context(for: $0) }), reader)
  }

  private func title(_ plans: ManyPlans, _ session: CommandSession) -> String {
    let verb = kind.row.verb
    return "\(verb.prefix(1).uppercased())\(verb.dropFirst()) \(counted(plans.all.count)) in \(session.name)"
  }

  private func names(
    in facts: SeveralFacts, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> [String] {
    if !arguments.operands.isEmpty {
      return arguments.operands.enumerated().filter { !arguments.operands[..<$0].contains($1) }.map(\.element)
    }
    let taken = try await session.asking("reading what the filter asks for") { () throws(ClusterError) in
      try await reader.names(
        takenBy: filter, labels, in: facts, session.history.releases(), language: session.outlet.language,
        at: Timestamp.now())
    }
    // What is not installed can only be installed, and is no failure of the others.
    let names = kind == .install ? taken : taken.filter { facts.base.installation(of: $0) != nil }
    return names
  }

  private func changes(
    _ names: [String], in facts: SeveralFacts, _ session: CommandSession
  ) throws(CommandError) -> [String: Change] {
    let memories = session.history.releases()
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
        guard arguments.has(.keepGoing) else { throw CommandError("\(name): \(error.sentence); nothing was changed") }
        session.outlet.note("note: \(name): \(error.sentence)")
      }
    }
    return changes
  }
}

extension Arguments {
  /// The labels that `--selector` asks for.
  func labelSelector() throws(CommandError) -> LabelSelector {
    do {
      return try LabelSelector(self[.selector] ?? "")
    } catch {
      throw CommandError("--selector: \(error.message)")
    }
  }
}
