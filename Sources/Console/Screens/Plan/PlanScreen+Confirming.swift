import Extensions
import Operations
import Platform
import Terminal

// Confirmation: by a key for a change that can be undone, by the name for a destructive one.
extension PlanScreen {
  /// Whether the name must be typed, as for destructive changes and those under a guardrail.
  var requiresTypedName: Bool { plan?.requiresTypedName ?? change.row.requiresTypedName }
  /// Whether the name confirms the plan, once the end of the plan has been on the screen.
  var isConfirmedByName: Bool { requiresTypedName && !isBlocked && !isUnderWay }
  var isTypingName: Bool { isConfirmedByName && isReadToTheEnd }

  /// During a search, and while lines are marked, the keys of the text take precedence over those of the plan: `n`
  /// finds the next match and does not close the plan.
  var sections: [KeySection] {
    if isConfirmedByName || namespace != nil || pager.prompt != nil { return [.prompt] }
    return pager.hasSearchOrMark ? [.text, .plan, .everywhere] : [.plan, .text, .everywhere]
  }

  var prompt: Prompt? {
    if let namespace { return Prompt(label: "Namespace for \(name): ", field: namespace, verb: "choose") }
    guard isTypingName else { return pager.prompt }
    return Prompt(label: "Type \(name) to \(change.phrase) it: ", field: typed, verb: change.phrase)
  }

  var howToConfirm: Sentence {
    isReadToTheEnd
      ? "Type the extension's name to \(change.phrase) it."
      : "Read to the end of the plan first: then the name is asked for."
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    if prompt != nil { return .commands([.open, .back]) }
    if isConfirmedByName { return .commands([.back]) }
    var hints: [Command] = canApply(state) ? [.apply, .back] : [.back]
    if !missingPrerequisites.isEmpty { hints.append(.addPrerequisites) }
    if change.version != nil || change.config != nil { hints.append(.configure) }
    if case .version? = change.row.choice { hints.append(.pickVersion) }
    if plan?.kubectl.isEmpty == false, !isBlocked { hints.append(.copy) }
    if hasSecrets { hints.append(.reveal) }
    if plan?.kubectlFile != nil, plan?.kubectl.isEmpty == false, !isBlocked { hints.append(.writeFile) }
    if change.kind == .install, state.capabilityState.capabilities?.has(.targetNamespace) == true {
      hints.append(.namespace)
    }
    return .commands(hints + [.nextPane, .help])
  }

  private func canApply(_ state: ConsoleState) -> Bool {
    plan != nil && !isBlocked && !state.session.isReadOnly && !plans.contains { state.underWay($0.name) != nil }
  }

  private var hasSecrets: Bool { plans.contains { $0.effects.contains { $0.unmaskedText != nil } } }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    if namespace != nil { return typeNamespace(key) }
    if isConfirmedByName { return typeName(key, &state) }
    if pager.prompt != nil { return pager.type(key, height: height(state)) }
    if pager.wheel(key, height: height(state)) { return [] }
    guard case .mouse(.click, let point) = key, point.row == state.bodySize.rows - 1, !requiresTypedName else {
      return []
    }
    let cancel = "[ \(state.words("Cancel")) ]".columns
    if (1...cancel).contains(point.column) { return [.close()] }
    let start = cancel + 2
    return (start..<(start + applyButton(state.words).columns)).contains(point.column) ? apply(&state) : []
  }

  private mutating func typeName(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    // Without a plan the user cannot know what the name would confirm.
    guard plan != nil else { return [] }
    guard isTypingName else { return scrollUntilRead(key, state) }
    switch typed.handle(key) {
    case .accepted: return confirmTyped(&state)
    case .cancelled: return [.close()]
    case .edited: break
    case .ignored: _ = scroll(key, state)
    }
    return []
  }

  /// Until the end has been on the screen, keys only scroll.
  private mutating func scrollUntilRead(_ key: Key, _ state: ConsoleState) -> [Step] {
    if scroll(key, state) { return [] }
    if key == .character(" ") {
      _ = pager.move(.pageDown, height: height(state))
      return []
    }
    return [.complain(howToConfirm)]
  }

  /// Scrolls if `key` is a movement: the consequences stay readable while the name is typed.
  private mutating func scroll(_ key: Key, _ state: ConsoleState) -> Bool {
    if pager.wheel(key, height: height(state)) { return true }
    guard case .command(.command(let command)) = state.settings.match([key], in: [.everywhere]) else { return false }
    return pager.move(command, height: height(state))
  }

  mutating func press(_ state: inout ConsoleState) -> [Step] {
    guard requiresTypedName else { return isApplyFocused ? apply(&state) : [.close()] }
    if isBlocked { return [.close()] }
    return isTypingName ? confirmTyped(&state) : [.complain(howToConfirm)]
  }

  private mutating func confirmTyped(_ state: inout ConsoleState) -> [Step] {
    guard typed.text.trimmed == name else {
      progress = .warned(state.words("That is not {0}. Nothing was changed.", name))
      return []
    }
    return apply(&state)
  }

  mutating func apply(_ state: inout ConsoleState) -> [Step] {
    guard let first = plans.first else {
      progress = .warned(state.words("The plan is not ready yet."))
      return []
    }
    if let sent = plans.compactMap({ state.underWay($0.name) }).first {
      return [.complain("\(sent.plan.name): \(sent.plan.change.phrase) is still being sent.")]
    }
    if state.session.isReadOnly { return [.complain("This console is read-only: nothing was changed.")] }
    if let problem = plans.flatMap(\.problems).first(where: \.isBlocking) {
      // A user who has just been granted the right need not wait until the cached answer expires.
      let asksAgain = accesses(state).contains { state.rights.reason(against: $0) != nil }
      let ask = asksAgain ? [Step.start(.ask(accesses(state), ignoresCache: true))] : []
      return [.complain("Cannot apply: \(problem.sentence)")] + ask
    }
    if case .changed = progress {
      progress = .warned(state.words("Look again, then confirm."))
      return []
    }
    progress = .asking
    return [.submit(first, then: Array(plans.dropFirst()))]
  }
}
