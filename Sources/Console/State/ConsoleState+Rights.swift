import Client
import Extensions
import Operations
import Platform

// What the console says beforehand of what cannot be done here, or not by this user.
extension ConsoleState {
  /// What this user may do is asked again after this many seconds.
  static let rightsLifetime = 300.0

  /// What can be said of a change before anything is read for it, once it is known what the cluster can do.
  func preflight() -> Preflight? {
    capabilityState.capabilities.map { capabilities in
      var context = PlanContext(
        capabilities: capabilities, cluster: session.cluster, extensions: market.extensions.elements,
        installations: market.installed, versions: [:])
      context.rights = rights
      return Preflight(context)
    }
  }

  /// Why `command` is not for this cluster or for this user, whatever it is done to.
  func reasonAgainst(_ command: Command) -> Sentence? {
    guard let kind = command.change, let preflight = preflight() else { return nil }
    return preflight.incapability(of: kind, for: nil) ?? preflight.prohibition(of: kind)
  }

  /// Asks what this user may do, in one batch.
  mutating func askRights(isAfresh: Bool = false) {
    guard let dialect else { return }
    rightsAsked = now
    begin(.ask(Rights.questions(in: dialect), isAfresh: isAfresh))
  }

  /// Asks again when the answers are old; nothing wakes up for it.
  mutating func askRightsIfOld() {
    guard let rightsAsked, !(0..<Self.rightsLifetime).contains(now - rightsAsked) else { return }
    askRights()
  }
}
