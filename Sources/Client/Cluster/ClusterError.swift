package import HTTP
package import KubernetesAPI

/// Why the cluster did not do what was asked.
package enum ClusterError: Error, Hashable, Sendable {
  /// No answer came.
  case transport(TransportError)
  /// The API answered no.
  case refused(Status)
  /// The API answered something that is not what it promises; the text says what, for the user.
  case unreadable(String)
  /// A write got no answer, and was looked after; the reason says what became of the answer.
  case unanswered(reason: String, Fate)

  /// What became of a write whose answer was lost.
  package enum Fate: Hashable, Sendable {
    /// The object, read again, is not as the write wanted it.
    case notCarriedOut
    /// The object cannot be read either; the text says why.
    case unknown(String)
  }
}

extension ClusterError {
  /// What the API answered, where it answered no.
  package var status: Status? {
    guard case .refused(let status) = self else { return nil }
    return status
  }

  /// What was asked for is not there.
  package var isNotFound: Bool { status?.isNotFound == true }

  /// The user may not do this.
  package var isForbidden: Bool { status?.isForbidden == true }

  /// Another writer was faster: what there is must be read again.
  package var isLostRace: Bool { status.map { $0.isConflict || $0.isAlreadyExists } ?? false }
}
