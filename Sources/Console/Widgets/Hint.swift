import Client
import Extensions
import Operations
import Packages

/// A key worth knowing here, and what it does in words: `b roll back to 1.0.1`.
struct Hint: Hashable, Sendable {
  let action: Action
  /// What the key does, with the object of the verb where there is one.
  let words: String

  init(_ action: Action, _ words: String? = nil) {
    (self.action, self.words) = (action, words ?? action.hint)
  }

  init(_ command: Command, _ words: String? = nil) { self.init(.command(command), words) }
}

extension [Hint] {
  /// Commands of the console, each by its usual word.
  static func commands(_ commands: [Command]) -> [Hint] { commands.map { Hint($0) } }
}

extension ConsoleState {
  /// What can be done with the extension called `name` as it is now, the most useful first.
  ///
  /// Nothing stands here that would be refused: not for its state, not in this cluster, not to this user.
  func hints(about name: String) -> [Hint] {
    guard let preflight = preflight(), !session.isReadOnly else { return [] }
    let status = status(of: name)
    return kinds(for: status).filter { kind in
      kind != .rollBack || hasWayBack(of: name)
    }.filter { kind in
      kind != .install || !isHindered(name)
    }.filter { kind in
      preflight.obstacle(to: kind, of: name) == nil && preflight.prohibition(of: kind, for: name) == nil
    }.map { Hint(.change($0), words(for: $0, status)) }
  }

  private func kinds(for status: ExtensionStatus) -> [ChangeKind] {
    guard status.isInstalled else { return [.install] }
    if status.state.isFailure { return [.rollBack, .retry, .disable, .configure, .uninstall] }
    if status.isBusy { return [] }
    let update: [ChangeKind] =
      status.update(to: market.extensions[status.name]?.recommendedVersion ?? "") == nil ? [] : [.upgrade]
    return update + (status.isEnabled == false ? [.enable] : []) + [.configure, .disable, .rollBack, .uninstall]
  }

  private func words(for kind: ChangeKind, _ status: ExtensionStatus) -> String? {
    let recommended = market.extensions[status.name]?.recommendedVersion ?? ""
    let version =
      switch kind {
      case .install, .upgrade: recommended
      case .rollBack: wayBack(of: status.name)?.version ?? ""
      default: ""
      }
    // A version more or less at each step of the cursor would cost a slow line as much as the step.
    if version.isEmpty || isSlow { return nil }
    switch kind {
    case .install: return self.words("install {0}", version)
    case .upgrade: return self.words("upgrade to {0}", version)
    default: return self.words("roll back to {0}", version)
    }
  }

  /// There is something to go back to: what was there before, or an older version that is offered.
  private func hasWayBack(of name: String) -> Bool {
    guard let installation = market.installed.of(name) else { return false }
    let present = VersionText(installation.version)
    return market.extensions[name]?.versions.contains { VersionText($0) < present } == true
      || !memory(of: name).former(to: installation).isEmpty
  }

  /// What was there before the present installation of `name`: what was noted on this computer, and what the cluster tells.
  func memory(of name: String) -> ReleaseMemory {
    let kept = records.memories[name] ?? ReleaseMemory()
    guard let installation = market.installed.of(name) else { return kept }
    return kept.completed(by: installation, market.extensions[name])
  }

  /// Asks the cluster what ran before what `name` is at or failed at, where that is not known with its config.
  func pastBeforeAttempt(of name: String) -> [Subscription] {
    guard let installation = market.installed.of(name), capabilityState.capabilities != nil else { return [] }
    let state = status(of: name).state
    let isAsked = records.elsewhere[name]?.installation.lastRun == installation.lastRun
    guard [.upgrading, .upgradeFailed].contains(state), !isAsked else { return [] }
    let isKnown = wayBack(of: name).map { $0.wasInstalled == true && $0.origin == .kept } == true
    return isKnown && !status(of: name).isRunningUnknown
      ? [] : reading(.past(of: name), stamp: installation.lastRun)
  }

  /// Where going back leads when nothing else is asked for: the newest release that is known to have been Installed.
  func wayBack(of name: String) -> ReleaseMemory.Entry? {
    market.installed.of(name).flatMap { memory(of: name).target(from: $0) }
  }
}
