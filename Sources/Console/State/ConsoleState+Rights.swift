import Client
import Extensions

// What the console says beforehand of what cannot be done here, or not by this person.
extension ConsoleState {
  /// What this person may do is asked again after this many seconds.
  static let rightsLifetime = 300.0

  /// Why the cluster would not carry out what `command` plans on `name`, as a sentence.
  func incapability(_ command: Command, on name: String? = nil) -> String? {
    guard let change = command.change, let capabilities = capabilityState.capabilities else { return nil }
    if let name, market.installations[name]?.isKeptByStandalone == true { return nil }
    return capabilities.reason(against: change.feature)
  }

  /// Why this person may not do it, as far as the cluster has said.
  func prohibition(_ command: Command, on name: String? = nil) -> String? {
    guard let change = command.change, let dialect else { return nil }
    return change.accesses(to: name, in: dialect).lazy.compactMap { rights.reason(against: $0) }.first
  }

  /// Asks what this person may do, in one batch.
  mutating func askRights(isAfresh: Bool = false) -> [Work] {
    guard let dialect else { return [] }
    rightsAsked = now
    return [.ask(Rights.questions(in: dialect), isAfresh: isAfresh)]
  }

  /// Asks again when the answers are old; nothing wakes up for it.
  mutating func askRightsIfOld() -> [Work] {
    guard let rightsAsked, !(0..<Self.rightsLifetime).contains(now - rightsAsked) else { return [] }
    return askRights()
  }
}

extension Command {
  /// A change like those this command plans; `nil` when it plans none.
  var change: Change? {
    switch self {
    case .install: .install(version: "", config: "")
    case .upgrade: .upgrade(to: "")
    case .rollBack: .rollback(to: "", config: "")
    case .enable: .enable
    case .disable: .disable
    case .configure: .configure(config: "")
    case .uninstall: .uninstall
    case .forceDelete: .forceDelete
    default: nil
    }
  }
}
