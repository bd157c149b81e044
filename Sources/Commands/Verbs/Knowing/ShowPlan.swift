import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Verb {
  static let plan = Verb(
    "plan", "Make the plan that another command would, and send nothing", operands: ["VERB", "NAME…"],
    options: [.version, .string, .yaml, .config, .empty, .clusters, .force, .output], trouble: 2,
    notes: [
      "VERB is one of \(changes.map(\.name).joined(separator: ", ")).",
      "It shows what changes, the values with their origin, every check with what came of it or why it was not made,",
      "what comes and goes, who needs what, and the kubectl line. It ends with 0 when nothing would change, with 1 when",
      "something would, with 2 when it cannot be done or told.",
    ], as: ShowPlan.self)
}

/// The plans of one change to several extensions.
struct ShowPlan: ClusterCommand {
  private let commands: [ChangeCommand]
  private let output: Output

  init(_ arguments: Arguments) throws(CommandError) {
    var words = arguments.operands
    var name = words.removeFirst()
    if let pair = words.first.map({ "\(name) \($0)" }), Verb(named: pair)?.change != nil {
      name = pair
      words.removeFirst()
    }
    guard let verb = Verb(named: name), let kind = verb.change else {
      throw CommandError("ksx plan is of a change, and \(name) is none; see ksx help plan")
    }
    if words.isEmpty { throw CommandError("ksx plan \(name) needs NAME…; see ksx help plan") }
    try arguments.check(options: verb.options, of: "plan \(name)")
    // Of one extension keys may be set; a name has no equals sign in it.
    let setsKeys = kind == .configure && words.dropFirst().contains { $0.contains("=") }
    commands = try (setsKeys ? [words] : words.map { [$0] }).map { (words) throws(CommandError) in
      var inner = arguments
      inner.verb = verb
      inner.operands = words
      return try ChangeCommand(inner, kind)
    }
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    var sheets: [PlanSheet] = []
    for command in commands {
      let (plan, context, reader) = try await command.planned(in: session)
      sheets.append(await reader.sheet(of: plan, in: context, gateway: session.session.gateway))
    }
    let texts = sheets.map { PlanSheetText(sheet: $0, cluster: session.name, isWide: output == .wide) }
    switch output {
    case .json, .yaml:
      session.outlet.printExactly(try output.text(.ours("PlanList", ["items": .sequence(texts.map(\.value))])))
    case .name: session.outlet.print(sheets.map { "\($0.plan.name) \($0.verdict.rawValue)" })
    case .table, .wide: session.outlet.print(Array(texts.map(\.lines).joined(separator: [""])))
    }
    if sheets.contains(where: { $0.verdict == .cannot }) { throw .verdict(2) }
    if sheets.contains(where: { $0.verdict == .wouldChange }) { throw .verdict(1) }
  }
}
