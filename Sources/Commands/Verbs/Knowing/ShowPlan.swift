import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let plan = Verb(
    "plan", "Make the plan that another command would, and send nothing", operands: ["VERB", "[NAME…]"],
    options: planOptions, failureStatus: 2,
    notes: [
      "VERB is one of \(planned.map(\.name).joined(separator: ", ")), with what goes with it.",
      "Several extensions, by their names or by --where and --selector, are planned in the order in which they would be",
      "changed, each as if those before it were done.",
      "It shows what changes, the values with their origin, every check with what came of it or why it was not made,",
      "what comes and goes, who needs what, and the kubectl line, which runs as it stands; where it reads a file,",
      "--write-files says where to write that. It ends with 0 when nothing would change, with 1 when something would, with 2 when it",
      "cannot be done or told.",
    ], as: ShowPlan.self)

  /// The options of all planned verbs, except those about confirming, trying and waiting.
  private static var planOptions: [Option] {
    let excluded: Set<Option> = [.yes, .confirm, .dryRun, .wait, .timeout, .reason, .now, .climb, .output]
    var options: [Option] = []
    for option in planned.flatMap(\.options) where !excluded.contains(option) && !options.contains(option) {
      options.append(option)
    }
    return options + [.writeFiles, .output]
  }
}

/// Shows the plans of another command.
struct ShowPlan: ClusterCommand {
  private let commands: [any PlannedCommand]
  private let output: Output
  /// The folder for the files that the kubectl commands read; `nil` if none are to be written.
  private let files: String?

  init(_ arguments: Arguments) throws(CommandError) {
    var words = arguments.operands
    var name = words.removeFirst()
    if let pair = words.first.map({ "\(name) \($0)" }), Verb(named: pair) != nil {
      name = pair
      words.removeFirst()
    }
    guard let verb = Verb(named: name), verb.makesPlans else {
      throw CommandError("ksx plan is of a change, and \(name) is none; see ksx help plan")
    }
    try arguments.check(options: verb.options + [.writeFiles, .output], of: "plan \(name)")
    commands = try Self.commands(arguments, verb, words)
    output = arguments.output
    files = arguments[.writeFiles]
  }

  private static func commands(
    _ arguments: Arguments, _ verb: Verb, _ words: [String]
  ) throws(CommandError) -> [any PlannedCommand] {
    var inner = arguments
    (inner.verb, inner.operands) = (verb, words)
    if verb.takesMany, SeveralChanges.isAskedFor(inner) { return [try SeveralChanges(inner)] }
    // `config set` with KEY=VALUE operands is about one extension; names have no equals sign.
    if verb.change == .place || (verb.change == .configure && !words.dropFirst().contains { $0.contains("=") }) {
      if words.isEmpty { throw CommandError("ksx plan \(verb.name) needs NAME; see ksx help plan") }
      return try words.map { (word) throws(CommandError) in
        inner.operands = [word]
        return try command(inner)
      }
    }
    try inner.checkOperands()
    return [try command(inner)]
  }

  private static func command(_ arguments: Arguments) throws(CommandError) -> any PlannedCommand {
    guard let command = try arguments.verb.parse(arguments) as? any PlannedCommand else {
      throw CommandError("ksx \(arguments.verb.name) makes no plan that could be shown")
    }
    return command
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let plans = try await plans(in: session)
    let texts = plans.map { CommandPlanText($0, cluster: session.name, isWide: output == .wide) }
    if let files { try write(texts.compactMap(\.neededFile), to: files, session.outlet) }
    switch output {
    case .json, .yaml:
      session.outlet.printExactly(try output.text(.ksxDocument("PlanList", ["items": .sequence(texts.map(\.value))])))
    case .name: session.outlet.print(zip(texts, plans).map { "\($0.name) \($1.verdict.rawValue)" })
    case .table, .wide: session.outlet.print(Array(texts.map(\.lines).joined(separator: [""])))
    }
    if plans.contains(where: { $0.verdict == .cannot }) { throw .verdict(2) }
    if plans.contains(where: { $0.verdict == .wouldChange }) { throw .verdict(1) }
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

  private func plans(in session: CommandSession) async throws(CommandError) -> [CommandPlan] {
    var plans: [CommandPlan] = []
    for command in commands { plans += try await command.plans(in: session) }
    return plans
  }
}

/// A plan of either kind, for output.
private struct CommandPlanText {
  let name: String
  let lines: [String]
  let value: Value
  /// The file that the kubectl command needs.
  let neededFile: Plan.KubectlFile?

  init(_ plan: CommandPlan, cluster: String, isWide: Bool) {
    switch plan {
    case .change(let sheet):
      let text = PlanSheetText(sheet: sheet, cluster: cluster, isWide: isWide)
      (name, lines, value, neededFile) = (sheet.plan.name, text.lines, text.value, sheet.plan.neededFile)
    case .action(let plan):
      let text = ActionPlanText(plan: plan, cluster: cluster)
      (lines, value, neededFile) = (text.sheetLines, text.value, nil)
      name = plan.subject.isEmpty ? plan.verbs.first ?? "" : plan.subject
    }
  }
}
