extension Verb {
  static let completion = Verb(
    "completion", "Print a completion script for bash or zsh", operands: ["bash|zsh"], as: ShowCompletion.self)
}

struct ShowCompletion: Command {
  private let script: String

  init(_ arguments: Arguments) throws(CommandError) { script = try Completion.script(for: arguments.name) }

  func run(_ context: Context) { context.outlet.printExactly(script) }
}
