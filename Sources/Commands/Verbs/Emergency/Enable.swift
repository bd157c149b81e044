import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

/// Enables an extension and restores what `disable --now` has taken out of service (`Ladder`).
///
/// If there is nothing to restore, it is a change like any other.
struct Enable: PlannedCommand {
  private let arguments: Arguments
  private let name: String

  init(_ arguments: Arguments) {
    self.arguments = arguments
    name = arguments.name
  }

  var mayChange: Bool { arguments.dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let climb = Climb(name: name, dialect: reader.dialect, session: session)
    let climbed = await climb.climbed()
    guard !climbed.isEmpty else { return try await ChangeCommand(arguments, .enable).run(in: session) }
    let (plan, isOff) = try await plan(climbed, reader, session)
    if arguments.dryRun != .none { return try session.show(await session.judged(plan, reader)) }
    try session.confirm(
      ActionPlanText(plan: plan, cluster: session.name).lines, isConfirmed: arguments.has(.yes), typed: "ksx enable",
      about: [name])
    try await climb.down(climbed)
    if isOff { try await ChangeCommand(arguments, decided: .enable, isConfirmed: true).run(in: session) }
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    let reader = try await session.reader()
    let climbed = await Climb(name: name, dialect: reader.dialect, session: session).climbed()
    guard !climbed.isEmpty else { return try await ChangeCommand(arguments, .enable).plans(in: session) }
    return [.action(await session.judged(try await plan(climbed, reader, session).plan, reader))]
  }

  /// The plan that restores what was taken out of service; `isOff` says that `enabled` must be set too.
  private func plan(
    _ climbed: [Rung: [LadderEntry]], _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> (plan: ActionPlan, isOff: Bool) {
    let objects = try await session.installations(reader)
    let isOff = Installations(objects.map(Installation.init)).of(name)?.isEnabled == false
    let switching = isOff ? [Plan.Effect(.changed, "enabled: no → yes")] : []
    let plan = ActionPlan(
      "Enable \(name)", verbs: [arguments.verb.name], subject: name, names: [name],
      effects: switching + Climb.effects(climbed), accesses: [Access("patch", reader.dialect.installations, name: name)]
    )
    return (plan, isOff)
  }
}
