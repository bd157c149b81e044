import Platform

/// The resources that are served at the moment.
///
/// Read by every request without the actor that owns the objects; written by that actor alone, when a definition
/// changes.
final class ServedTypes: Sendable {
  private let locked: Locked<ResourceTypes>

  init(_ types: ResourceTypes) { locked = Locked(types) }

  var types: ResourceTypes { locked.withLock { $0 } }

  func change(_ body: (inout ResourceTypes) -> Void) { locked.withLock { body(&$0) } }
}
