import KubernetesAPI
import Platform

/// The resources that are served at the moment.
///
/// Every request reads it without the `API` actor; only that actor changes it, when a definition changes.
final class ServedTypes: Sendable {
  private struct State {
    var types: ResourceTypes
    /// Increases with every change.
    var revision = 1
  }

  private let locked: Locked<State>
  private let documents = DocumentCache()

  init(_ types: ResourceTypes) { locked = Locked(State(types: types)) }

  var types: ResourceTypes { locked.withLock { $0.types } }

  func change(_ body: (inout ResourceTypes) -> Void) {
    locked.withLock { state in
      body(&state.types)
      state.revision += 1
    }
  }

  /// The document called `name` for the served resources, cached or created by `make`.
  func document(
    _ name: String, _ make: (ResourceTypes) throws(Status) -> [UInt8]
  ) throws(Status) -> DocumentCache.Document {
    let (types, revision) = locked.withLock { ($0.types, $0.revision) }
    return try documents.document(name, at: revision) { () throws(Status) in try make(types) }
  }
}
