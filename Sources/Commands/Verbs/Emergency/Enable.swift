import Client
import Extensions
import KubernetesAPI
import Operations

/// The switch back on, with all that the ladder took away; where it took nothing, a change like any other.
struct Enable: ClusterCommand {
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
    let objects = try await session.installations(reader)
    let isOff = Installations(objects.map(Installation.init)).of(name)?.isEnabled == false
    let switching = isOff ? [Plan.Effect(.changed, "enabled: no → yes")] : []
    let lines = PlanText.lines("Enable \(name) in \(session.name)", switching + Climb.effects(climbed))
    if arguments.dryRun != .none { return session.outlet.print(lines) }
    try session.confirm(lines, isConfirmed: arguments.has(.yes), typed: "ksx enable", about: [name])
    try await climb.down(climbed)
    if isOff { try await ChangeCommand(arguments, decided: .enable, isConfirmed: true).run(in: session) }
  }
}
