import Client
package import Manifest
import Platform

/// How the controllers are asked for another try (docs/KUBESPHERE.md: Changes).
package enum Retry {
  /// The patch for `installation`, of its status alone: its spec stays byte for byte as it is.
  ///
  /// Shipped controllers compare a config with its fingerprint, and an empty one always differs; the first design keeps
  /// none, and there an emptied state is what is started from anew.
  static func body(_ installation: Installation?, _ dialect: Dialect) -> Value {
    if let installation, installation.isBeingDeleted { return uninstall(installation) }
    return dialect.name == .installPlan ? ["status": anotherTry] : startOver
  }

  /// Has the controllers begin once more with what `installation` asks for; it is refused when it was written since.
  package static func write(for installation: Installation, _ dialect: Dialect) -> Write {
    .patch(
      dialect.installations, name: installation.name, Change.versioned(body(installation, dialect), installation))
  }

  /// The status that has shipped controllers try again what is asked for.
  package static let anotherTry: Value = ["configHash": ""]

  /// An annotation that means nothing: writing it wakes controllers that look at an object only when it changes.
  package static let nudgeAnnotation = "ksx.dev/nudge"

  /// Has the controllers of a standalone backend begin with what is asked for now, whatever they are at.
  package static let startOver: Value = ["status": ["state": ""]]

  /// Never the state alone: without a history that ends in a failure the controller makes ten jobs a second, and with the
  /// time of this clock it may never look.
  private static func uninstall(_ installation: Installation) -> Value {
    let last: Value = [
      "state": "UninstallFailed", "lastTransitionTime": .string(installation.history.last?.time ?? ""),
    ]
    return ["status": ["state": "", "stateHistory": [last]]]
  }

  /// Why `installation` is not tried again by this, or `nil`.
  static func obstacle(_ installation: Installation, _ name: String) -> Sentence? {
    let word = installation.state.word
    switch installation.state {
    case .uninstallFailed where installation.isBeingDeleted:
      return installation.isKeptByStandalone ? "the backend goes on trying to uninstall \(name) by itself" : nil
    case _ where installation.isBeingDeleted: return "\(name) is being uninstalled"
    case .installed, .installFailed, .upgradeFailed: return nil
    case .preparing, .installing, .upgrading:
      return "\(name) is \(word): it is being tried. Wait for it to end, or end it with ksx cancel \(name)"
    case .none: return "the controllers have not begun with \(name): there is nothing to try again"
    case .uninstalling, .uninstalled, .uninstallFailed, .other:
      return "\(name) is \(word), in which the controllers take up no retry"
    }
  }
}
