import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// Returns the steps that begin the change `command` of the extension `name`: they open a choice or a plan.
///
/// With `version`, nothing must be chosen. Nothing is changed yet. Returns `nil` if the command does not change an
/// extension.
func beginChange(
  _ command: Command, on name: String?, version: String? = nil, _ state: ConsoleState
) -> [Step]? {
  guard case .change(let kind) = command else { return nil }
  guard let name else { return [.complain("No extension is selected.")] }
  if let reason = state.obstacle(to: kind, of: name) { return [.complain(reason)] }
  // A user without the right may still see the plan.
  let prohibition = state.preflight()?.prohibition(of: kind, for: name)
  let plan = state.change(kind, of: name, to: version).map { [Step.open(PlanScreen($0, name))] }
  let steps = plan ?? opening(kind, on: name, state)
  // The plan shows the missing right itself.
  let isPlan = if case .open(let screen)? = steps.first { screen is PlanScreen } else { false }
  return steps + (isPlan ? [] : prohibition.map { [Step.complain($0.asSentence)] } ?? [])
}

/// Begins a change of all `names`, with a single plan.
func beginChange(_ kind: ChangeKind, onAll names: [String], _ state: ConsoleState) -> [Step] {
  if names.count == 1 { return beginChange(.change(kind), on: names[0], state) ?? [] }
  if kind.row.choice == .config || kind.row.choice == .clusters {
    return [.complain("Only one extension at a time can be given a config: unmark the others.")]
  }
  return [.open(ManyPlanScreen(kind, names))]
}

private func opening(_ kind: ChangeKind, on name: String, _ state: ConsoleState) -> [Step] {
  if let change = Change(kind) { return [.open(PlanScreen(change, name))] }
  switch kind.row.choice {
  case .version?: return [.open(ChooserScreen(kind, name))]
  case .config?: return openConfig(of: name, .configure, state)
  case .clusters?, nil: return [.complain("ksx place says in which clusters agents run.")]
  }
}

/// Opens the config, and shows a note if there is a draft of it.
func openConfig(of name: String, _ purpose: ConfigScreen.Purpose, _ state: ConsoleState) -> [Step] {
  let open = Step.open(ConfigScreen(name, purpose, state))
  guard state.records.drafts[name] != nil else { return [open] }
  return [open, .say(.note, "This is your draft of \(name); undo shows what the cluster has.")]
}

extension ConsoleState {
  /// The change to `version`, if given.
  ///
  /// Otherwise: to the recommended version, or back to the newest release that was Installed, or back from what failed.
  ///
  /// `nil` if the version must be chosen.
  fileprivate func change(_ kind: ChangeKind, of name: String, to version: String?) -> Change? {
    switch (kind.row.choice, version) {
    case (.version(.offered)?, let version?): return .install(version: version, config: "")
    case (.version(.newer)?, let version?): return .upgrade(to: version)
    case (.version(.former)?, let version?):
      return market.installed.of(name).map {
        memory(of: name).rollback(from: $0, to: version)
      }
    case (.version(.offered)?, nil): return recommended(of: name).map { .install(version: $0, config: "") }
    case (.version(.newer)?, nil):
      return recommended(of: name).flatMap { version in
        let wanted = market.installed.of(name)?.version ?? ""
        return VersionText(wanted) < VersionText(version) ? .upgrade(to: version) : nil
      }
    case (.version(.former)?, nil):
      guard let entry = rollbackTarget(of: name), entry.wasInstalled == true || status(of: name).state.isFailure
      else { return nil }
      return entry.change
    default: return nil
    }
  }

  /// The recommended version if it is offered, or the only offered version.
  private func recommended(of name: String) -> String? {
    let (offered, version) = (offeredVersions(of: name), market.extensions[name]?.recommendedVersion ?? "")
    if offered.count == 1 { return offered[0] }
    return offered.first { !version.isEmpty && VersionText($0) == VersionText(version) }
  }

  /// Why a change of this kind makes no sense for `name` now, as a sentence.
  fileprivate func obstacle(to kind: ChangeKind, of name: String) -> Sentence? {
    guard let preflight = preflight() else { return "The capabilities of this cluster are not known yet." }
    func sentence(_ reason: Sentence) -> Sentence { "Cannot \(Sentence(stringLiteral: kind.row.verb)): \(reason)." }
    if let reason = preflight.incapability(of: kind, for: name) { return sentence(reason) }
    if let reason = unseenInstallations { return reason.asSentence }
    if !market.installations.isFilled { return "What is installed is not known yet." }
    return preflight.obstacle(to: kind, of: name).map(sentence)
  }

  /// Why the installations are not known, if the user may not list them.
  fileprivate var unseenInstallations: Sentence? {
    guard !market.installations.isFilled, let dialect else { return nil }
    return rights.reason(against: Access("list", dialect.installations))
  }
}

extension String {
  /// With its first letter in upper case.
  var asTitle: String { prefix(1).uppercased() + dropFirst() }
}

extension Step {
  /// Shows a warning in the status line.
  static func complain(_ sentence: Sentence) -> Step { .say(.warning, sentence) }
}
