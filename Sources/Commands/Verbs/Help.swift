extension Verb {
  static let help = Verb("help", "Explain a command", operands: ["[COMMAND]"], as: ShowHelp.self)
}

struct ShowHelp: Command {
  private let text: String

  init(_ arguments: Arguments) throws(CommandError) { text = try Help.text(for: arguments.operands) }

  func run(_ context: Context) { context.outlet.print(own: text) }
}
