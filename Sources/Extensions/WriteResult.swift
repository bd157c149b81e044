package import Client
import HTTP
package import KubernetesAPI
import Manifest
package import Platform

/// The result of a write.
package struct WriteResult: Hashable, Sendable {
  /// The object as the server has it after the write; `nil` after a deletion.
  package var object: Object?
  /// Why there was no response, if the object was read again and showed that the write was carried out.
  package var lostAnswer: Sentence?
  /// The installation before the write, if known.
  package var before: Installation?
}

extension Plan {
  /// Sends the writes of this plan as `Write.deliver` does; a dry run without a response is not followed up.
  package func deliver(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> WriteResult {
    if dryRun { return WriteResult(object: try await send(to: cluster, dryRun: true)) }
    let prepared = try await preparation?.deliver(to: cluster)
    var delivery = try await write.deliver(to: cluster)
    delivery.lostAnswer = delivery.lostAnswer ?? prepared?.lostAnswer
    return delivery
  }
}

extension Write {
  /// The pauses before each read: a server may still carry out a write whose response was lost.
  private static let pausesBeforeReads: [Duration] = [.zero, .seconds(1), .seconds(2)]

  /// Sends this write once; if no response arrives, reads the object again to find out the outcome.
  ///
  /// The write is never sent a second time. `.unanswered` says that it was not carried out, or that the
  /// outcome is unknown.
  package func deliver(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> WriteResult {
    try await deliver(to: cluster, dryRun: dryRun) { () throws(ClusterError) in
      try await send(to: cluster, dryRun: dryRun)
    }
  }

  /// As `deliver`, but sends the patch so that it holds as long as `object` keeps its spec.
  package func deliver(to cluster: Cluster, whileSpecIsThatOf object: Object) async throws(ClusterError) -> WriteResult
  {
    guard case .patch(let resource, let namespace, let name, _) = self, let patch = patch(whileSpecIsThatOf: object)
    else { return try await deliver(to: cluster) }
    return try await deliver(to: cluster, dryRun: false) { () throws(ClusterError) in
      try await cluster.patch(resource, namespace: namespace, name, patch)
    }
  }

  private func deliver(
    to cluster: Cluster, dryRun: Bool, _ send: () async throws(ClusterError) -> Object?
  ) async throws(ClusterError) -> WriteResult {
    let lost: ClusterError
    do throws(ClusterError) {
      return WriteResult(object: try await send())
    } catch {
      // A cancelled caller does not wait for this either.
      guard error.mayHaveBeenCarriedOut, !dryRun, error != .transport(.cancelled) else { throw error }
      lost = error
    }
    var lastOutcome = ClusterError.Outcome.notCarriedOut
    for pause in Self.pausesBeforeReads {
      if pause > .zero { await cluster.timing.sleep(pause) }
      switch await outcome(in: cluster) {
      case .carriedOut(let object):
        return WriteResult(object: isDeletion ? nil : object, lostAnswer: lost.words)
      case .notCarriedOut: lastOutcome = .notCarriedOut
      case .unknown(let error): lastOutcome = .unknown(error.words)
      }
    }
    throw .unanswered(reason: lost.words, lastOutcome)
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

  /// A config that the cluster stored without its trailing blanks (docs/KUBESPHERE.md: Admission) counts as written.
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
