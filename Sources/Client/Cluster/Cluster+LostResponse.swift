import HTTP
package import KubernetesAPI
package import Manifest

/// The outcome of a write that got no response.
package enum WriteOutcome: Hashable, Sendable {
  /// The object has the state that the write requested.
  case carriedOut(Object)
  /// The object does not have the requested state, or does not exist; the write may be tried again.
  case notCarriedOut(Object?)
  /// Unknown, because the object cannot be read either.
  case unknown(ClusterError)
}

extension ClusterError {
  /// Whether a write that failed with this error may have been carried out.
  package var mayHaveBeenCarriedOut: Bool {
    switch self {
    case .transport(.interrupted), .transport(.timedOut), .transport(.cancelled), .unreadable: true
    // A proxy that timed out does not know whether the server carried out the write.
    case .refused(let status): [502, 504].contains(status.code)
    case .transport, .unanswered: false
    }
  }
}

extension Cluster {
  /// Checks whether a patch or a creation whose response was lost has been carried out.
  ///
  /// The patch is not sent again: the object is read and compared.
  package func outcome(
    of patch: Value, on resource: Resource, namespace: String? = nil, _ name: String
  ) async -> WriteOutcome {
    // The patch's resourceVersion is a precondition, not a requested state.
    let wish = patch.setting(["metadata", "resourceVersion"], to: nil)
    let wanted = wish["metadata"]?.mapping?.isEmpty == true ? wish.setting(["metadata"], to: nil) : wish
    do throws(ClusterError) {
      let object = try await get(resource, namespace: namespace, name)
      return MergePatch.apply(wanted, to: object.value) == object.value ? .carriedOut(object) : .notCarriedOut(object)
    } catch {
      // An object that does not exist was not created, or is not in the requested state.
      if error.isNotFound { return .notCarriedOut(nil) }
      return .unknown(error)
    }
  }

  /// Checks whether a deletion whose response was lost has been carried out; without `uid`, of any object of that name.
  package func outcomeOfDeletion(
    of resource: Resource, namespace: String? = nil, _ name: String, uid: String?
  ) async -> WriteOutcome {
    do throws(ClusterError) {
      let object = try await get(resource, namespace: namespace, name)
      // With another UID it is a new object of the same name.
      return (uid != nil && object.uid != uid) || object.isBeingDeleted ? .carriedOut(object) : .notCarriedOut(object)
    } catch {
      if error.isNotFound { return .carriedOut(Object([:])) }
      return .unknown(error)
    }
  }
}
