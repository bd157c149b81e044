import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

/// All changes except those with `--now`: plans, shows the plan, confirms, sends, and waits if asked to.
struct ChangeCommand: PlannedCommand {
  let name: String
  let kind: ChangeKind
  /// The config on the command line.
  let config: String?
  /// The first digits of the digest of the earlier config to roll back to.
  let digest: String?
  /// Changes of single keys; the rest of the config is kept.
  let edits: ConfigEdits?
  /// The config from which the new one was made; if the cluster has another one by now, the change is refused, because
  /// it would overwrite that one.
  let base: String?
  /// The version on the command line.
  let version: String?
  /// The namespace on the command line.
  let namespace: String?
  /// The member clusters on the command line.
  let clusters: [String]
  /// Whether only `--namespace` is given, which users of kubectl may take for the namespace of the extension.
  private let hasOnlyContextNamespace: Bool
  private let output: Output
  private let dryRun: DryRun
  private let isConfirmed: Bool
  /// The change if it was decided before planning; `nil` if the command line determines it.
  private let decided: Change?
  /// How many seconds to wait for the end of the change; `nil` to return as soon as it is accepted.
  private let waitTimeout: Int?
  /// The verb of the command line; guardrails may name it as well as the verb of the change.
  private let verb: String
  /// The command as the user typed it, for messages.
  private var typed: String { "ksx \(verb)" }

  init(_ arguments: Arguments) throws(CommandError) {
    guard let kind = arguments.verb.change else {
      fatalError("ksx \(arguments.verb.name) is not a change")
    }
    try self.init(arguments, kind)
  }

  init(_ arguments: Arguments, _ asked: ChangeKind) throws(CommandError) {
    name = arguments.name
    kind = asked == .uninstall && arguments.has(.force) ? .forceDelete : asked
    digest = asked == .rollBack ? arguments[.config] : nil
    edits = asked == .configure ? try Self.edits(arguments) : nil
    let takesConfig = asked != .rollBack && edits == nil
    config =
      takesConfig ? try GivenConfig(arguments: arguments, isRequired: asked == .configure).text() : nil
    base = nil
    decided = nil
    version = arguments[.version]
    namespace = arguments[.targetNamespace]
    hasOnlyContextNamespace = asked == .install && namespace == nil && arguments[.namespace] != nil
    clusters = asked == .place ? try Self.clusters(arguments[.clusters]) : []
    output = arguments.output
    dryRun = arguments.dryRun
    isConfirmed = arguments.has(.yes)
    waitTimeout = arguments.waitTimeout
    verb = arguments.verb.name
  }

  /// Creates a command for a decided change; `arguments` only determine how to carry it out.
  init(
    _ arguments: Arguments, decided change: Change, isConfirmed: Bool = false, base: String? = nil
  ) {
    name = arguments.name
    kind = change.kind
    decided = change
    (config, digest, version, clusters) = (
      change.config, nil, change.version, change.clusters ?? []
    )
    (edits, self.base) = (nil, base)
    (namespace, hasOnlyContextNamespace) = (change.namespace, false)
    output = arguments.output
    dryRun = arguments.dryRun
    self.isConfirmed = isConfirmed || arguments.has(.yes)
    waitTimeout = arguments.waitTimeout
    verb = arguments.verb.name
  }

  /// Creates a command that changes single keys of the config.
  init(_ arguments: Arguments, edits: ConfigEdits) {
    name = arguments.name
    kind = .configure
    (decided, config, digest, version, clusters) = (nil, nil, nil, nil, [])
    (self.edits, base) = (edits, nil)
    (namespace, hasOnlyContextNamespace) = (nil, false)
    output = arguments.output
    dryRun = arguments.dryRun
    isConfirmed = arguments.has(.yes)
    waitTimeout = arguments.waitTimeout
    verb = arguments.verb.name
  }

