import Client
import Extensions
import HTTP
import KubernetesAPI

extension DialectError {
  /// What a user reads.
  func sentence(at server: String) -> String {
    switch self {
    case .absent: "This cluster has no KubeSphere extensions: the API group kubesphere.io is not there."
    case .forbidden:
      "You may not see the extensions of this cluster: ask for a role that lists installplans.kubesphere.io."
    case .cluster(let error): error.sentence(for: "looking for extensions", at: server)
    }
  }
}

extension ClusterError {
  /// What a change that met this error means for the cluster, as a sentence.
  var consequence: String {
    switch self {
    case .transport(.unreachable), .transport(.untrusted), .transport(.invalid): "Nothing was changed."
    case .transport(.interrupted), .transport(.timedOut), .transport(.cancelled), .unreadable:
      "It is not known whether it was carried out."
    // A server between may have lost the answer only.
    case .refused(let status) where status.code == 502 || status.code == 504:
      "It is not known whether it was carried out."
    case .refused, .unanswered(_, .notCarriedOut): "Nothing was changed."
    case .unanswered(_, .unknown): "It is not known whether it was carried out."
    }
  }
}
