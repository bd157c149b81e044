import Client
import Extensions
import KubernetesAPI
import Platform

// What is ended because it is not wanted any more.
extension InstallationReconciler {
  /// The result of `work`, which prepares an attempt; `nil` if the installation is deleted or the attempt is given up in
  /// the meantime, which cancels `work`.
  func whileWanted<Answer: Sendable>(
    _ snapshot: InstallationSnapshot, _ work: @escaping @Sendable () async throws(StepError) -> Answer
  ) async throws(StepError) -> Answer? {
    let first = await withTaskGroup(of: Result<Answer, StepError>?.self) { group in
      group.addTask { await Result { () async throws(StepError) in try await work() } }
      group.addTask {
        await untilUnwanted(snapshot)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
    return try first?.get()
  }

  /// Returns once another step than the beginning of this attempt is due, or the surrounding task is cancelled.
  private func untilUnwanted(_ snapshot: InstallationSnapshot) async {
    var version = snapshot.object.resourceVersion
    while (try? await Task.sleep(for: settings.pollInterval)) != nil {
      do {
        guard let object = try await cluster.find(dialect.installations, snapshot.object.name) else { return }
        if object.resourceVersion == version { continue }
        let present = try await InstallationSnapshot(object, cluster, dialect, agent: snapshot.agent)
        if Lifecycle.step(in: present.situation) != .begin { return }
        version = object.resourceVersion
      } catch {
        // Whether it is still wanted is asked again.
        continue
      }
    }
  }
}
