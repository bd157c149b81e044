package import Platform

/// Where an installation stands (docs/KUBESPHERE.md: States, Reconciling).
///
/// Words are compared without case, and older words for the same thing are read as the new ones;
/// an unknown word is kept and shown.
package enum InstallationState: Hashable, Sendable {
  /// Nothing has been said: not installed, or not looked at yet.
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
    // helm does not say what failed.
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

  /// The cluster's word.
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

  /// The same as data.
  package var name: Sentence {
    if case .other(let word) = self { return Sentence(verbatim: word) }
    return Sentence(stringLiteral: word)
  }

  /// Something is under way, and the controller will say how it ended.
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
