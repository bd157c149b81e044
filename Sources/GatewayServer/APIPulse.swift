package import Client
import KubernetesAPI
import Platform

/// Whether the API server behind a gateway answers: without it no caller is known, and no rule changes.
package final class APIPulse: Sendable {
  private static let pause = Duration.seconds(3)
  /// A server that is restarted is back sooner.
  static let patience = Duration.seconds(10)

  private let cluster: Cluster
  private let heard: Locked<Duration>

  /// One that has just heard of it.
  package init(of cluster: Cluster) {
    self.cluster = cluster
    heard = Locked(cluster.timing.now())
  }

  /// Asks until the task is cancelled; a refusal is an answer too.
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
    heard.withLock { $0 = now }
  }

  /// For how long there has been no answer, where that is too long.
  var silence: Duration? {
    let silence = cluster.timing.now() - heard.withLock { $0 }
    return silence > Self.patience ? silence : nil
  }
}
