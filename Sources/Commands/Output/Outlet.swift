import Platform
import Terminal

/// The output of a command, and the source of the user's answers.
///
/// Everything that is written for users is sanitised for terminals and rid of credentials here, so that no caller can
/// forget it; only documents for programs are written unchanged.
package struct Outlet: Sendable {
  private let output: @Sendable (String) -> Void
  private let errors: @Sendable (String) -> Void
  private var questions: (@Sendable (String) -> String?)?
  private var secretQuestions: (@Sendable (String) -> String?)?
  /// Lets the user edit a file; returns whether the editor succeeded.
  ///
  /// `nil` without a terminal.
  package var edit: (@Sendable (String) async -> Bool)?
  /// Whether the standard output is a terminal, which would interpret control characters.
  package var printsToTerminal: Bool
  /// Whether text for users is written in ASCII only, as the locale requires.
  var isPlain = false
  /// The language of extensions' texts: `en` or `zh`.
  package var language = "en"
  /// Reads the whole standard input; `nil` if it is a terminal.
  package var input: @Sendable () throws(CommandError) -> String?

  /// `print` writes to the standard output, `note` a line to the standard error; both without changes.
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
  func print(_ line: String) { output(sanitised(line) + "\n") }

  /// Lines about a cluster may quote a request with a credential; documents are the user's own.
  private func sanitised(_ line: String) -> String { harmless(CredentialText.removed(from: line)) }

  private func harmless(_ line: String) -> String { Self.harmless(line, isPlain: isPlain) }

  /// Prints lines of data in one write.
  func print(_ lines: [String]) {
    if !lines.isEmpty { output(lines.map { sanitised($0) + "\n" }.joined()) }
  }

  /// Prints a text of several lines that is part of ksx, for users.
  func print(own text: String) { output(isPlain ? PlainText.text(text) : text) }

  /// Prints a document for programs, unchanged.
  func printExactly(_ text: String) { output(text) }

  /// Prints a document unchanged or, to a terminal, line by line and sanitised.
  func print(document: String) {
    guard printsToTerminal else { return output(document) }
    let lines = document.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    output(lines.map { harmless(String(decoding: $0, as: UTF8.self)) }.joined(separator: "\n"))
  }

  /// Writes a line for the user to the standard error.
  package func note(_ line: String) { errors(sanitised(line)) }

  /// Writes lines for the user to the standard error.
  func note(_ lines: [String]) { for line in lines { note(line) } }

  /// Asks the user and returns the answer; `nil` without a terminal.
  package var ask: (@Sendable (String) -> String?)? {
    get { sanitising(questions) }
    set { questions = newValue }
  }

  /// Asks without echoing the input; `nil` without a terminal.
  package var askSecretly: (@Sendable (String) -> String?)? {
    get { sanitising(secretQuestions) }
    set { secretQuestions = newValue }
  }

  // Questions are written to the standard error, as notes are.
  private func sanitising(_ ask: (@Sendable (String) -> String?)?) -> (@Sendable (String) -> String?)? {
    guard let ask else { return nil }
    return { ask(harmless($0)) }
  }

  private static func harmless(_ text: String, isPlain: Bool) -> String {
    isPlain ? PlainText.text(text.sanitised) : text.sanitised
  }
}

extension String {
  /// The text on one line, sanitised for terminals.
  var oneLine: String {
    split(whereSeparator: \.isNewline).joined(separator: " ").sanitised
  }
}