  private static func edits(_ arguments: Arguments) throws(CommandError) -> ConfigEdits? {
    let edits = try ConfigEdits(
      setting: Array(arguments.operands.dropFirst()), as: try .init(arguments))
    if edits.isEmpty { return nil }
    guard arguments[.config] == nil, !arguments.has(.empty) else {
      throw CommandError(
        "KEY=VALUE and --config or --empty name two configs; leave one of them out")
    }
    return edits
  }

  private static func clusters(_ text: String?) throws(CommandError) -> [String] {
    guard let text else {
      throw CommandError(
        "ksx place needs --clusters, such as --clusters=east,west; --clusters= removes all agents")
    }
    var names: [String] = []
    for name in text.split(separator: ",").map(String.init) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  var mayChange: Bool { dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) {
    let (plan, _, reader) = try await planned(in: session)
    if dryRun != .none { return try await show(plan, session) }
    try refuse(plan)
    try confirm(plan, session)
    let delivery = try await send(plan, reader, session)
    try report(plan, delivery.object, session)
    guard let waitTimeout else { return await warnIfIgnored(plan, session) }
    try await session.wait(for: Waiting(plan, delivery, reader.dialect), seconds: waitTimeout)
  }

  /// Makes the plan; also returns the facts from which it was made.
  func planned(
    in session: CommandSession
  ) async throws(CommandError) -> (plan: Plan, context: PlanContext, reader: ClusterReader) {
    let reader = try await session.reader()
    // The write contains the user, who is requested concurrently with the facts.
    async let identity: Void = session.session.identify()
    var context = try await session.asking("reading what is known of \(name)") {
      () throws(ClusterError) in
      try await self.context(reader, session)
    }
    await identity
    if hasOnlyContextNamespace {
      session.outlet.note(
        "note: --namespace is the context's; --target-namespace says where \(name) goes")
    }
    try refuseIfOutdated(context)
    let memory = await session.memory(of: name, for: kind, in: context, reader)
    let choice = Choice(command: self, context: context, memory: memory, outlet: session.outlet)
    let change = if let decided { decided } else { try choice.change() }
    await reader.checkKinds(of: change, to: name, in: &context, gateway: session.session.gateway)
    var plan = Plan.make(change, for: name, in: context)
    plan.problems += memory.rollbackWarnings(of: change, from: context.installation(of: name))
    if edits != nil {
      plan.problems += await reader.newValueWarnings(of: plan, in: context, session.session.gateway)
    }
    return (plan, context, reader)
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let (plan, context, reader) = try await planned(in: session)
    return [.change(await reader.sheet(of: plan, in: context, gateway: session.session.gateway))]
  }

  /// Refuses a config that was made from an outdated one, because it would undo what was written in the meantime.
  private func refuseIfOutdated(_ context: PlanContext) throws(CommandError) {
    guard let base, let installation = context.installation(of: name), !installation.hasConfig(base)
    else { return }
    throw CommandError(
      "nothing was changed: the config of \(name) was changed by another while it was edited")
  }

  private func context(
    _ reader: ClusterReader, _ session: CommandSession
  ) async throws(ClusterError) -> PlanContext {
    let status = session.status
    var context = try await reader.context(
      for: name, kind, called: status.cluster, user: status.userText)
    context.kubectlFlags = status.kubectlFlags
    context.kubectlAbsence = status.kubectlAbsence
    context.guards = session.guards(by: verb, of: [name])
    context.noteRunning(of: name, session.history.releases(of: name))
    return context
  }

  /// Shows the plan without changing anything; with `--dry-run=server`, the API server checks the write as well.
  private func show(_ plan: Plan, _ session: CommandSession) async throws(CommandError) {
    let text = PlanText(plan: plan, cluster: session.name)
    if output.isStructured {
      session.outlet.printExactly(try output.text(.ksxDocument("Plan", text.value.mapping ?? [:])))
    } else {
      session.outlet.print(text.lines)
    }
    try refuse(plan)
    guard dryRun == .server else { return }
    _ = try await session.asking("\(plan.change.words) \(plan.name) (dry run)") {
      () throws(ClusterError) in
      try await plan.deliver(to: session.cluster, dryRun: true)
    }
    if output.isStructured { return }
    session.outlet.print([
      "  the server would accept this; nothing was changed", "  \(plan.dryRunScope)",
    ])
  }

  private func refuse(_ plan: Plan) throws(CommandError) {
    let reasons = plan.problems.filter(\.isBlocking).map(\.text)
    if reasons.isEmpty { return }
    throw CommandError("cannot \(plan.change.words): \(reasons.joined(separator: "; "))")
  }

  /// Shows the plan and asks for a confirmation if there is a terminal.
  private func confirm(_ plan: Plan, _ session: CommandSession) throws(CommandError) {
    if isConfirmed { session.outlet.note(plan.problems.map { "note: \($0.text)" }) }
    try session.confirm(
      PlanText(plan: plan, cluster: session.name).lines, isConfirmed: isConfirmed, typed: typed,
      about: [plan.name])
  }

  private func send(
    _ plan: Plan, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> WriteResult {
    let doing = "\(plan.change.words) \(plan.name)"
    do throws(ClusterError) {
      let delivery = try await session.sender.carryOut(plan) {
        (try? await context(reader, session)).map { Plan.make(plan.change, for: plan.name, in: $0) }
      }
      session.tell(of: delivery, doing)
      return delivery
    } catch {
      let failure = CommandError(error, doing, at: session.server)
      guard kind == .disable, error.isOfSilentWebhook else { throw failure }
      throw CommandError("\(failure.sentence) \(withoutThem)")
    }
  }

  private var withoutThem: String {
    "ksx disable \(name) --now takes it out of service without the controllers."
  }

  private func warnIfIgnored(_ plan: Plan, _ session: CommandSession) async {
    guard kind == .disable, let before = plan.before, before.isSaidToBeInService,
      SwitchVerdict(before) == .works, case .patch(let resource, _, _, _) = plan.write,
      await session.isIgnoredByControllers(before, resource)
    else { return }
    session.outlet.note(
      "note: the controllers have not carried this out after 3 s, and may be down; ksx disable \(name) --now --climb state does it without them"
    )
  }

  private func report(_ plan: Plan, _ object: Object?, _ session: CommandSession)
    throws(CommandError)
  {
    switch output {
    case .json, .yaml:
      if let object { session.outlet.printExactly(try output.text(object.value)) }
    case .name: session.outlet.print(plan.write.name)
    case .table, .wide:
      session.outlet.print("\(plan.name): \(plan.change.accepted) in \(session.name)")
    }
  }
}

extension Arguments {
  /// How many seconds to wait for the end of a change; `nil` not to wait.
  var waitTimeout: Int? { has(.wait) ? seconds(.timeout) ?? 600 : nil }
}

extension CommandSession {
  /// Whether `installation`, which is being disabled, is still in service after 3 s.
  ///
  /// Running controllers need less than a second. The result is `false` in a cluster that does not report what it has
  /// applied.
  func isIgnoredByControllers(_ installation: Installation, _ resource: Resource) async -> Bool {
    guard installation.isSaidToBeInService else { return false }
    for _ in 0..<12 {
      await timing.sleep(.milliseconds(250))
      guard let now = try? await cluster.get(resource, installation.name) else { return false }
      if !Installation(now).isSaidToBeInService { return false }
    }
    return true
  }

  /// Reports that a change was carried out although its response was lost, and how that is known.
  func tell(of delivery: WriteResult, _ doing: String) {
    guard let reason = delivery.lostAnswer else { return }
    outlet.note(
      "note: \(doing): it was carried out. The answer was lost (\(reason)); reading the object again showed that."
    )
  }
}
