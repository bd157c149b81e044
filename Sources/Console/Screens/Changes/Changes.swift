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
  if let reason = state.obstacle(to: kind, of: name, version: version) { return [.complain(reason)] }
  // A user without the right may still see the plan.
  let prohibition = state.preflight()?.prohibition(of: kind, for: name)
  let plan = state.change(kind, of: name, to: version).map { [Step.open(PlanScreen($0, name))] }
  let steps = plan ?? opening(kind, on: name, state)
  // The plan shows the missing right itself.
  let isPlan = if case .open(let screen)? = steps.first { screen is PlanScreen } else { false }
  return steps + (isPlan ? [] : prohibition.map { [Step.complain($0.asFullSentence)] } ?? [])
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

extension String {
  /// With its first letter in upper case.
  var asTitle: String { prefix(1).uppercased() + dropFirst() }
}

extension Step {
  /// Shows a warning in the status line.
  static func complain(_ sentence: Sentence) -> Step { .say(.warning, sentence) }
}
