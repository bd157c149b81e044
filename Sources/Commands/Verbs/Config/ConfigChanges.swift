import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

extension Verb {
  static let configUnset = Verb(
    "config unset", "Take keys out of the config of an installed extension", operands: ["NAME", "KEY…"],
    options: Option.ofChanges,
    notes: [
      "What is taken out has the chart's default again; web.hosts[0] takes the first item of a list out. Everything else",
      "stays byte for byte, comments and order.",
    ],
    as: UnsetConfig.self)

  static let configEdit = Verb(
    "config edit", "Edit the config of an installed extension with $VISUAL or $EDITOR", operands: ["NAME"],
    options: Option.ofChanges,
    notes: [
      "What was written becomes a plan like any other. When it is not carried out, or the config was changed by another",
      "meanwhile, the text is kept, and it is said where.",
    ], as: EditConfig.self)
}

/// `config unset`: removes keys from the config.
struct UnsetConfig: PlannedCommand {
  private let command: ChangeCommand

  init(_ arguments: Arguments) throws(CommandError) {
    let edits = try ConfigEdits(unsetting: Array(arguments.operands.dropFirst()))
    command = ChangeCommand(arguments, edits: edits)
  }

  var mayChange: Bool { command.mayChange }

  func run(in session: CommandSession) async throws(CommandError) { try await command.run(in: session) }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    try await command.plans(in: session)
  }
}

/// `config edit`: lets the user edit the config in an editor.
struct EditConfig: PlannedCommand {
  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  var mayChange: Bool { arguments.dryRun != .client }

  func run(in session: CommandSession) async throws(CommandError) {
    try await withEditedConfig(in: session, keepsFile: arguments.dryRun != .none) { (command) throws(CommandError) in
      try await command.run(in: session)
    }
  }

  func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    var plans: [CommandPlan] = []
    try await withEditedConfig(in: session, keepsFile: true) { (command) throws(CommandError) in
      plans = try await command.plans(in: session)
    }
    return plans
  }

  /// Lets the user edit the config, and calls `then` with the change if the text has changed.
  ///
  /// Afterwards the file is removed, unless `then` has failed, or `keepsFile` and the text has changed.
  private func withEditedConfig(
    in session: CommandSession, keepsFile: Bool, _ then: (ChangeCommand) async throws(CommandError) -> Void
  ) async throws(CommandError) {
    let name = arguments.name
    guard let edit = session.outlet.edit else {
      throw CommandError("ksx config edit needs a terminal; ksx config set \(name) KEY=VALUE does without")
    }
    let installation = try await session.installation(of: name, try await session.reader())
    let before = session.history.releases(of: name).config(of: installation)
    let file = try Self.write(before, called: name, in: session.localState.state + "/edits")
    var text: String?
    do throws(CommandError) {
      text = try await Self.runEditor(edit, on: file)
      // Many editors add a newline to the last line.
      if text == before || text == before + "\n" { text = nil }
      if let text { try await then(try command(text, replacing: before)) }
    } catch {
      let remedy = text == nil ? "" : "; ksx config set \(name) --config \(Shell.quoted(file)) sends it"
      guard Files.exists(file) else { throw error }
      throw CommandError("\(error.sentence); what was written is kept in \(file)\(remedy)")
    }
    if text == nil { session.outlet.note("nothing was changed: the text is as it was") }
    if text == nil || !keepsFile { try? Files.remove(file) }
  }

  private func command(_ text: String, replacing before: String) throws(CommandError) -> ChangeCommand {
    if let absence = GivenConfig.absence(of: text) {
      throw CommandError("nothing was changed: the text \(absence); ksx config set --empty takes all away")
    }
    return ChangeCommand(arguments, decided: .configure(config: text), base: before)
  }

  /// Writes `text` to a new file for the editor, which only its owner may read, because a config may contain secrets.
  private static func write(
    _ text: String, called name: String, in folder: String
  ) throws(CommandError) -> String {
    let time = Timestamp.now().secondsSince1970
    let path = "\(folder)/\(name)-\(time)-\(UInt32.random(in: .min ... .max)).yaml"
    do throws(SystemError) {
      try Files.makeDirectory(folder)
      try Files.write(Array(text.utf8), to: path)
    } catch {
      throw CommandError(error)
    }
    return path
  }

  /// Runs the editor on the file at `path`, and returns its contents.
  private static func runEditor(
    _ edit: @Sendable (String) async -> Bool, on path: String
  ) async throws(CommandError) -> String {
    guard await edit(path) else { throw CommandError("nothing was changed: the editor failed") }
    guard Files.exists(path) else { throw CommandError("nothing was changed: the editor has removed \(path)") }
    do { return try Files.text(path, limit: 4 << 20) } catch { throw CommandError(error) }
  }
}
