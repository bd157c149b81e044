import KubernetesAPI
import Platform

/// The resources that are served at the moment.
///
/// Read by every request without the actor that owns the objects; written by that actor alone, when a definition
/// changes.
final class ServedTypes: Sendable {
  private struct State {
    var types: ResourceTypes
    /// Grows with every change.
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

  /// The document called `name` of what is served, as it was made the last time or as `make` makes it.
  func document(
    _ name: String, _ make: (ResourceTypes) throws(Status) -> [UInt8]
  ) throws(Status) -> DocumentCache.Document {
    let (types, revision) = locked.withLock { ($0.types, $0.revision) }
    return try documents.document(name, at: revision) { () throws(Status) in try make(types) }
  }
}
