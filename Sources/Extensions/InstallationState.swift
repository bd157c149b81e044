package import Platform

/// The state of an installation (docs/KUBESPHERE.md: States, Reconciling).
///
/// Words are parsed case-insensitively, and older words for a state are mapped to the present ones;
/// an unknown word is kept and shown.
package enum InstallationState: Hashable, Sendable {
  /// No state is reported: not installed, or not handled by the controllers yet.
  case none
  case preparing, installing, installFailed
  case upgrading, upgradeFailed
  case installed
  case uninstalling, uninstalled, uninstallFailed
  case other(String)

  package init(_ word: String) {
    switch word.lowercased() {
    case "": self = .none
    case "preparing": self = .preparing
    case "installing", "pending-install": self = .installing
    // helm's word does not say which operation failed.
    case "installfailed", "failed": self = .installFailed
    case "upgrading", "pending-upgrade", "pending-rollback": self = .upgrading
    case "upgradefailed": self = .upgradeFailed
    case "installed", "upgraded", "deployed": self = .installed
    case "uninstalling": self = .uninstalling
    case "uninstalled": self = .uninstalled
    case "uninstallfailed": self = .uninstallFailed
    default: self = .other(word)
    }
  }

  /// The word for the state in the cluster.
  package var word: String {
    switch self {
    case .none: ""
    case .preparing: "Preparing"
    case .installing: "Installing"
    case .installFailed: "InstallFailed"
    case .upgrading: "Upgrading"
    case .upgradeFailed: "UpgradeFailed"
    case .installed: "Installed"
    case .uninstalling: "Uninstalling"
    case .uninstalled: "Uninstalled"
    case .uninstallFailed: "UninstallFailed"
    case .other(let word): word
    }
  }

  /// `word` as a translatable sentence.
  package var name: Sentence {
    if case .other(let word) = self { return Sentence(verbatim: word) }
    return Sentence(stringLiteral: word)
  }

  /// Whether an operation is in progress, whose result the controller will report.
  package var isBusy: Bool {
    switch self {
    case .preparing, .installing, .upgrading, .uninstalling: true
    default: false
    }
  }

  package var isFailure: Bool {
    switch self {
    case .installFailed, .upgradeFailed, .uninstallFailed: true
    default: false
    }
  }
}
