import Client
import Extensions

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
