import Client
import Extensions
import Operations
import Platform

// What the console can tell in advance about changes that are impossible here or forbidden to this user.
extension ConsoleState {
  /// In seconds: when this time has passed, the rights of this user are requested again.
  static let rightsLifetime = 300.0

  /// The objections to changes that are known before anything is read for them; `nil` until the capabilities are known.
  func preflight() -> Preflight? {
    capabilityState.capabilities.map { capabilities in
      var context = PlanContext(
        capabilities: capabilities, cluster: session.cluster, extensions: market.extensions.elements,
        installations: market.installed, versions: [:])
      context.rights = rights
      return Preflight(context)
    }
  }

  /// Why `command` is not possible on this cluster or not allowed to this user, for any extension.
  func reasonAgainst(_ command: Command) -> Sentence? {
    guard let kind = command.change, let preflight = preflight() else { return nil }
    return preflight.incapability(of: kind, for: nil) ?? preflight.prohibition(of: kind)
  }

  /// Requests the rights of this user, in one batch.
  mutating func askRights(ignoresCache: Bool = false) {
    guard let dialect else { return }
    rightsAsked = now
    begin(.ask(Rights.questions(in: dialect), ignoresCache: ignoresCache))
  }

  /// Requests the rights again if the answers are old; this does not schedule a wake-up.
  mutating func askRightsIfOld() {
    guard let rightsAsked, !(0..<Self.rightsLifetime).contains(now - rightsAsked) else { return }
    askRights()
  }
}
