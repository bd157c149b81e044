import Client
import Extensions
import Logging
import Platform

/// Finds out which kinds of extensions a cluster has: waits until it has some, and later checks whether they change.
struct DialectFinder {
  var cluster: Cluster
  /// The cluster's address, for messages.
  var address: String

  /// Returns the capabilities of the cluster, as soon as it has any kinds of extensions.
  func find(_ shutdownReasons: ShutdownReasons) async throws(DaemonError) -> Capabilities {
    var isReported = false
    do throws(DialectError) {
      return try await DialectWatch(of: cluster).first { pause in
        if !isReported {
          Logger(label: "ksxd").warning("\(address) has no KubeSphere extensions: waiting for their CRDs")
        }
        isReported = true
        // Nothing has begun that would have to be ended.
        shutdownReasons.endAtOnce(true)
        await cluster.timing.sleep(pause)
        shutdownReasons.endAtOnce(false)
      }
    } catch {
      throw problem(error)
    }
  }

  private func problem(_ error: DialectError) -> DaemonError {
    switch error {
    case .absent: DaemonError("\(address) has no KubeSphere extensions: apply their CRDs first")
    case .forbidden: DaemonError("\(address) does not let this user see extensions: use another context")
    case .cluster(let error): DaemonError(error.daemonMessage(for: "finding the kinds of extensions", at: address))
    }
  }

  /// Ends the process if the cluster has another dialect than `dialect`, as after an upgrade of KubeSphere, so that it
  /// is restarted with that one.
  func follow(_ dialect: Dialect, _ shutdownReasons: ShutdownReasons) async {
    guard await DialectWatch(of: cluster).untilOther(than: dialect) else { return }
    shutdownReasons.end("\(address) has other KubeSphere extensions than at the start")
  }
}
