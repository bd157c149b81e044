/// Where a command's words go, and where its answers come from.
package struct Outlet: Sendable {
  /// Data, to the standard output; the text has its own newlines.
  package var print: @Sendable (String) -> Void
  /// A line for a person, to the standard error.
  package var note: @Sendable (String) -> Void
  /// Asks a person and returns the answer; `nil` when nobody is there to be asked.
  package var ask: (@Sendable (String) -> String?)?
  /// Asks without showing what is typed; `nil` when nobody is there to be asked.
  package var askSecretly: (@Sendable (String) -> String?)?
  /// Whether data goes to a terminal, which control characters would reach.
  package var printsToTerminal: Bool
  /// The language of extensions' texts: `en` or `zh`.
  package var language = "en"
  /// Everything on the standard input, or `nil` when that is a terminal.
  package var input: @Sendable () throws(CommandError) -> String?

  package init(
    print: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void,
    ask: (@Sendable (String) -> String?)? = nil, printsToTerminal: Bool = false,
    input: @escaping @Sendable () throws(CommandError) -> String? = { () throws(CommandError) in nil }
  ) {
    self.print = print
    self.note = note
    self.ask = ask
    self.printsToTerminal = printsToTerminal
    self.input = input
  }
}
