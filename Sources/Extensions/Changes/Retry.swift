import Client
package import Manifest
import Platform

/// Makes the controllers try again (docs/KUBESPHERE.md: Changes).
package enum Retry {
  /// The patch of the status of `installation`; its spec is not changed.
  ///
  /// Shipped controllers compare the config with its fingerprint, from which an empty one always differs. The first
  /// design has no fingerprint; there an empty state makes the controllers start over.
  static func body(_ installation: Installation?, _ dialect: Dialect) -> Value {
    if let installation, installation.isBeingDeleted { return uninstall(installation) }
    guard dialect.name == .installPlan else { return startOver }
    return installation?.state == .preparing ? resyncFromRelease : ["status": anotherTry]
  }

  /// The write that makes the controllers try `installation` again; refused if it has changed since it was read.
  ///
  /// With `resyncs` KubeSphere's go by helm's release instead.
  package static func write(
    for installation: Installation, _ dialect: Dialect, resyncs: Bool = false
  ) -> Write {
    let body = resyncs ? resyncFromRelease : body(installation, dialect)
    return .patch(dialect.installations, name: installation.name, Change.versioned(body, installation))
  }

  /// The status with which shipped controllers go by helm's release: in Preparing they wait, and no try ends that.
  package static let resyncFromRelease: Value = ["status": ["state": "", "stateHistory": .null]]

  /// The status that makes shipped controllers try again.
  package static let anotherTry: Value = ["configHash": ""]

  /// An annotation without a meaning: writing it triggers controllers that react only to changes of the object.
  package static let nudgeAnnotation = "ksx.dev/nudge"

  /// The status that makes a standalone backend's controllers start over with the present spec, even if they are busy.
  package static let startOver: Value = ["status": ["state": ""]]

  /// The status for another uninstall.
  ///
  /// The state alone is not enough: without a failure at the end of the history the controller creates ten jobs a
  /// second, and with a time of this machine's clock it may never react.
  private static func uninstall(_ installation: Installation) -> Value {
    let last: Value = [
      "state": "UninstallFailed", "lastTransitionTime": .string(installation.history.last?.time ?? ""),
    ]
    return ["status": ["state": "", "stateHistory": [last]]]
  }

  /// Why this does not try `installation` again, or `nil`.
  static func obstacle(_ installation: Installation, _ name: String) -> Sentence? {
    let word = installation.state.name
    switch installation.state {
    case .uninstallFailed where installation.isBeingDeleted:
      return installation.isManagedByStandalone ? "the backend goes on trying to uninstall \(name) by itself" : nil
    case _ where installation.isBeingDeleted: return "\(name) is being uninstalled"
    case .installed, .installFailed, .upgradeFailed: return nil
    case .preparing, .installing, .upgrading:
      if let loop = installation.loop { return "\(name) is \(word): \(loop)" }
      return "\(name) is \(word): it is being tried. Wait for it to end, or end it with ksx cancel \(name)"
    case .none: return "the controllers have not begun with \(name): there is nothing to try again"
    case .uninstalling, .uninstalled, .uninstallFailed, .other:
      return "\(name) is \(word), in which the controllers take up no retry"
    }
  }
}
