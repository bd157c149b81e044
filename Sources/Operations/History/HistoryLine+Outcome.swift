package import Client
import HTTP
import KubernetesAPI

extension HistoryLine {
  /// What came of a change.
  package enum Outcome: Hashable, Sendable {
    /// The API server accepted the write.
    case accepted
    /// The API server did not accept the write.
    case refused(String)
    /// Nothing of the write reached the cluster, for this reason.
    case notSent(String)
    /// The write was sent and not answered, for this reason.
    case unanswered(String)
    /// The controllers have finished.
    case done
    /// The controllers failed.
    case failed(String)
  }
}

extension HistoryLine.Outcome {
  /// The outcome of a write that failed with `error`.
  package init(_ error: ClusterError) {
    switch error {
    case .transport(.unreachable), .transport(.untrusted), .transport(.invalid), .unanswered(_, .notCarriedOut):
      self = .notSent(error.brief)
    case .transport(.interrupted), .transport(.timedOut), .transport(.cancelled), .unreadable,
      .unanswered(_, .unknown):
      self = .unanswered(error.brief)
    // A proxy between may only have lost the response.
    case .refused(let status) where status.code == 502 || status.code == 504: self = .unanswered(error.brief)
    case .refused: self = .refused(error.brief)
    }
  }

  /// Reads the outcome that is stored as `word`; `nil` if this version does not know it.
  init?(_ word: String, reason: String) {
    switch word {
    case "accepted": self = .accepted
    case "refused": self = .refused(reason)
    case "not sent": self = .notSent(reason)
    case "unanswered": self = .unanswered(reason)
    case "done": self = .done
    case "failed": self = .failed(reason)
    default: return nil
    }
  }

  /// The word that is stored for it.
  var word: String {
    switch self {
    case .accepted: "accepted"
    case .refused: "refused"
    case .notSent: "not sent"
    case .unanswered: "unanswered"
    case .done: "done"
    case .failed: "failed"
    }
  }

  var reason: String? {
    switch self {
    case .accepted, .done: nil
    case .refused(let reason), .failed(let reason), .notSent(let reason), .unanswered(let reason): reason
    }
  }
}

extension HistoryLine.Event {
  /// Whether the line records the API server's response to the write before it.
  var isAnswer: Bool {
    switch self {
    case .outcome(.done, _, _), .outcome(.failed, _, _): false
    case .outcome: true
    default: false
    }
  }
}
