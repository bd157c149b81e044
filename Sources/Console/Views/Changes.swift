import Client
import Extensions
import Terminal

/// Begins what `command` asks for on the extension `name`: opens what must be chosen or planned.
///
/// Nothing is changed here. `nil` when the command changes no extension.
func beginChange(_ command: Command, on name: String?, _ desk: Desk) -> [Step]? {
  switch command {
  case .install, .upgrade, .rollBack, .enable, .disable, .configure, .uninstall: break
  default: return nil
  }
  guard let name else { return [.complain("No extension is selected.")] }
  if let reason = obstacle(to: command, on: name, desk) { return [.complain(reason)] }
  switch command {
  case .install: return [.open(ChooserView(.install, name))]
  case .upgrade: return [.open(ChooserView(.upgrade, name))]
  case .rollBack: return [.open(ChooserView(.rollBack, name))]
  case .enable: return [.open(PlanView(.enable, name))]
  case .disable: return [.open(PlanView(.disable, name))]
  case .uninstall: return [.open(PlanView(.uninstall, name))]
  default: return openConfig(of: name, .configure, desk)
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

extension Step {
  /// Says something in the status line.
  static func complain(_ text: String) -> Step { .say(.warning, text) }
}
