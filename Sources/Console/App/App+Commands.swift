import Client
import Extensions
import Operations
import Platform

// Commands that the topmost screen does not handle.
extension App {
  mutating func perform(_ command: Command, argument: String = "", byKeys keys: String = "") {
    if isAskingUnseen, command != .back { return }
    if !argument.isEmpty, !command.needsArgument { return perform(command, on: argument) }
    if let steps = onTop({ $0.perform(command, &$1) }) { return carryOut(steps) }
    switch command {
    case .page(let page): open(page.screen(top))
    case .palette: openPalette()
    case .older: walk(by: -1)
    case .newer: walk(by: 1)
    case .lastPlace: goToLastPlace()
    case .nextAttention: goToNextWithAttention()
    case .exactTimes: state.showsExactTimes.toggle()
    case .close: if layers.isEmpty { quit(isAskingForChanges: true) } else { closeTop() }
    case .quit: quit()
    case .redraw: request = .redraw
    case .suspend: request = .suspend
    case .refresh: refresh()
    case .compareWays: compareWays()
    case .screen(.yaml), .screen(.describe), .screen(.log): look(command)
    case .screen(.cancel): cancel(top.subject)
    case .theme, .keymap, .language, .selection: set(command, to: argument)
    default: reportNoEffect(command, keys)
    }
  }

  /// Shows what is known of the current extension.
  private mutating func look(_ command: Command) {
    guard let name = top.subject else { return state.say(.warning, "No extension is selected.") }
    switch command {
    case .screen(.yaml): open(ObjectScreen(name))
    case .screen(.log): open(ProgressScreen(name, showing: .log))
    default: open(ExtensionScreen(name))
    }
  }

  /// Opens the palette, whose commands are about the current extension.
  private mutating func openPalette() {
    open(PaletteScreen(history: paletteHistory, subject: top.subject, below: top.sections))
  }

  /// Runs `command` on the extension that is named after it, whatever is selected.
  private mutating func perform(_ command: Command, on argument: String) {
    let words = argument.split(separator: " ").map(String.init)
    let name = words.first ?? ""
    let version = words.count == 3 && words[1] == "to" ? words[2] : nil
    guard command == .open || command == .screen(.cancel) || command.change != nil else {
      return state.say(.warning, "\(command.spokenName) takes no name.")
    }
    guard state.market.extensions[name] != nil || state.market.installed.of(name) != nil else {
      let suggestion = suggestionSentence(for: name, among: state.market.extensions.elements.names)
      return state.say(.warning, "There is no extension \(name) here\(suggestion.isEmpty ? "." : suggestion)")
    }
    if command == .open { return open(ExtensionScreen(name)) }
    if command == .screen(.cancel) { return cancel(name) }
    carryOut(beginChange(command, on: name, version: version, state) ?? [])
  }

  /// Plans to cancel the current operation of `name`.
  private mutating func cancel(_ name: String?) {
    guard let name else { return state.say(.warning, "No extension is selected.") }
    guard let installation = state.market.installed.of(name) else {
      return state.say(.warning, "\(name) is not installed.")
    }
    guard let capabilities = state.capabilityState.capabilities else {
      return state.say(.warning, "The capabilities of this cluster are not known yet.")
    }
    open(RemedyScreen(RemedyPlan(cancelling: name, installation, state.memory(of: name), capabilities)))
  }

  private mutating func compareWays() {
    guard state.session.isComparable, let dialect = state.dialect else {
      return state.say(.warning, "Only a profile with a gateway and a kubeconfig has two ways to compare.")
    }
    state.comparison = nil
    open(ComparisonScreen())
    state.begin(.compareWays(dialect))
  }
}
