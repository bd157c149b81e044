package import Extensions
import Platform

/// What an installation is waited for to be.
package enum Awaited: String, CaseIterable, Sendable {
  /// The version and config that are asked for are Installed.
  case installed
  case enabled, disabled
  /// There is no installation.
  case gone
  /// Nothing is under way, however it ended.
  case settled

  /// How the waiting ended, by what there is now, or `nil` while it goes on; `nil` is no installation.
  package func outcome(_ installation: Installation?) -> ChangeProgress.Outcome? {
    guard let installation else { return self == .gone || self == .settled ? .done : nil }
    let state = installation.observed.state
    switch self {
    case .gone: return state == .uninstallFailed ? .failed(Sentence(verbatim: installation.reason)) : nil
    case .settled:
      return state.isBusy || state == .none || !installation.pending.isEmpty || isGoing(installation) ? nil : .done
    case .installed: return reached(installation.isTaken, installation)
    case .enabled, .disabled:
      let isOn = installation.isServed ?? installation.isEnabled
      return reached(isOn == (self == .enabled), installation)
    }
  }

  private func reached(_ isThere: Bool, _ installation: Installation) -> ChangeProgress.Outcome? {
    if installation.isBeingDeleted { return .failed("it is being uninstalled") }
    if installation.observed.state == .installed { return isThere ? .done : nil }
    if case .failed(let reason) = installation.rolloutState { return .failed(Sentence(verbatim: reason)) }
    return nil
  }

  private func isGoing(_ installation: Installation) -> Bool {
    installation.isBeingDeleted && !installation.observed.state.isFailure
  }
}
