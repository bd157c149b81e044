import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Records which repositories offer extensions that another repository has published, so that they are read again when
/// that changes.
///
/// The watches may lag behind a sync: if a sync finds a name taken and the watches do not confirm that, the repository
/// is read once more, so that no change is missed.
final class NameConflicts: Sendable {
  /// A repository and the owners of the extensions that it could not publish.
  private struct BlockedRepository {
    var repository: String
    var owners: [String: String]
  }

  private struct State {
    /// By the uids of repositories.
    var blocked: [String: BlockedRepository] = [:]
    /// The owning repository of each extension, according to the watch.
    var owners: [String: String] = [:]
    var repositories: Set<String> = []
    /// The resources that have been listed; without permission to watch one, it is never listed.
    var listed: Set<Resource> = []
  }

  private let state = Locked(State())

  /// Whether a sync of the repository `uid` was recorded.
  func knows(_ uid: String) -> Bool { state.withLock { $0.blocked[uid] != nil } }

  /// Records the extensions that a sync of `repository` could not publish, with their owners; returns whether one of
  /// them has become free in the meantime.
  func note(_ repository: Object, conflicts: [String: String]) -> Bool {
    state.withLock { state in
      state.blocked[repository.uid] = BlockedRepository(repository: repository.name, owners: conflicts)
      return state.listed.count == 2
        && conflicts.contains { state.owners[$0.key] != $0.value || !state.repositories.contains($0.value) }
    }
  }

  /// Removes a deleted repository.
  func forget(_ uid: String) { state.withLock { $0.blocked[uid] = nil } }

  /// Triggers that watch extensions and repositories, and trigger the repositories that can publish more than before.
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
        return Set(known.blocked.values.flatMap { $0.owners }.filter { gone.contains($0.value) }.map { $0.key })
      },
    ]
  }

  /// Watches `resource`; `freed` returns the names of extensions that have become free.
  private func trigger(
    _ resource: Resource, _ cluster: Cluster, _ memory: RepositoryMemory,
    freed: @escaping @Sendable (inout State, WatchEvent<Object>) -> Set<String>
  ) -> Trigger {
    Trigger { feed in
      var watch = Watch(resource, in: cluster) { $0 }
      watch.skipping = JSONPaths(["spec"], ["status"], ["metadata", "managedFields"])
      await watch.run { event in
        let woken: [String: BlockedRepository] = self.state.withLock { state in
          if case .replaced = event { state.listed.insert(resource) }
          let names = freed(&state, event)
          return names.isEmpty ? [:] : state.blocked.filter { !names.isDisjoint(with: $0.value.owners.keys) }
        }
        for (uid, blocked) in woken {
          memory.readSoon(uid)
          await feed.add([blocked.repository])
        }
        switch event {
        case .replaced, .interrupted(.refused, _): await feed.fill()
        default: break
        }
      }
    }
  }

  /// Updates the owners, and returns the names whose owner has changed or is gone.
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
