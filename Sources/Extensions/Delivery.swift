package import Client
import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// What a write came to.
package struct Delivery: Hashable, Sendable {
  /// The object as the server has it now; `nil` after a deletion.
  package var object: Object?
  /// Why no answer came, when the object had to be read again to know that the write was carried out.
  package var lostAnswer: String?
  /// The installation that was written over, where it is known.
  package var before: Installation?
}

extension Plan {
  /// Sends what this plan writes as `Write.deliver` does; a dry run leaves nothing in doubt.
  package func deliver(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> Delivery {
    if dryRun { return Delivery(object: try await send(to: cluster, dryRun: true)) }
    let prepared = try await preparation?.deliver(to: cluster)
    var delivery = try await write.deliver(to: cluster)
    delivery.lostAnswer = delivery.lostAnswer ?? prepared?.lostAnswer
    return delivery
  }
}

extension Write {
  /// How long is waited before each look: a server may still be at work when its answer is lost.
  private static let looks: [Duration] = [.zero, .seconds(1), .seconds(2)]

  /// Sends this write once; when no answer comes, the object is read again to see what became of it.
  ///
  /// It is never sent a second time. `.unanswered` says that it was not carried out, or that this is
  /// unknown.
  package func deliver(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> Delivery {
    let lost: ClusterError
    do throws(ClusterError) {
      return Delivery(object: try await send(to: cluster, dryRun: dryRun))
    } catch {
      // A caller that stopped waiting does not wait for this either.
      guard error.leavesDoubt, !dryRun, error != .transport(.cancelled) else { throw error }
      lost = error
    }
    var fate = ClusterError.Fate.notCarriedOut
    for pause in Self.looks {
      if pause > .zero { await cluster.timing.sleep(pause) }
      switch await outcome(in: cluster) {
      case .carriedOut(let object):
        return Delivery(object: isDeletion ? nil : object, lostAnswer: lost.brief)
      case .notCarriedOut: fate = .notCarriedOut
      case .unknown(let error): fate = .unknown(error.brief)
      }
    }
    throw .unanswered(reason: lost.brief, fate)
  }

  private var isDeletion: Bool { if case .delete = self { true } else { false } }

  private func outcome(in cluster: Cluster) async -> WriteOutcome {
    switch self {
    case .create(let resource, let object):
      return await Self.outcome(of: object.value, on: resource, object.namespace, object.name, in: cluster)
    case .patch(let resource, let namespace, let name, let patch):
      return await Self.outcome(of: patch, on: resource, namespace, name, in: cluster)
    case .delete(let resource, let namespace, let name, let uid):
      return await cluster.outcomeOfDeletion(of: resource, namespace: namespace, name, uid: uid)
    }
  }

  /// A config that is kept without the blanks at its lines' ends (docs/KUBESPHERE.md: Admission) is as it was wanted.
  private static func outcome(
    of wish: Value, on resource: Resource, _ namespace: String?, _ name: String, in cluster: Cluster
  ) async -> WriteOutcome {
    let outcome = await cluster.outcome(of: wish, on: resource, namespace: namespace, name)
    guard case .notCarriedOut(.some) = outcome, let config = wish[path: "spec", "config"]?.string else {
      return outcome
    }
    let kept = ConfigHash.trimmed(config)
    if kept == config { return outcome }
    let trimmed = wish.setting(["spec", "config"], to: .string(kept))
    return await cluster.outcome(of: trimmed, on: resource, namespace: namespace, name)
  }
}
