package import Extensions
import Platform

/// The state of an installation that a command waits for.
package enum WaitCondition: String, CaseIterable, Sendable {
  /// The version and config in the spec are Installed.
  case installed
  case enabled, disabled
  /// The installation does not exist.
  case gone
  /// No operation is in progress, whatever its result.
  case settled

  /// The outcome of waiting; `nil` if the state is not reached yet.
  ///
  /// `installation` is `nil` if there is none.
  package func outcome(_ installation: Installation?) -> ChangeProgress.Outcome? {
    guard let installation else { return self == .gone || self == .settled ? .done : nil }
    let state = installation.observed.state
    switch self {
    case .gone: return state == .uninstallFailed ? .failed(Sentence(verbatim: installation.reason)) : nil
    case .settled: return state.isBusy || state == .none || isGoing(installation) ? nil : rest(installation)
    case .installed: return reached(installation.isObserved, installation)
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

  /// The outcome of a state that rests, unless the controllers have something to begin.
  ///
  /// A switch waits until it is Installed, and a namespace that is refused stays so.
  private func rest(_ installation: Installation) -> ChangeProgress.Outcome? {
    if installation.isBeingDeleted { return .done }
    let isTaken = installation.observed.state == .installed ? installation.isSettled : installation.isObserved
    return isTaken ? .done : nil
  }

  private func isGoing(_ installation: Installation) -> Bool {
    installation.isBeingDeleted && !installation.observed.state.isFailure
  }
}
