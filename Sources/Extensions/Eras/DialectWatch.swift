package import Client
import Platform

/// Which KubeSphere extensions a cluster has: waited for while there are none, and looked at again later.
package struct DialectWatch: Sendable {
  /// Twice the same is no definition that is on its way, and no server that has just begun.
  static let pause = Duration.seconds(5)
  static let review = Duration.seconds(120)

  private let cluster: Cluster

  package init(of cluster: Cluster) {
    self.cluster = cluster
  }

  /// What the cluster has; while it has none, they may come any moment, and `wait` is called between the attempts.
  package func first(
    waiting wait: (Duration) async -> Void
  ) async throws(DialectError) -> Capabilities {
    while true {
      do throws(DialectError) {
        return try await Capabilities.learn(from: cluster)
      } catch {
        guard case .absent = error else { throw error }
      }
      await wait(Self.pause)
    }
  }

  /// Returns true once the cluster has others than `dialect`, as after an upgrade, and false when the task is cancelled.
  ///
  /// A cluster that has none for now, or does not say, may have the same again.
  package func untilOther(than dialect: Dialect) async -> Bool {
    while !Task.isCancelled {
      await cluster.timing.sleep(Self.review)
      guard await isOther(than: dialect) else { continue }
      await cluster.timing.sleep(Self.pause)
      if await isOther(than: dialect) { return true }
    }
    return false
  }

  private func isOther(than dialect: Dialect) async -> Bool {
    guard let capabilities = try? await Capabilities.learn(from: cluster) else { return false }
    return capabilities.dialect != dialect
  }
}
