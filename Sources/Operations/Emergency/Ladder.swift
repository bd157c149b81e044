package import Client
package import Extensions
import HTTP
import KubernetesAPI
import Manifest

/// Takes one extension in one cluster out of service in steps of growing effect, the rungs, and restores it: plans each
/// rung, climbs it, and comes down again.
package struct Ladder: Sendable {
  private let cluster: Cluster
  private let dialect: Dialect
  private let name: String
  private let ledger: LadderLedger

  package init(_ cluster: Cluster, _ dialect: Dialect, of name: String, ledger: LadderLedger) {
    self.cluster = cluster
    self.dialect = dialect
    self.name = name
    self.ledger = ledger
  }

  /// What `rung` would change now; empty if it has nothing to do.
  package func plan(_ rung: Rung) async throws(ClusterError) -> [LadderEntry] {
    var entries: [LadderEntry] = []
    for resource in resources(of: rung) {
      for object in try await owned(resource) {
        if let former = Self.former(object, resource, rung) { entries.append(LadderEntry(resource, object, former)) }
      }
    }
    return entries
  }

  /// The result of climbing or coming down a rung.
  package struct Outcome: Hashable, Sendable {
    package var done = 0
    /// Why objects were not changed, one line for each.
    package var problems: [String] = []
    /// What else the user must know.
    package var notes: [String] = []
  }

  /// Records the present state of the objects in the ledger, then changes them.
  package func climb(_ rung: Rung, _ entries: [LadderEntry]) async throws(ClusterError) -> Outcome {
    var outcome = Outcome()
    if entries.isEmpty { return outcome }
    if let note = try await ledger.add(entries, rung) { outcome.notes.append(note) }
    await send(entries.map { .init($0.title, $0.climbing) }, &outcome)
    return outcome
  }

  /// The entries of the rungs that were climbed.
  package func climbed() async throws(ClusterError) -> [Rung: [LadderEntry]] { try await ledger.entries() }

  /// Restores what `rung` changed, and deletes its record once everything is restored.
  package func descend(_ rung: Rung, _ entries: [LadderEntry]) async throws(ClusterError) -> Outcome {
    var outcome = Outcome()
    var writes: [ConcurrentWrites.Item] = []
    for entry in entries {
      switch entry.descent(from: try await current(entry)) {
      case .write(let write): writes.append(.init(entry.title, write))
      case .done: outcome.done += 1
      case .changed(let words): outcome.notes.append("\(words); it is left as it is")
      }
    }
    await send(writes, &outcome)
    if outcome.problems.isEmpty { try await ledger.remove(rung) }
    return outcome
  }

  private func send(_ writes: [ConcurrentWrites.Item], _ outcome: inout Outcome) async {
    for (item, error) in await ConcurrentWrites.send(writes, to: cluster) {
      if let error { outcome.problems.append("\(item.name): \(error.brief)") } else { outcome.done += 1 }
    }
  }

  private func resources(of rung: Rung) -> [Resource] {
    switch rung {
    case .state, .objects: dialect.served
    case .workloads: Resource.workloads
    case .webhooks: AdmissionHook.configurations
    }
  }

  /// What is recorded of `object` before the change; `nil` if the rung has nothing to change on it.
  static func former(_ object: Object, _ resource: Resource, _ rung: Rung) -> LadderEntry.Former? {
    if object.isBeingDeleted { return nil }
    let state = object.status["state"]?.string ?? ""
    switch rung {
    case .state: return state == "Disabled" ? nil : .state(state)
    // An object that is marked Disabled is no longer served.
    case .objects: return state == "Disabled" ? nil : .object(object)
    case .webhooks: return .object(object)
    case .workloads where resource.kind == "DaemonSet":
      let selector = object.value[path: "spec", "template", "spec", "nodeSelector"]
      return selector?[LadderEntry.noNode] == nil ? .everywhere : nil
    case .workloads:
      let count = object.spec["replicas"]?.integer ?? 1
      return count == 0 ? nil : .replicas(count)
    }
  }

  private func owned(_ resource: Resource) async throws(ClusterError) -> [Object] {
    do throws(ClusterError) {
      return try await cluster.list(resource, selector: Selector(labels: "\(dialect.extensionLabel)=\(name)"))
    } catch {
      // Not every cluster serves every kind.
      if error.isNotFound { return [] }
      throw error
    }
  }

  private func current(_ entry: LadderEntry) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await cluster.get(entry.resource, namespace: entry.namespace, entry.name)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }
}
