import Client
import Extensions
import Platform

/// Why a command did not do what was asked, as the one line a person reads.
package struct CommandError: Error, Hashable, Sendable {
  package var sentence: String
  /// The cluster does not have a kind that it was thought to have; nothing was done.
  var isOfMissingKind = false

  package init(_ sentence: String) { self.sentence = sentence }

  /// The cluster's refusal, or its silence, while `doing` something.
  init(_ error: ClusterError, _ doing: String, at server: String) {
    sentence = error.sentence(for: doing, at: server)
    isOfMissingKind = error.isOfMissingKind
  }

  init(_ error: SystemError) { sentence = error.description }
}
