import Client
import Extensions
import Platform

/// Why a command did not do what was asked, as the one line a user reads.
package struct CommandError: Error, Hashable, Sendable {
  package let sentence: String
  /// The cluster does not have a kind that it was thought to have; nothing was done.
  let isOfMissingKind: Bool
  /// What ksx leaves with; 1 is what the verb says it is.
  private(set) var status: Int32 = 1
  /// The exit status where it is an answer and no failure, such as 1 for a difference; all has been said then.
  let verdict: Int32?

  /// Whatever is quoted in `sentence` is made harmless.
  package init(_ sentence: String) {
    self.sentence = sentence.oneLine
    isOfMissingKind = false
    verdict = nil
  }

  private init(verdict: Int32) {
    sentence = ""
    isOfMissingKind = false
    self.verdict = verdict
  }

  /// The answer is in the exit status.
  static func verdict(_ status: Int32) -> CommandError { CommandError(verdict: status) }

  /// The cluster's refusal, or its silence, while `doing` something.
  init(_ error: ClusterError, _ doing: String, at server: String) {
    sentence = error.sentence(for: Sentence(verbatim: doing), at: server).english.oneLine
    isOfMissingKind = error.isOfMissingKind
    verdict = nil
  }

  /// The same, leaving with another `status`.
  func leaving(_ status: Int32) -> CommandError {
    var error = self
    error.status = status
    return error
  }

  init(_ error: SystemError) { self.init(error.description) }
}
