import Extensions

/// One row of the table of commands: what a verb is called, what goes with it, and what it parses into.
///
/// Parsing, help, completion and the README read this table; there is no other list of commands.
struct Verb: Sendable {
  /// One or two words, as they are typed; empty for the console.
  let name: String
  /// What it does, in one line.
  let summary: String
  /// The operands it takes; one in brackets may be left out.
  var operands: [String] = []
  /// The options that go with it, besides those that say which cluster.
  var options: [Option] = []
  /// What a user should know beyond the summary.
  var notes: [String] = []
  /// The exit status when it could not be done: 2 where 1 is an answer.
  var trouble: Int32 = 1
  /// The kind of change it asks for, if it is one.
  var change: ChangeKind?
  /// Whether it can say what it would do, to `ksx plan` and `--dry-run`.
  var makesPlans = false
  /// Reads all that was given with it, files and the standard input too, before a cluster is asked.
  let parse: @Sendable (Arguments) throws(CommandError) -> any Command

  /// All verbs, in the order of help; a new one is a file in `Verbs` and its line here.
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

  /// The verb that is typed as `name`.
  init?(named name: String) {
    guard let verb = Self.all.first(where: { $0.name == name }) else { return nil }
    self = verb
  }

  /// The verb that the words of a command line name, as far as can be told before it is read.
  static func named(in words: [String]) -> Verb? {
    let words = words.filter { !$0.hasPrefix("-") }
    return Verb(named: words.prefix(2).joined(separator: " "))
      ?? words.first.flatMap { Verb(named: $0) }
  }

  /// The verb of a whole command line, options among its words, also where that has a mistake.
  static func meant(by arguments: [String]) -> Verb? {
    var reader = ArgumentReader(arguments[...])
    // What comes after a mistake is not needed.
    _ = try? reader.read()
    return named(in: reader.words) ?? named(in: arguments)
  }

  /// The command with its operands, as one types it.
  var usage: String { ([name] + operands).joined(separator: " ") }
}

extension Verb: Hashable {
  static func == (one: Verb, other: Verb) -> Bool { one.name == other.name }

  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Verb {
  /// A verb that parses into a `Parsed`.
  init<Parsed: Command>(
    _ name: String, _ summary: String, operands: [String] = [], options: [Option] = [],
    trouble: Int32 = 1,
    notes: [String] = [],
    as type: Parsed.Type
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.options = options
    self.trouble = trouble
    self.notes = notes
    makesPlans = type is any PlannedCommand.Type
    parse = { (arguments) throws(CommandError) in try Parsed(arguments) }
  }

  /// The verb of a kind of change, or `nil` where a kind is reached by an option of another's.
  init?(_ kind: ChangeKind) {
    guard let command = kind.row.command else { return nil }
    name = command.name
    summary = command.summary
    let isOfMany = ![.configure, .place].contains(kind)
    operands = [isOfMany ? "[NAME…]" : "NAME"] + command.operands
    options =
      command.options.compactMap(Option.init(rawValue:)) + (isOfMany ? Option.ofMany : [])
      + Option.ofChanges
    notes = command.notes + (isOfMany ? Self.manyNote : [])
    change = kind
    makesPlans = true
    parse = { (arguments) throws(CommandError) in
      if isOfMany, SeveralChanges.isAskedFor(arguments) { return try SeveralChanges(arguments) }
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

  /// The changes that it is made of, which guardrails may name as well.
  var parts: [String] {
    switch self {
    case .safeModeOn, .bisectStart: ["disable"]
    case .safeModeOff, .bisectReset: ["enable"]
    case .bisectGood, .bisectBad: ["disable", "enable"]
    default: []
    }
  }

  /// Whether one command line may be about several extensions.
  var takesMany: Bool { operands.first == "[NAME…]" }

  static let changes = ChangeKind.allCases.compactMap { Verb($0) }

  /// Those that `ksx plan` takes: all that can say what they would do.
  static let planned =
    changes + [
      .cancel, .undo, .safeModeOn, .safeModeOff, .bisectStart, .bisectGood, .bisectBad,
      .bisectReset, .configUnset,
      .configEdit, .apply, .repoAdd, .repoEdit, .repoSync, .repoRemove,
    ]
}

/// What a command line asks for, read and ready to be done.
protocol Command: Sendable {
  /// Reads all that was given, and refuses what cannot be meant.
  init(_ arguments: Arguments) throws(CommandError)

  /// Does it, and returns when it is done.
  func run(_ context: Context) async throws(CommandError)
}

/// A command about one cluster.
protocol ClusterCommand: Command {
  /// Whether it may change the cluster, which `--read-only` refuses.
  var mayChange: Bool { get }

  /// Does it in the cluster of `session`.
  func run(in session: CommandSession) async throws(CommandError)
}

extension ClusterCommand {
  var mayChange: Bool { false }

  func run(_ context: Context) async throws(CommandError) {
    try await context.openSession().carryOut(self)
  }
}
