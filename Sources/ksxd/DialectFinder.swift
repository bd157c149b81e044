import Client
import Extensions
import Logging
import Platform

/// Which KubeSphere extensions a cluster has: waited for while there are none, and looked at again later.
struct DialectFinder {
  /// Twice the same is no definition that is on its way, and no server that has just begun.
  private static let pause = Duration.seconds(5)
  private static let review = Duration.seconds(120)

  var cluster: Cluster
  /// What the cluster is called.
  var address: String

  /// What it has; while it has none, they may come any moment.
  func find(_ endings: Endings) async throws(DaemonError) -> Capabilities {
    var isTold = false
    while true {
      do throws(DialectError) {
        return try await Capabilities.learn(from: cluster)
      } catch {
        guard case .absent = error else { throw problem(error) }
      }
      if !isTold { Logger(label: "ksxd").warning("\(address) has no KubeSphere extensions: waiting for their CRDs") }
      isTold = true
      // Nothing has begun that would have to be ended.
      endings.endAtOnce(true)
      try? await Task.sleep(for: Self.pause)
      endings.endAtOnce(false)
    }
  }

  private func problem(_ error: DialectError) -> DaemonError {
    switch error {
    case .absent: DaemonError("\(address) has no KubeSphere extensions: apply their CRDs first")
    case .forbidden: DaemonError("\(address) does not let this user see extensions: use another context")
    case .cluster(let error): DaemonError(error.told(for: "finding the kinds of extensions", at: address))
    }
  }

  /// Ends the process once the cluster has others than `dialect`, as after an upgrade, so that it is started with those.
  func follow(_ dialect: Dialect, _ endings: Endings) async {
    while !Task.isCancelled {
      try? await Task.sleep(for: Self.review)
      guard await isOther(than: dialect) else { continue }
      try? await Task.sleep(for: Self.pause)
      guard await isOther(than: dialect) else { continue }
      return endings.end("\(address) has other KubeSphere extensions than at the start")
    }
  }

  private func isOther(than dialect: Dialect) async -> Bool {
    guard let capabilities = try? await Capabilities.learn(from: cluster) else { return false }
    return capabilities.dialect != dialect
  }
}
