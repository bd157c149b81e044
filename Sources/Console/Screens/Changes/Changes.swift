import Client
import Extensions
import Terminal

/// Begins what `command` asks for on the extension `name`: opens what must be chosen or planned.
///
/// Nothing is changed here. `nil` when the command changes no extension.
func beginChange(_ command: Command, on name: String?, _ state: ConsoleState) -> [Step]? {
  switch command {
  case .install, .upgrade, .rollBack, .enable, .disable, .configure, .uninstall, .forceDelete: break
  default: return nil
  }
  guard let name else { return [.complain("No extension is selected.")] }
  if let reason = obstacle(to: command, on: name, state) { return [.complain(reason)] }
  // Who may not do it may look at what it would do.
  let warning = state.prohibition(command, on: name).map { [Step.complain($0.asSentence)] } ?? []
  return opening(command, on: name, state) + warning
}

private func opening(_ command: Command, on name: String, _ state: ConsoleState) -> [Step] {
  switch command {
  case .install: [.open(ChooserScreen(.install, name))]
  case .upgrade: [.open(ChooserScreen(.upgrade, name))]
  case .rollBack: [.open(ChooserScreen(.rollBack, name))]
  case .enable: [.open(PlanScreen(.enable, name))]
  case .disable: [.open(PlanScreen(.disable, name))]
  case .uninstall: [.open(PlanScreen(.uninstall, name))]
  case .forceDelete: [.open(PlanScreen(.forceDelete, name))]
  default: openConfig(of: name, .configure, state)
  }
}

/// Opens the config, saying so when there is a draft of it.
func openConfig(of name: String, _ purpose: ConfigScreen.Purpose, _ state: ConsoleState) -> [Step] {
  let open = Step.open(ConfigScreen(name, purpose, state))
  guard state.records.drafts[name] != nil else { return [open] }
  return [open, .say(.note, "This is your draft of \(name); undo shows what the cluster has.")]
}

/// Why `command` makes no sense on `name` now, as a sentence.
private func obstacle(to command: Command, on name: String, _ state: ConsoleState) -> String? {
  if let reason = state.incapability(command, on: name) { return "Cannot \(command.change?.verb ?? ""): \(reason)." }
  if let reason = state.unseenInstallations { return reason.asSentence }
  let installation = state.market.installations[name]
  if !state.market.installations.isFilled { return "What is installed is not known yet." }
  switch command {
  case .install:
    return installation == nil ? nil : "\(name) is installed already; it can be upgraded, rolled back or configured."
  case .enable where installation?.isEnabled == true: return "\(name) is enabled already."
  case .disable where installation?.isEnabled == false: return "\(name) is disabled already."
  default: return installation == nil ? "\(name) is not installed." : nil
  }
}

extension Change {
  /// The word for doing it, whatever the version.
  fileprivate var verb: String {
    switch self {
    case .upgrade: "upgrade"
    case .rollback: "roll back"
    case .install: "install"
    default: words
    }
  }
}

extension ConsoleState {
  /// Why it is not known what is installed, when this person may not see it.
  fileprivate var unseenInstallations: String? {
    guard !market.installations.isFilled, let dialect else { return nil }
    return rights.reason(against: Access("list", dialect.installations))
  }
}

extension String {
  /// With a capital and a full stop.
  fileprivate var asSentence: String { prefix(1).uppercased() + dropFirst() + (hasSuffix(".") ? "" : ".") }
}

extension Step {
  /// Says something in the status line.
  static func complain(_ text: String) -> Step { .say(.warning, text) }
}
