import Client
import Extensions
import Logging
import Platform

/// Which KubeSphere extensions the cluster of a process has: it waits for them, and ends when there are others.
struct DialectFinder {
  var cluster: Cluster
  /// What the cluster is called.
  var address: String

  /// What it has; while it has none, they may come any moment.
  func find(_ endings: Endings) async throws(DaemonError) -> Capabilities {
    var isTold = false
    do throws(DialectError) {
      return try await DialectWatch(of: cluster).first { pause in
        if !isTold { Logger(label: "ksxd").warning("\(address) has no KubeSphere extensions: waiting for their CRDs") }
        isTold = true
        // Nothing has begun that would have to be ended.
        endings.endAtOnce(true)
        await cluster.timing.sleep(pause)
        endings.endAtOnce(false)
      }
    } catch {
      throw problem(error)
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
    guard await DialectWatch(of: cluster).untilOther(than: dialect) else { return }
    endings.end("\(address) has other KubeSphere extensions than at the start")
  }
}
