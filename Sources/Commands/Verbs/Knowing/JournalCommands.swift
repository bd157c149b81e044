import Manifest
import Operations
import Platform

extension Verb {
  static let journal = Verb(
    "journal", "Show what this user did to clusters with ksx, each write and what came of it",
    operands: ["[NAME…]"],
    options: [.output],
    notes: [
      "With NAME only what was done to these extensions. The journal has no secrets: it tells what was written to, and",
      "not what. Each line has the hash of the one before it; the system's log, where there is one, is told each hash.",
    ], as: ShowJournal.self)

  static let journalShow = Verb(
    "journal show", "The same as ksx journal", operands: ["[NAME…]"], options: [.output],
    as: ShowJournal.self)

  static let journalVerify = Verb(
    "journal verify",
    "Say whether the journal is as it was written: no line changed, missing or added",
    operands: ["[HASH]"], options: [.output], failureStatus: 2,
    notes: [
      "With HASH, one that the system's log was told, it must be in the journal as well: lines cut off at the end are",
      "seen by that alone. It ends with 0 when all is well, with 1 when not, with 2 when the journal cannot be read.",
    ], as: VerifyJournal.self)

  static let journalExport = Verb(
    "journal export", "Print the journal byte for byte, as JSON lines with their hashes",
    as: ExportJournal.self)
}

/// `journal show`: prints the lines of the journal.
struct ShowJournal: Command {
  private let names: [String]
  private let output: Output

  init(_ arguments: Arguments) {
    names = arguments.operands
    output = arguments.output
  }

  func run(_ context: Context) async throws(CommandError) {
    let all = try context.readingJournal { journal throws(SystemError) in try journal.lines() }
    let lines = all.filter { line in names.isEmpty || names.contains { line.isAbout($0) } }
    switch output {
    case .json, .yaml:
      let items = lines.map(\.value)
      context.outlet.printExactly(try output.text(.ksxDocument("Journal", ["items": .sequence(items)])))
    case .name: context.outlet.print(lines.map { $0.text("hash") })
    case .table, .wide:
      context.outlet.print(TextTable(Self.columns, lines, isWide: output == .wide).lines)
    }
  }

  private static let columns: [TextColumn<JournalLine>] = [
    TextColumn("TIME") { $0.text("time") },
    TextColumn("WHO") { line in
      [line.text("person"), line.text("user")].filter { !$0.isEmpty }.joined(separator: " as ")
    },
    TextColumn("CLUSTER") { $0.text("cluster") },
    TextColumn("COMMAND") { $0.text("verb") },
    TextColumn("WRITE") { "\($0.text("method")) \($0.text("target"))" },
    TextColumn("OUTCOME") { $0.outcome },
    TextColumn("REASON", isWide: true) { $0.text("reason") },
    TextColumn("SERVER", isWide: true) { $0.text("server") },
    TextColumn("HASH", isWide: true) { $0.text("hash") },
  ]
}

extension JournalLine {
  /// Whether the line is about the extension `name`, or a write to an object of that name.
  fileprivate func isAbout(_ name: String) -> Bool {
    let names = value["names"]?.sequence?.compactMap(\.string) ?? []
    return names.contains(name)
      || text("target").split(separator: "/").last.map(String.init) == name
  }
}

/// `journal verify`: checks the chain of hashes.
struct VerifyJournal: Command {
  private let hash: String?
  private let output: Output

  init(_ arguments: Arguments) {
    hash = arguments.operands.first?.lowercased()
    output = arguments.output
  }

  func run(_ context: Context) async throws(CommandError) {
    let bytes = try context.readingJournal { journal throws(SystemError) in try journal.bytes() }
    let check = JournalCheck(bytes)
    let isMissing = hash.map { !check.has($0) } ?? false
    if output.isStructured {
      context.outlet.printExactly(try output.text(.ksxDocument("JournalCheck", Self.fields(check, isMissing))))
    } else {
      tell(check, isMissing, context)
    }
    if !check.flaws.isEmpty || isMissing { throw .verdict(1) }
    if bytes.isEmpty {
      throw CommandError("there is no journal: nothing was written yet, or it was taken away")
        .withExitStatus(2)
    }
  }

  private static func fields(_ check: JournalCheck, _ isMissing: Bool) -> Mapping {
    let flaws = check.flaws.map { ["line": .integer($0.line), "text": .string($0.text)] as Value }
    return [
      "lines": .integer(check.count), "head": .string(check.head), "flaws": .sequence(flaws),
      "broken": .sequence(check.broken.map(Value.integer)), "isMissing": .bool(isMissing),
    ]
  }

  private func tell(_ check: JournalCheck, _ isMissing: Bool, _ context: Context) {
    context.outlet.print("lines: \(check.count), head: \(check.head)")
    context.outlet.note(check.broken.map { "note: line \($0) was broken off while it was written" })
    context.outlet.note(check.flaws.map { "line \($0.line): \($0.text)" })
    if isMissing, let hash {
      context.outlet.note("no line has the hash \(hash): lines were cut off, or it is another's")
    }
  }
}

/// `journal export`: prints the file unchanged.
struct ExportJournal: Command {
  init(_ arguments: Arguments) {}

  func run(_ context: Context) async throws(CommandError) {
    let bytes = try context.readingJournal { journal throws(SystemError) in try journal.bytes() }
    context.outlet.printExactly(String(decoding: bytes, as: UTF8.self))
  }
}

extension Context {
  fileprivate func readingJournal<Value>(
    _ read: (Journal) throws(SystemError) -> Value
  ) throws(CommandError) -> Value {
    do {
      return try read(Journal(folder: localState.state))
    } catch {
      throw CommandError(error)
    }
  }
}
