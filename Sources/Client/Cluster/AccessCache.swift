package import KubernetesAPI
import Platform

/// Caches the server's verdicts on what this user may do, each for `lifetime`.
///
/// Views request them before they offer an action, and many views request the same ones.
package actor AccessCache {
  private let cluster: Cluster
  private let lifetime: Duration
  private var known: [Access: (verdict: Access.Verdict, at: Duration)] = [:]
  private var asked: [Access: Task<Result<Access.Verdict, ClusterError>, Never>] = [:]
  /// The number of calls to `forget`; a verdict that was requested before the last call is not used.
  private var generation = 0

  package init(_ cluster: Cluster, lifetime: Duration = .seconds(300)) {
    self.cluster = cluster
    self.lifetime = lifetime
  }

  /// Whether the server would allow `access`.
  ///
  /// Errors are not cached.
  package func verdict(on access: Access) async throws(ClusterError) -> Access.Verdict {
    while true {
      if let entry = known[access], cluster.timing.now() - entry.at < lifetime { return entry.verdict }
      let question = asked[access] ?? ask(access)
      let asking = generation
      let result = await question.value
      // `forget` was called in the meantime, so the verdict may be stale and is requested again.
      guard asking == generation else { continue }
      asked[access] = nil
      if case .success(let verdict) = result { known[access] = (verdict, cluster.timing.now()) }
      return try result.get()
    }
  }

  /// Several verdicts, requested concurrently; those whose request failed are left out.
  package func verdicts(on questions: [Access]) async -> [Access: Access.Verdict] {
    await withTaskGroup(of: (Access, Access.Verdict?).self) { group in
      for access in questions { group.addTask { (access, try? await self.verdict(on: access)) } }
      var verdicts: [Access: Access.Verdict] = [:]
      for await (access, verdict) in group { verdicts[access] = verdict }
      return verdicts
    }
  }

  /// Empties the cache, for example after an unexpected 403.
  package func forget() {
    generation += 1
    known = [:]
    asked = [:]
  }

  private func ask(_ access: Access) -> Task<Result<Access.Verdict, ClusterError>, Never> {
    let cluster = cluster
    let task = Task {
      do throws(ClusterError) { return Result<_, ClusterError>.success(try await cluster.verdict(on: access)) } catch {
        return .failure(error)
      }
    }
    asked[access] = task
    return task
  }
}
