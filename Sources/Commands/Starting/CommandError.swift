import Client
import Extensions
package import Platform

/// Why a command failed, as the single line that is shown.
package struct CommandError: Error, Hashable, Sendable {
  /// The line, to be shown in the user's language.
  package let words: Sentence
  /// Whether the cluster does not serve a kind that it was expected to serve; nothing was done then.
  let isOfMissingKind: Bool
  /// The exit status; 1 is replaced by the failure status of the verb.
  private(set) var status: Int32 = 1
  /// The exit status of a command that has a negative result but did not fail, such as 1 for a difference; nothing more
  /// is printed.
  let verdict: Int32?

  /// `sentence` is sanitised, because it may quote other text.
  package init(_ sentence: String) { self.init(Sentence(verbatim: sentence)) }

  package init(_ words: Sentence) {
    self.words = words.changingTexts { $0.oneLine }
    isOfMissingKind = false
    verdict = nil
  }

  /// The line in English.
  package var sentence: String { words.english.oneLine }

  private init(verdict: Int32) {
    words = ""
    isOfMissingKind = false
    self.verdict = verdict
  }

  /// The result is the exit status alone.
  static func verdict(_ status: Int32) -> CommandError { CommandError(verdict: status) }

  /// A failed request, while `doing` something.
  init(_ error: ClusterError, _ doing: String, at server: String) {
    words = error.sentence(for: Sentence(verbatim: doing), at: server)
    isOfMissingKind = error.isOfMissingKind
    verdict = nil
  }

  /// The same error with another exit `status`.
  func withExitStatus(_ status: Int32) -> CommandError {
    var error = self
    error.status = status
    return error
  }

  init(_ error: some ErrorInWords) { self.init(error.sentence) }
}
