import Platform
import Terminal

/// Where a command's words go, and where its answers come from.
///
/// All that leaves for a terminal is made harmless here, and shows no credential, so that no caller has to remember it; only
/// what a program reads goes out byte for byte.
package struct Outlet: Sendable {
  private let output: @Sendable (String) -> Void
  private let errors: @Sendable (String) -> Void
  private var questions: (@Sendable (String) -> String?)?
  private var secretQuestions: (@Sendable (String) -> String?)?
  /// Lets the user edit a file, and says whether that went well; `nil` where there is no terminal for it.
  package var edit: (@Sendable (String) async -> Bool)?
  /// Whether data goes to a terminal, which control characters would reach.
  package var printsToTerminal: Bool
  /// Whether what users read is sent in ASCII only, as the locale says.
  var isPlain = false
  /// The language of extensions' texts: `en` or `zh`.
  package var language = "en"
  /// Everything on the standard input, or `nil` when that is a terminal.
  package var input: @Sendable () throws(CommandError) -> String?

  /// `print` writes to the standard output as it is told, `note` a line to the standard error.
  package init(
    print: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void,
    ask: (@Sendable (String) -> String?)? = nil, printsToTerminal: Bool = false,
    input: @escaping @Sendable () throws(CommandError) -> String? = { () throws(CommandError) in nil }
  ) {
    output = print
    errors = note
    questions = ask
    self.printsToTerminal = printsToTerminal
    self.input = input
  }

  /// Prints a line of data.
  func print(_ line: String) { output(told(line) + "\n") }

  /// What is told of a cluster may quote what it was sent; a document is the user's own.
  private func told(_ line: String) -> String { shown(CredentialText.removed(from: line)) }

  private func shown(_ line: String) -> String { Self.harmless(line, isPlain: isPlain) }

  /// Prints lines of data, all at once.
  func print(_ lines: [String]) {
    if !lines.isEmpty { output(lines.map { told($0) + "\n" }.joined()) }
  }

  /// Prints a text of this program's own with its lines, for users.
  func print(own text: String) { output(isPlain ? PlainText.text(text) : text) }

  /// Prints what a program reads: not a byte of it is changed.
  func printExactly(_ text: String) { output(text) }

  /// Prints a text byte for byte, or line by line where a terminal would take it for orders.
  func print(document: String) {
    guard printsToTerminal else { return output(document) }
    let lines = document.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    output(lines.map { shown(String(decoding: $0, as: UTF8.self)) }.joined(separator: "\n"))
  }

  /// A line for the user, beside the data.
  package func note(_ line: String) { errors(told(line)) }

  /// Lines for the user, beside the data.
  func note(_ lines: [String]) { for line in lines { note(line) } }

  /// Asks the user and returns the answer; `nil` where there is no terminal to ask at.
  package var ask: (@Sendable (String) -> String?)? {
    get { harmless(questions) }
    set { questions = newValue }
  }

  /// Asks without showing what is typed; `nil` where there is no terminal to ask at.
  package var askSecretly: (@Sendable (String) -> String?)? {
    get { harmless(secretQuestions) }
    set { secretQuestions = newValue }
  }

  // Questions go where notes go.
  private func harmless(_ ask: (@Sendable (String) -> String?)?) -> (@Sendable (String) -> String?)? {
    guard let ask else { return nil }
    return { ask(Self.harmless($0, isPlain: isPlain)) }
  }

  private static func harmless(_ text: String, isPlain: Bool) -> String {
    isPlain ? PlainText.text(text.sanitised) : text.sanitised
  }
}

extension String {
  /// This text on one line, safe to print to a terminal.
  var oneLine: String {
    split(whereSeparator: \.isNewline).joined(separator: " ").sanitised
  }
}
