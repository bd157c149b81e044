import Client
import Platform

/// The installations that are in progress, for a server that must not stop before they have ended.
///
/// The controllers write it, and the server reads it.
package final class ControllerActivity: Sendable {
  private let names = Locked<Set<String>>([])

  package init() {}

  /// Whether something is being installed, upgraded or removed.
  package var isBusy: Bool { names.withLock { !$0.isEmpty } }

  func set(_ name: String, isBusy: Bool) {
    names.withLock { names in
      if isBusy { names.insert(name) } else { names.remove(name) }
    }
  }
}
