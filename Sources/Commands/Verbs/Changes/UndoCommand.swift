import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

extension Verb {
  static let undo = Verb(
    "undo", "Take the last change of an extension that was made from here back", operands: ["NAME"],
    options: Option.ofChanges,
    notes: [
      "It is refused when what is asked for has been changed since, by whom ever. A second undo undoes the first.",
      "An uninstall is undone by installing the same version with the same config; what the extension kept is gone.",
    ], as: UndoCommand.self)
}

/// The inverse of the last change, planned and confirmed like any other change.
struct UndoCommand: PlannedCommand {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  var mayChange: Bool { arguments.dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) { try await command(in: session).run(in: session) }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    try await command(in: session).plans(in: session)
  }

  private func command(in session: CommandSession) async throws(CommandError) -> ChangeCommand {
    let name = arguments.name
    let reader = try await session.reader()
    let installation = Installations(try await session.installations(reader).map(Installation.init)).of(name)
    switch Undo(name, after: session.history.lines(), now: installation) {
    case .refused(let reason): throw CommandError("cannot undo: \(reason)")
    case .change(let change): return ChangeCommand(arguments, decided: change)
    }
  }
}
