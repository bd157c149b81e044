import Client
import Extensions
import HTTP
import KubernetesAPI
import Platform

extension DialectError {
  /// The sentence for the user.
  func sentence(at server: String) -> Sentence {
    switch self {
    case .absent: "This cluster has no KubeSphere extensions: the API group kubesphere.io is not there."
    case .forbidden:
      "You may not see the extensions of this cluster: ask for a role that lists installplans.kubesphere.io."
    case .cluster(let error): error.connectionProblem(at: server)
    }
  }
}

extension ClusterError {
  /// What this error means for a change that was sent, as a sentence.
  var consequence: Sentence {
    switch self {
    case .transport(.unreachable), .transport(.untrusted), .transport(.invalid): "Nothing was changed."
    case .transport(.interrupted), .transport(.timedOut), .transport(.cancelled), .unreadable:
      "It is not known whether it was carried out."
    // A proxy may have lost the response of a request that was carried out.
    case .refused(let status) where status.code == 502 || status.code == 504:
      "It is not known whether it was carried out."
    case .refused, .unanswered(_, .notCarriedOut): "Nothing was changed."
    case .unanswered(_, .unknown): "It is not known whether it was carried out."
    }
  }
}

extension ClusterError {
  /// Why the screen cannot be kept up to date.
  func connectionProblem(at server: String) -> Sentence {
    if case .transport(.unreachable(let host, let reason)) = self, host.hasPrefix("unix://") {
      return "ksxd at \(TransportError.socketName(host)) cannot be reached: \(reason)."
    }
    // Watches only read, so an interruption has no consequences.
    if case .transport(.interrupted) = self { return "The connection to \(server) broke." }
    return problem(at: server)
  }
}

extension ClusterError {
  /// Whether the cluster refuses this user, which a retry does not change.
  var isPermanent: Bool {
    if case .refused(let status) = self { return status.isUnauthorized || status.isForbidden }
    return false
  }

  /// What prevents this machine from sending requests, such as an expired login; a retry does not change that either.
  var localProblem: Sentence? {
    guard case .transport(.invalid(let reason)) = self else { return nil }
    return reason.asFullSentence
  }
}

extension DialectError {
  var isPermanent: Bool {
    switch self {
    case .absent, .forbidden: true
    case .cluster(let error): error.isPermanent
    }
  }

  var localProblem: Sentence? {
    if case .cluster(let error) = self { error.localProblem } else { nil }
  }
}
