import Client
import Extensions
import Platform

/// Why a command did not do what was asked, as the one line a user reads.
package struct CommandError: Error, Hashable, Sendable {
  package let sentence: String
  /// The cluster does not have a kind that it was thought to have; nothing was done.
  let isOfMissingKind: Bool
  /// What ksx leaves with.
  private(set) var status: Int32 = 1

  /// Whatever is quoted in `sentence` is made harmless.
  package init(_ sentence: String) {
    self.sentence = sentence.oneLine
    isOfMissingKind = false
  }

  /// The cluster's refusal, or its silence, while `doing` something.
  init(_ error: ClusterError, _ doing: String, at server: String) {
    sentence = error.sentence(for: doing, at: server).oneLine
    isOfMissingKind = error.isOfMissingKind
  }

  /// The same, leaving with another `status`.
  func leaving(_ status: Int32) -> CommandError {
    var error = self
    error.status = status
    return error
  }

  init(_ error: SystemError) { self.init(error.description) }
}
