import Client
import KubernetesAPI

extension ClusterError {
  /// A later retry may succeed without a change of what was asked for.
  var isPassing: Bool {
    guard let status else { return true }
    // A namespace on its way out refuses with 403, and takes newcomers again once it is gone.
    if status.isForbidden, status.message.contains("being terminated") { return true }
    return [401, 408, 409, 429].contains(status.code) || status.code >= 500
  }

  /// One line for a log or a condition.
  var short: String {
    switch self {
    case .refused(let status): status.message.isEmpty ? "the API answered \(status.code)" : status.message
    case .unreadable(let reason), .unanswered(let reason, _): reason
    case .transport(let error): "\(error)"
    }
  }
}
