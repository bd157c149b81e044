import Client
import Extensions

/// Where one extension stands: what the marketplace says of it and what its installation says.
///
/// The installation is nearer to the truth, because the cluster copies it to the extension later.
struct Standing: Hashable, Sendable {
  var state: InstallationState
  /// The version that runs, as far as anyone can tell; empty when none does.
  var version: String
  /// `nil` when nothing is installed.
  var isEnabled: Bool?
  /// Why the state is what it is, or empty.
  var reason: String
  var isBeingDeleted: Bool

  init(_ extension: Extension?, _ installation: Installation?) {
    let own = installation?.state ?? .none
    state = own == .none ? (installation == nil ? `extension`?.state ?? .none : .none) : own
    reason = installation?.message ?? ""
    isBeingDeleted = installation?.isBeingDeleted ?? false
    isEnabled =
      installation.map { $0.appliedEnabled ?? $0.isEnabled } ?? (state == .none ? nil : `extension`?.isEnabled)
    let noted = installation?.attemptedVersion ?? ""
    version = noted.isEmpty ? `extension`?.installedVersion ?? "" : noted
    if installation == nil, state == .none || state == .uninstalled { version = "" }
  }

  /// The state in one word; what was asked for and not begun yet is waiting.
  func word(hasInstallation: Bool) -> String {
    if isBeingDeleted, !state.isFailure { return InstallationState.uninstalling.word }
    if state == .none { return hasInstallation ? "Waiting" : "-" }
    return state.word
  }
}
