import Client
import Extensions
import Terminal

/// Begins what `command` asks for on the extension `name`: opens what must be chosen or planned.
///
/// Nothing is changed here. `nil` when the command changes no extension.
func beginChange(_ command: Command, on name: String?, _ desk: Desk) -> [Step]? {
  switch command {
  case .install, .upgrade, .rollBack, .enable, .disable, .configure, .uninstall, .forceDelete: break
  default: return nil
  }
  guard let name else { return [.complain("No extension is selected.")] }
  if let reason = obstacle(to: command, on: name, desk) { return [.complain(reason)] }
  // Who may not do it may look at what it would do.
  let warning = desk.prohibition(command, on: name).map { [Step.complain($0.asSentence)] } ?? []
  return opening(command, on: name, desk) + warning
}

private func opening(_ command: Command, on name: String, _ desk: Desk) -> [Step] {
  switch command {
  case .install: [.open(ChooserView(.install, name))]
  case .upgrade: [.open(ChooserView(.upgrade, name))]
  case .rollBack: [.open(ChooserView(.rollBack, name))]
  case .enable: [.open(PlanView(.enable, name))]
  case .disable: [.open(PlanView(.disable, name))]
  case .uninstall: [.open(PlanView(.uninstall, name))]
  case .forceDelete: [.open(PlanView(.forceDelete, name))]
  default: openConfig(of: name, .configure, desk)
  }
}

/// Opens the config, saying so when there is a draft of it.
func openConfig(of name: String, _ purpose: ConfigView.Purpose, _ desk: Desk) -> [Step] {
  let open = Step.open(ConfigView(name, purpose, desk))
  guard desk.records.drafts[name] != nil else { return [open] }
  return [open, .say(.note, "This is your draft of \(name); undo shows what the cluster has.")]
}

/// Why `command` makes no sense on `name` now, as a sentence.
private func obstacle(to command: Command, on name: String, _ desk: Desk) -> String? {
  if let reason = desk.incapability(command, on: name) { return "Cannot \(command.change?.verb ?? ""): \(reason)." }
  if let reason = desk.unseenInstallations { return reason.asSentence }
  let installation = desk.market.installations[name]
  if !desk.market.installations.isFilled { return "What is installed is not known yet." }
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

extension Desk {
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
