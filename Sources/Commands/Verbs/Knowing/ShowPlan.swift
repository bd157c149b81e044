import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let plan = Verb(
    "plan", "Make the plan that another command would, and send nothing", operands: ["VERB", "[NAME…]"],
    options: [
      .version, .string, .yaml, .config, .empty, .clusters, .targetNamespace, .force, .filter, .selector, .writeFiles,
      .output,
    ], trouble: 2,
    notes: [
      "VERB is one of \((changes.map(\.name) + [configUnset.name]).joined(separator: ", ")).",
      "Several extensions, by their names or by --where and --selector, are planned in the order in which they would be",
      "changed, each as if those before it were done.",
      "It shows what changes, the values with their origin, every check with what came of it or why it was not made,",
      "what comes and goes, who needs what, and the kubectl line, which runs as it stands; where it reads a file,",
      "--write-files says where to write that. It ends with 0 when nothing would change, with 1 when something would, with 2 when it",
      "cannot be done or told.",
    ], as: ShowPlan.self)
}

/// The plans of one change to one extension or to several.
struct ShowPlan: ClusterCommand {
  /// Of whom.
  private enum Asked {
    case each([ChangeCommand])
    case several(SeveralChanges)
  }

  private let asked: Asked
  private let output: Output
  /// The folder for the files that kubectl lines read, if they are asked for.
  private let files: String?

  init(_ arguments: Arguments) throws(CommandError) {
    var words = arguments.operands
    var name = words.removeFirst()
    if let pair = words.first.map({ "\(name) \($0)" }), Verb(named: pair) != nil {
      name = pair
      words.removeFirst()
    }
    guard let verb = Verb(named: name), let kind = verb == .configUnset ? .configure : verb.change else {
      throw CommandError("ksx plan is of a change, and \(name) is none; see ksx help plan")
    }
    try arguments.check(options: verb.options + [.writeFiles], of: "plan \(name)")
    asked = try Self.asked(arguments, verb, kind, words)
    output = arguments.output
    files = arguments[.writeFiles]
  }

  private static func asked(
    _ arguments: Arguments, _ verb: Verb, _ kind: ChangeKind, _ words: [String]
  ) throws(CommandError) -> Asked {
    var inner = arguments
    (inner.verb, inner.operands) = (verb, words)
    if verb.takesMany, SeveralChanges.isAskedFor(inner) { return .several(try SeveralChanges(inner)) }
    if words.isEmpty { throw CommandError("ksx plan \(verb.name) needs NAME; see ksx help plan") }
    if verb == .configUnset { return .each([try UnsetConfig(inner).command]) }
    // Of one extension keys may be set; a name has no equals sign in it.
    let setsKeys = kind == .configure && words.dropFirst().contains { $0.contains("=") }
    return .each(
      try (setsKeys ? [words] : words.map { [$0] }).map { (words) throws(CommandError) in
        inner.operands = words
        return try ChangeCommand(inner, kind)
      })
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let sheets = try await sheets(in: session)
    let texts = sheets.map { PlanSheetText(sheet: $0, cluster: session.name, isWide: output == .wide) }
    if let files { try write(texts.compactMap(\.text.neededFile), to: files, session.outlet) }
    switch output {
    case .json, .yaml:
      session.outlet.printExactly(try output.text(.ours("PlanList", ["items": .sequence(texts.map(\.value))])))
    case .name: session.outlet.print(sheets.map { "\($0.plan.name) \($0.verdict.rawValue)" })
    case .table, .wide: session.outlet.print(Array(texts.map(\.lines).joined(separator: [""])))
    }
    if sheets.contains(where: { $0.verdict == .cannot }) { throw .verdict(2) }
    if sheets.contains(where: { $0.verdict == .wouldChange }) { throw .verdict(1) }
  }

  private func write(
    _ files: [Plan.KubectlFile], to folder: String, _ outlet: Outlet
  ) throws(CommandError) {
    for file in files {
      let path = "\(folder)/\(file.name)"
      do { try Files.write(Array(file.text.utf8), to: path) } catch { throw CommandError(error) }
      outlet.note("note: \(path) is written, for its owner alone")
    }
  }

  private func sheets(in session: CommandSession) async throws(CommandError) -> [PlanSheet] {
    let gateway = session.session.gateway
    var sheets: [PlanSheet] = []
    switch asked {
    case .each(let commands):
      for command in commands {
        let (plan, context, reader) = try await command.planned(in: session)
        sheets.append(await reader.sheet(of: plan, in: context, gateway: gateway))
      }
    case .several(let changes):
      guard let (plans, reader) = try await changes.planned(in: session) else { return [] }
      for plan in plans.all {
        guard let context = plans.contexts[plan.name] else { continue }
        sheets.append(await reader.sheet(of: plan, in: context, gateway: gateway))
      }
    }
    return sheets
  }
}
