package import KubernetesAPI
import Platform

/// What this user may do, asked once and remembered for a while.
///
/// Views ask before they offer an action, and many ask the same.
package actor AccessCache {
  private let cluster: Cluster
  private let lifetime: Duration
  private var known: [Access: (verdict: Access.Verdict, at: Duration)] = [:]
  private var asked: [Access: Task<Result<Access.Verdict, ClusterError>, Never>] = [:]
  /// How often everything was forgotten: an answer to a question of before is not believed.
  private var generation = 0

  package init(_ cluster: Cluster, lifetime: Duration = .seconds(300)) {
    self.cluster = cluster
    self.lifetime = lifetime
  }

  /// Whether the server would allow it.
  ///
  /// Errors are not remembered.
  package func verdict(on access: Access) async throws(ClusterError) -> Access.Verdict {
    while true {
      if let entry = known[access], cluster.timing.now() - entry.at < lifetime { return entry.verdict }
      let question = asked[access] ?? ask(access)
      let asking = generation
      let result = await question.value
      // Asked before everything was forgotten, it may say what held before, so it is asked again.
      guard asking == generation else { continue }
      asked[access] = nil
      if case .success(let verdict) = result { known[access] = (verdict, cluster.timing.now()) }
      return try result.get()
    }
  }

  /// The verdicts on several questions, asked at the same time; what could not be asked is left out.
  package func verdicts(on questions: [Access]) async -> [Access: Access.Verdict] {
    await withTaskGroup(of: (Access, Access.Verdict?).self) { group in
      for access in questions { group.addTask { (access, try? await self.verdict(on: access)) } }
      var verdicts: [Access: Access.Verdict] = [:]
      for await (access, verdict) in group { verdicts[access] = verdict }
      return verdicts
    }
  }

  /// Forgets everything, as after a 403 that was not foreseen.
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
