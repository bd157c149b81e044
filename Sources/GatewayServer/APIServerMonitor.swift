package import Client
import KubernetesAPI
import Platform

/// Checks whether the API server behind a gateway responds; without it, the gateway can authenticate no caller and
/// learns of no change to rules.
package final class APIServerMonitor: Sendable {
  private static let pause = Duration.seconds(3)
  /// A longer silence counts as a failure; a restart of the API server takes less.
  static let longestSilence = Duration.seconds(10)

  private let cluster: Cluster
  private let lastResponse: Locked<Duration>

  /// Counts the server as responding until the first check.
  package init(of cluster: Cluster) {
    self.cluster = cluster
    lastResponse = Locked(cluster.timing.now())
  }

  /// Sends requests until the task is cancelled; a refusal is a response too.
  package func run() async {
    var cluster = cluster
    cluster.readAttempts = 1
    while !Task.isCancelled {
      do throws(ClusterError) {
        _ = try await cluster.document("/version")
        note()
      } catch {
        if case .refused = error { note() }
      }
      await cluster.timing.sleep(Self.pause)
    }
  }

  private func note() {
    let now = cluster.timing.now()
    lastResponse.withLock { $0 = now }
  }

  /// How long there has been no response; `nil` if that is not too long.
  var silence: Duration? {
    let silence = cluster.timing.now() - lastResponse.withLock { $0 }
    return silence > Self.longestSilence ? silence : nil
  }
}
