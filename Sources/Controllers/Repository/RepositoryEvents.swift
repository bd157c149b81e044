import Client
import KubernetesAPI
import Platform

/// Reports the outcome of a synchronisation as Events about a Repository
/// (docs/KUBESPHERE.md: Repositories).
struct RepositoryEvents: Sendable {
  private let recorder: EventRecorder

  init(cluster: Cluster, repository: Object, now: @escaping @Sendable () -> Timestamp) {
    recorder = EventRecorder(cluster: cluster, object: repository, now: now)
  }

  func synced(_ outcome: Publisher.Outcome, _ address: String) async {
    let count = "\(outcome.versions) versions of \(outcome.extensions) extensions"
    await recorder.write("Normal", "Synced", "synced \(count) from \(address)")
    for problem in outcome.problems.prefix(Self.mostEvents) {
      await recorder.write("Warning", "PartiallySynced", problem)
    }
    let rest = outcome.problems.count - Self.mostEvents
    if rest > 0 { await recorder.write("Warning", "PartiallySynced", "\(rest) more were left out; the log has all") }
  }

  /// Problems of one sync that get an event of their own.
  private static let mostEvents = 20

  func failed(_ message: String) async { await recorder.write("Warning", "SyncFailed", message) }
}
