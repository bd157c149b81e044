import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Which repositories offer what another has already, so that they are read again when that has gone.
///
/// What is in the cluster is followed by watches, which may be behind a sync: a name that a sync finds taken and the watch
/// does not is looked at once more, which costs a look and misses nothing.
final class NameContest: Sendable {
  /// A repository, and whose what it has lost is, by extension.
  private struct Loser {
    var repository: String
    var owners: [String: String]
  }

  private struct State {
    /// By the uids of repositories.
    var losers: [String: Loser] = [:]
    /// The repositories that extensions are from, as far as the watch has told.
    var owners: [String: String] = [:]
    var repositories: Set<String> = []
    /// What has been listed; what may not be watched tells nothing.
    var listed: Set<Resource> = []
  }

  private let state = Locked(State())

  /// Whether it is known what `uid` has lost.
  func knows(_ uid: String) -> Bool { state.withLock { $0.losers[uid] != nil } }

  /// Notes what a sync of `repository` has lost, with the owners; says whether some of it has come free meanwhile.
  func note(_ repository: Object, lost: [String: String]) -> Bool {
    state.withLock { state in
      state.losers[repository.uid] = Loser(repository: repository.name, owners: lost)
      return state.listed.count == 2
        && lost.contains { state.owners[$0.key] != $0.value || !state.repositories.contains($0.value) }
    }
  }

  /// Forgets a repository that is gone.
  func forget(_ uid: String) { state.withLock { $0.losers[uid] = nil } }

  /// Follow extensions and repositories, and want those looked at that can offer what they could not.
  func triggers(_ cluster: Cluster, _ dialect: Dialect, _ memory: RepositoryMemory) -> [Trigger] {
    let label = dialect.repositoryLabel
    return [
      trigger(dialect.extensions, cluster, memory) { known, event in
        Self.apply(event, to: &known.owners, owner: { $0.labels[label] ?? "" })
      },
      trigger(dialect.repositories, cluster, memory) { known, event in
        var owners = Dictionary(uniqueKeysWithValues: known.repositories.map { ($0, $0) })
        let gone = Self.apply(event, to: &owners, owner: \.name)
        known.repositories = Set(owners.keys)
        return Set(known.losers.values.flatMap { $0.owners }.filter { gone.contains($0.value) }.map { $0.key })
      },
    ]
  }

  /// Follows `resource`; `freed` gives the names of the extensions that another may have now.
  private func trigger(
    _ resource: Resource, _ cluster: Cluster, _ memory: RepositoryMemory,
    freed: @escaping @Sendable (inout State, WatchEvent<Object>) -> Set<String>
  ) -> Trigger {
    Trigger { feed in
      var watch = Watch(resource, in: cluster) { $0 }
      watch.skipping = JSONPaths(["spec"], ["status"], ["metadata", "managedFields"])
      await watch.run { event in
        let woken: [String: Loser] = self.state.withLock { state in
          if case .replaced = event { state.listed.insert(resource) }
          let names = freed(&state, event)
          return names.isEmpty ? [:] : state.losers.filter { !names.isDisjoint(with: $0.value.owners.keys) }
        }
        for (uid, loser) in woken {
          memory.wake(uid)
          await feed.add([loser.repository])
        }
        switch event {
        case .replaced, .interrupted(.refused, _): await feed.fill()
        default: break
        }
      }
    }
  }

  /// Keeps account of owners, and gives the names that had one and have it no more.
  private static func apply(
    _ event: WatchEvent<Object>, to known: inout [String: String], owner: (Object) -> String
  ) -> Set<String> {
    switch event {
    case .replaced(let all):
      let before = known
      known = Dictionary(all.map { ($0.name, owner($0)) }, uniquingKeysWith: { $1 })
      return Set(before.filter { known[$0.key] != $0.value }.keys)
    case .applied(let one):
      let (before, now) = (known[one.name], owner(one))
      known[one.name] = now
      return before == nil || before == now ? [] : [one.name]
    case .deleted(let one):
      known[one.name] = nil
      return [one.name]
    case .resumed, .interrupted: return []
    }
  }
}
