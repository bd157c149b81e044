import Client
import Platform

/// Which installations are under way, for a server that may only end when none is.
///
/// Shared by the controllers, which write it, and their host, which reads it.
package final class ControllerActivity: Sendable {
  private let names = Locked<Set<String>>([])

  package init() {}

  /// Something is being installed, upgraded or removed.
  package var isBusy: Bool { names.withLock { !$0.isEmpty } }

  func set(_ name: String, isBusy: Bool) {
    names.withLock { names in
      if isBusy { names.insert(name) } else { names.remove(name) }
    }
  }
}
