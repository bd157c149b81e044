package import Client
package import Extensions
import HTTP
import KubernetesAPI
import Manifest

/// The rungs of one extension in one cluster: what each would change, climbing, and coming down again.
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

  /// What `rung` would change now; empty where there is nothing for it to do.
  package func plan(_ rung: Rung) async throws(ClusterError) -> [LadderEntry] {
    var entries: [LadderEntry] = []
    for resource in resources(of: rung) {
      for object in try await owned(resource) {
        if let former = Self.former(object, resource, rung) { entries.append(LadderEntry(resource, object, former)) }
      }
    }
    return entries
  }

  /// What came of a rung.
  package struct Outcome: Hashable, Sendable {
    package var done = 0
    /// Why others were not changed, each in a line.
    package var problems: [String] = []
    /// What the user must know besides.
    package var notes: [String] = []
  }

  /// Keeps what is there, and then changes it.
  package func climb(_ rung: Rung, _ entries: [LadderEntry]) async throws(ClusterError) -> Outcome {
    var outcome = Outcome()
    if entries.isEmpty { return outcome }
    if let note = try await ledger.add(entries, rung) { outcome.notes.append(note) }
    await send(entries.map { .init($0.title, $0.climbing) }, &outcome)
    return outcome
  }

  /// What was climbed, by rung.
  package func climbed() async throws(ClusterError) -> [Rung: [LadderEntry]] { try await ledger.entries() }

  /// Brings back what `rung` changed, and forgets it when all is back.
  package func descend(_ rung: Rung, _ entries: [LadderEntry]) async throws(ClusterError) -> Outcome {
    var outcome = Outcome()
    var writes: [ManyWrites.Item] = []
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

  private func send(_ writes: [ManyWrites.Item], _ outcome: inout Outcome) async {
    for (item, error) in await ManyWrites.send(writes, to: cluster) {
      if let error { outcome.problems.append("\(item.name): \(error.brief)") } else { outcome.done += 1 }
    }
  }

  private func resources(of rung: Rung) -> [Resource] {
    switch rung {
    case .state, .objects: dialect.served
    case .workloads: Resource.workloads
    case .webhooks: Self.webhooks
    }
  }

  private static let webhooks = [
    ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
    ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
  ].map { Resource(group: "admissionregistration.k8s.io", version: "v1", plural: $0, kind: $1) }

  /// What is kept of `object`; `nil` where the rung has nothing to change about it.
  static func former(_ object: Object, _ resource: Resource, _ rung: Rung) -> LadderEntry.Former? {
    if object.isBeingDeleted { return nil }
    let state = object.status["state"]?.string ?? ""
    switch rung {
    case .state: return state == "Disabled" ? nil : .state(state)
    // What is marked already serves nothing any more.
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
      // Not every cluster has every kind.
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
