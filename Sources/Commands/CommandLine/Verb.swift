package import Extensions

/// Everything `ksx` does when it is not a console.
///
/// Parsing, help and completion all read this table; there is no other list of commands.
package enum Verb: Hashable, Sendable {
  case console, list, get, versions
  /// A change of this kind, or of one that an option of its command asks for.
  case change(ChangeKind)
  case configGet
  case login, logout, contexts, contextsUse
  case compare
  case version, help, completion

  package static let install = Verb.change(.install)
  package static let upgrade = Verb.change(.upgrade)
  package static let rollback = Verb.change(.rollBack)
  package static let enable = Verb.change(.enable)
  package static let disable = Verb.change(.disable)
  package static let place = Verb.change(.place)
  package static let uninstall = Verb.change(.uninstall)
  package static let configSet = Verb.change(.configure)

  /// All that parsing, help and completion need of a verb.
  private struct Row {
    var verb: Verb
    var name: String
    /// What it does, in one line.
    var summary: String
    /// The operands it takes; one in brackets may be left out.
    var operands: [String] = []
    /// The options that go with it, besides those that say which cluster.
    var options: [Option] = []
    /// What a person should know beyond the summary.
    var notes: [String] = []
  }

  private static let table: [Row] = readings + changes + others

  private static let readings = [
    Row(verb: .console, name: "", summary: "Open the console"),
    Row(
      verb: .list, name: "list", summary: "List the extensions of the marketplace and how they stand",
      operands: ["[TEXT]"], options: [.output],
      notes: [
        "With TEXT only those with it in their name or displayed name. Where a gateway is the only way, it searches the",
        "displayed names itself, so that a large marketplace need not be sent.",
      ]),
    Row(
      verb: .get, name: "get", summary: "Show one extension and its installation", operands: ["NAME"],
      options: [.output]),
    Row(
      verb: .versions, name: "versions", summary: "List the versions of an extension", operands: ["NAME"],
      options: [.output]),
  ]

  private static let changes = ChangeKind.allCases.compactMap { kind in
    kind.row.command.map { command in
      Row(
        verb: .change(kind), name: command.name, summary: command.summary, operands: ["NAME"],
        options: command.options.compactMap(Option.init(rawValue:)) + [.yes, .dryRun, .wait, .timeout, .output],
        notes: command.notes)
    }
  }

  private static let others = [
    Row(
      verb: .configGet, name: "config get", summary: "Print the config of an installed extension, byte for byte",
      operands: ["NAME"]),
    Row(
      verb: .login, name: "login", summary: "Log in to a gateway, and keep it as a profile",
      options: [.gateway, .passwordStdin],
      notes: [
        "The first time it needs --gateway; the profile is called after its host, or as --profile says. With",
        "--kubeconfig or --context the profile gets the Kubernetes way as well. The password is asked for, or read",
        "with --password-stdin, and kept nowhere; the tokens lie in a file of the state directory that only you can read.",
      ]),
    Row(verb: .logout, name: "logout", summary: "Forget the login of a profile, here and at the gateway"),
    Row(
      verb: .contexts, name: "contexts", summary: "List profiles and the kubeconfig's contexts: ways, server, login",
      options: [.output]),
    Row(
      verb: .contextsUse, name: "contexts use", summary: "Make a profile the current one", operands: ["NAME"],
      notes: ["Only config.yaml is written, never a kubeconfig. To have no current profile remove its line there."]),
    Row(
      verb: .compare, name: "compare", summary: "Show where the two ways to a cluster disagree", options: [.output],
      notes: ["It ends with 1 when they disagree."]),
    Row(
      verb: .version, name: "version", summary: "Print the version of ksx and of the server", options: [.output]),
    Row(verb: .help, name: "help", summary: "Explain a command", operands: ["[COMMAND]"]),
    Row(
      verb: .completion, name: "completion", summary: "Print a completion script for bash or zsh",
      operands: ["bash|zsh"]),
  ]

  private static let rows = Dictionary(table.map { ($0.verb, $0) }, uniquingKeysWith: { first, _ in first })

  private var row: Row {
    guard let row = Self.rows[self] else { fatalError("\(self) has no row in the table of commands") }
    return row
  }

  package var rawValue: String { row.name }
  var summary: String { row.summary }
  /// The command with its operands, as one types it.
  var usage: String { ([rawValue] + operands).joined(separator: " ") }
  var operands: [String] { row.operands }
  var options: [Option] { row.options }
  var notes: [String] { row.notes }

  /// Whether it changes the cluster.
  var isChange: Bool { if case .change = self { true } else { false } }
}

extension Verb: CaseIterable {
  package static let allCases: [Verb] = table.map(\.verb)

  package init?(rawValue: String) {
    guard let row = Self.table.first(where: { $0.name == rawValue }) else { return nil }
    self = row.verb
  }
}
