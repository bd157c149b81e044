import HTTP
package import KubernetesAPI
package import Manifest

/// What became of a write that got no answer.
package enum WriteOutcome: Hashable, Sendable {
  /// The object is as the write wanted it.
  case carriedOut(Object)
  /// The object is not as the write wanted it, or there is none; it may be tried again.
  case notCarriedOut(Object?)
  /// Unknown, because the object cannot be read either.
  case unknown(ClusterError)
}

extension ClusterError {
  /// True when a write that ended so may have been carried out all the same.
  package var leavesDoubt: Bool {
    switch self {
    case .transport(.interrupted), .transport(.timedOut), .transport(.cancelled), .unreadable: true
    // A proxy that gave up waiting says nothing of what happened behind it.
    case .refused(let status): [502, 504].contains(status.code)
    case .transport, .unanswered: false
    }
  }
}

extension Cluster {
  /// Looks whether `patch`, or a creation, whose answer was lost, has been carried out.
  ///
  /// The patch is never sent again here: the object is read and compared.
  package func outcome(
    of patch: Value, on resource: Resource, namespace: String? = nil, _ name: String
  ) async -> WriteOutcome {
    // The version the patch insisted on is no wish for the object.
    let wish = patch.setting(["metadata", "resourceVersion"], to: nil)
    let wanted = wish["metadata"]?.mapping?.isEmpty == true ? wish.setting(["metadata"], to: nil) : wish
    do throws(ClusterError) {
      let object = try await get(resource, namespace: namespace, name)
      return MergePatch.apply(wanted, to: object.value) == object.value ? .carriedOut(object) : .notCarriedOut(object)
    } catch {
      // What is not there was not created, and what is gone is not as it was wanted.
      if error.isNotFound { return .notCarriedOut(nil) }
      return .unknown(error)
    }
  }

  /// Looks whether a deletion, whose answer was lost, has been carried out; with no `uid`, of any object of that name.
  package func outcomeOfDeletion(
    of resource: Resource, namespace: String? = nil, _ name: String, uid: String?
  ) async -> WriteOutcome {
    do throws(ClusterError) {
      let object = try await get(resource, namespace: namespace, name)
      // Another object may have taken the name.
      return (uid != nil && object.uid != uid) || object.isBeingDeleted ? .carriedOut(object) : .notCarriedOut(object)
    } catch {
      if error.isNotFound { return .carriedOut(Object([:])) }
      return .unknown(error)
    }
  }
}
