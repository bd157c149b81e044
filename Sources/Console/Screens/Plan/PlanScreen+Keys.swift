import Client
import Extensions
import KubernetesAPI
import Operations
import Platform
import Terminal

// All keys except those that confirm.
extension PlanScreen {
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if namespace != nil { return performWhileChoosing(command) }
    if pager.prompt != nil { return pager.handle(command, height: height(state)) }
    switch command {
    case .back where pager.hasSearchOrMark: return pager.handle(command, height: height(state))
    case .back: return [.close()]
    case .namespace: return chooseNamespace(state)
    case .apply: return isConfirmedByName ? [.complain(howToConfirm)] : apply(&state)
    case .open: return press(&state)
    case .nextPane, .previousPane, .left, .right:
      isApplyFocused.toggle()
      return []
    case .configure: return editConfig(state)
    case .pickVersion: return pickVersion()
    case .addPrerequisites: return addPrerequisites()
    case .copy: return copyCommand()
    case .writeFile: return writeFile()
    case .reveal:
      isRevealed.toggle()
      return []
    default: return pager.handle(command, height: height(state))
    }
  }

  private func editConfig(_ state: ConsoleState) -> [Step] {
    guard change.kind == .configure || change.version != nil else {
      return [.complain("\(Sentence(stringLiteral: change.row.verb)) has no config to edit.")]
    }
    if isFromEditor { return [.close()] }
    return [.close(opening: ConfigScreen(name, .plan(change), state))]
  }

  private func pickVersion() -> [Step] {
    guard case .version? = change.row.choice else {
      return [.complain("\(Sentence(stringLiteral: change.row.verb)) is of no version.")]
    }
    return [.close(opening: ChooserScreen(change.kind, name))]
  }

  /// The steps that would install missing requirements, if they are offered.
  var missingPrerequisites: [PlannedStep] {
    (sheet?.needs ?? []).compactMap(\.step).filter { step in !prelude.contains { $0.name == step.name } }
  }

  private mutating func addPrerequisites() -> [Step] {
    let steps = missingPrerequisites
    if steps.isEmpty { return [.complain("Nothing that \(name) needs is missing and offered here.")] }
    prelude = steps + prelude
    (plans, sheet, page, isApplyFocused) = ([], nil, nil, false)
    return []
  }

  private func copyCommand() -> [Step] {
    let lines = plans.map(\.kubectlLine).filter { !$0.isEmpty }
    guard !isBlocked, !lines.isEmpty else { return [.complain(noCommand)] }
    return [.copy(lines.joined(separator: " && "), what: "the kubectl line")]
  }

  private var noCommand: Sentence {
    if isBlocked { return "There is no command for a plan that is blocked." }
    return plan?.kubectlAbsence.map { "There is no kubectl line: \($0)." } ?? "There is no kubectl line."
  }

  private func writeFile() -> [Step] {
    guard !isBlocked, plan?.kubectl.isEmpty == false else { return [.complain(noCommand)] }
    let files = plans.compactMap(\.kubectlFile)
    if files.isEmpty { return [.complain("The kubectl line needs no file.")] }
    return files.map { .start(.writeFile($0)) }
  }

  private mutating func chooseNamespace(_ state: ConsoleState) -> [Step] {
    guard change.kind == .install else { return [.complain("Only an install chooses the namespace.")] }
    if let reason = state.capabilityState.capabilities?.reason(against: .targetNamespace) {
      return [.complain("The namespace cannot be chosen: \(reason).")]
    }
    namespace = LinePrompt(text: change.namespace ?? Change.usualNamespace(of: name))
    return []
  }

  private mutating func performWhileChoosing(_ command: Command) -> [Step]? {
    switch command {
    case .open: takeNamespace()
    case .back: namespace = nil
    default: return nil
    }
    return []
  }

  mutating func typeNamespace(_ key: Key) -> [Step] {
    switch namespace?.handle(key) {
    case .accepted: takeNamespace()
    case .cancelled: namespace = nil
    case .edited, .ignored, nil: break
    }
    return []
  }

  /// Plans again, so that the user agrees to what the screen shows.
  private mutating func takeNamespace() {
    let chosen = namespace?.text.trimmed ?? ""
    change = .install(
      version: change.version ?? "", config: change.config ?? "", namespace: chosen.isEmpty ? nil : chosen)
    (namespace, plans, inputs, isApplyFocused, page) = (nil, [], nil, false, nil)
  }
}
