import Extensions

/// One row of the table of commands: the name of a verb, its operands and options, and how it is parsed.
///
/// Parsing, help, completion and the README use this table; there is no other list of commands.
struct Verb: Sendable {
  /// One or two words; empty for the console.
  let name: String
  /// A description in one line.
  let summary: String
  /// The operands; those in brackets are optional.
  var operands: [String] = []
  /// Its options, besides those of every command.
  var options: [Option] = []
  /// Help beyond the summary.
  var notes: [String] = []
  /// The exit status on failure: 2 for verbs where 1 is a result.
  var failureStatus: Int32 = 1
  /// The kind of change, for verbs that make one.
  var change: ChangeKind?
  /// Whether it can show a plan, for `ksx plan` and `--dry-run`.
  var makesPlans = false
  /// Parses the arguments; files and the standard input are read too, before the first request.
  let parse: @Sendable (Arguments) throws(CommandError) -> any Command

  /// All verbs, in the order of the help; a new verb is a file in `Verbs` and a line here.
  static let all: [Verb] =
    [
      .console,
      .list,
      .get,
      .versions,
      .history,
      .plan,
      .inside,
      .diff,
      .operations,
      .watch,
      .wait,
      .logs,
      .events,
      .doctor,
    ] + changes + [
      .cancel,
      .undo,
      .safeModeOn,
      .safeModeOff,
      .safeModeStatus,
      .bisectStart,
      .bisectGood,
      .bisectBad,
      .bisectReset,
      .configGet,
      .configUnset,
      .configEdit,
      .test,
      .configHistory,
      .configDiff,
      .export,
      .apply,
      .repoList,
      .repoAdd,
      .repoEdit,
      .repoSync,
      .repoEvents,
      .repoRemove,
      .repoTest,
      .serves,
      .probe,
      .explain,
      .journal,
      .journalShow,
      .journalVerify,
      .journalExport,
      .login,
      .logout,
      .contexts,
      .contextsUse,
      .compare,
      .version,
      .help,
      .completion,
      .completionWords,
    ]

  /// The verb with this name.
  init?(named name: String) {
    guard let verb = Self.all.first(where: { $0.name == name }) else { return nil }
    self = verb
  }

  /// The verb that the words of a command line name, as far as that is known before its options are parsed.
  static func named(in words: [String]) -> Verb? {
    let words = words.filter { !$0.hasPrefix("-") }
    return Verb(named: words.prefix(2).joined(separator: " "))
      ?? words.first.flatMap { Verb(named: $0) }
  }

  /// The verb of a command line with options, even if it has mistakes.
  static func meant(by arguments: [String]) -> Verb? {
    var reader = ArgumentReader(arguments[...])
    // Words after a mistake are not needed.
    _ = try? reader.read()
    return named(in: reader.words) ?? named(in: arguments)
  }

  /// The command with its operands.
  var usage: String { ([name] + operands).joined(separator: " ") }
}

extension Verb: Hashable {
  static func == (one: Verb, other: Verb) -> Bool { one.name == other.name }

  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Verb {
  /// A verb that is parsed as a `Parsed`.
  init<Parsed: Command>(
    _ name: String, _ summary: String, operands: [String] = [], options: [Option] = [], failureStatus: Int32 = 1,
    notes: [String] = [], as type: Parsed.Type
  ) {
    self.init(name, summary, operands, options, failureStatus, notes, parsing: type)
  }

  /// A verb that can also make plans.
  ///
  /// The compiler chooses this overload: asking each type at start took a tenth of a short command's time.
  init<Parsed: PlannedCommand>(
    _ name: String, _ summary: String, operands: [String] = [], options: [Option] = [], failureStatus: Int32 = 1,
    notes: [String] = [], as type: Parsed.Type
  ) {
    self.init(name, summary, operands, options, failureStatus, notes, parsing: type)
    makesPlans = true
  }

  private init<Parsed: Command>(
    _ name: String, _ summary: String, _ operands: [String], _ options: [Option], _ failureStatus: Int32,
    _ notes: [String],
    parsing type: Parsed.Type
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.options = options
    self.failureStatus = failureStatus
    self.notes = notes
    parse = { (arguments) throws(CommandError) in try Parsed(arguments) }
  }

  /// The verb of a kind of change; `nil` for a kind that is an option of another verb.
  init?(_ kind: ChangeKind) {
    guard let command = kind.row.command else { return nil }
    name = command.name
    summary = command.summary
    let takesSeveral = ![.configure, .place].contains(kind)
    operands = [takesSeveral ? "[NAME…]" : "NAME"] + command.operands
    options =
      command.options.compactMap(Option.init(rawValue:)) + (takesSeveral ? Option.ofMany : [])
      + Option.ofChanges
    notes = command.notes + (takesSeveral ? Self.manyNote : [])
    change = kind
    makesPlans = true
    parse = { (arguments) throws(CommandError) in
      if takesSeveral, SeveralChanges.isAskedFor(arguments) { return try SeveralChanges(arguments) }
      if arguments[.climb] != nil, !arguments.has(.now) {
        throw CommandError("--climb goes with --now; nothing was changed")
      }
      if let isEnabled = kind.row.enables, arguments.has(.now) {
        return try SwitchNow(arguments, to: isEnabled)
      }
      if kind == .enable { return Enable(arguments) }
      return try ChangeCommand(arguments, kind)
    }
  }

  private static let manyNote = [
    "Several extensions, by their names or by --where and --selector, have one plan and one question. What an extension",
    "needs comes before it, and goes after it; up to four are under way at once. After a failure nothing more is begun,",
    "unless --keep-going says so; the same command goes on with the rest.",
  ]

  /// The changes that it consists of, which guardrails may name too.
  var parts: [String] {
    switch self {
    case .safeModeOn, .bisectStart: ["disable"]
    case .safeModeOff, .bisectReset: ["enable"]
    case .bisectGood, .bisectBad: ["disable", "enable"]
    default: []
    }
  }

  /// Whether a command line may name several extensions.
  var takesMany: Bool { operands.first == "[NAME…]" }

  /// The verbs of the kinds of change.
  static let changes = ChangeKind.allCases.compactMap { Verb($0) }

  /// The verbs that `ksx plan` takes: all that can show a plan.
  static let planned =
    changes + [
      .cancel, .undo, .safeModeOn, .safeModeOff, .bisectStart, .bisectGood, .bisectBad,
      .bisectReset, .configUnset,
      .configEdit, .apply, .repoAdd, .repoEdit, .repoSync, .repoRemove,
    ]
}

/// A parsed command line that can be run.
protocol Command: Sendable {
  /// Parses the arguments; throws if they make no sense.
  init(_ arguments: Arguments) throws(CommandError)

  /// Runs the command until it has finished.
  func run(_ context: Context) async throws(CommandError)
}

/// A command about one cluster.
protocol ClusterCommand: Command {
  /// Whether it may change the cluster, and is refused with `--read-only`.
  var mayChange: Bool { get }

  /// Runs the command in the cluster of `session`.
  func run(in session: CommandSession) async throws(CommandError)
}

extension ClusterCommand {
  var mayChange: Bool { false }

  func run(_ context: Context) async throws(CommandError) {
    try await context.openSession().carryOut(self)
  }
}
