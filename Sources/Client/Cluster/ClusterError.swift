package import HTTP
package import KubernetesAPI
package import Platform

/// Why a request to the cluster failed.
package enum ClusterError: Error, Hashable, Sendable {
  /// No response arrived.
  case transport(TransportError)
  /// The API server refused the request.
  case refused(Status)
  /// The response does not have the form that the API promises; the text says how, for the user.
  case unreadable(Sentence)
  /// A write got no response, and its outcome was checked; `reason` says why there was no response.
  case unanswered(reason: Sentence, Outcome)

  /// The outcome of a write whose response was lost.
  package enum Outcome: Hashable, Sendable {
    /// The object was read again and does not have the requested state.
    case notCarriedOut
    /// The object cannot be read either; the text says why.
    case unknown(Sentence)
  }
}

extension ClusterError {
  /// The status of a refusal; `nil` for other errors.
  package var status: Status? {
    guard case .refused(let status) = self else { return nil }
    return status
  }

  /// The object or collection does not exist.
  package var isNotFound: Bool { status?.isNotFound == true }

  /// The user may not do this.
  package var isForbidden: Bool { status?.isForbidden == true }

  /// Another client wrote first, so the object must be read again.
  package var isLostRace: Bool { status.map { $0.isConflict || $0.isAlreadyExists } ?? false }
}
