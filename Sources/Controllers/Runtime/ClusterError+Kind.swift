import Client
import KubernetesAPI
import Platform

extension ClusterError {
  /// Whether a retry of the same request may succeed later.
  var isTransient: Bool {
    guard let status else { return true }
    // A namespace that is being terminated refuses new objects with 403, and accepts them after it has been created
    // again.
    if status.isForbidden, status.message.contains("being terminated") { return true }
    return [401, 408, 409, 429].contains(status.code) || status.code >= 500
  }

  /// One line for a log or a condition.
  var short: String {
    switch self {
    case .refused(let status): status.message.isEmpty ? "the API answered \(status.code)" : status.message
    case .unreadable(let reason), .unanswered(let reason, _): reason.english
    case .transport(let error): "\(error)"
    }
  }
}
