import Platform

extension App {
  /// Sets a theme, keymap or language, now and for later sessions.
  mutating func set(_ command: Command, to name: String) {
    switch command {
    case .theme:
      guard let theme = state.settings.themes[name] else { return complain("theme", state.settings.themes.keys) }
      state.settings.theme = theme
    case .keymap:
      guard let keymaps = state.settings.keymapsByName[name] else {
        return complain("keymap", state.settings.keymapsByName.keys)
      }
      state.settings.keymaps = keymaps
    case .selection:
      guard let selection = RowSelection(rawValue: name) else {
        return complain("selection", RowSelection.allCases.map(\.rawValue))
      }
      state.settings.selection = selection
    default:
      guard ["en", "zh"].contains(name) else { return complain("language", ["en", "zh"]) }
      changeLanguage { $0.settings.language = name }
    }
    state.say(.note, "\(command.rawValue): \(name)")
    state.begin(.keepSetting(command.rawValue, name))
  }

  /// Changes settings that may include the language; extensions are then read again, because only the descriptions in
  /// one language are stored.
  private mutating func changeLanguage(_ change: (inout ConsoleState) -> Void) {
    let former = state.language
    change(&state)
    guard let dialect = state.dialect, state.language != former else { return }
    state.effects.append(.stop(.watch(.extensions(language: former), dialect)))
    state.begin(.watch(.extensions(language: state.language), dialect))
  }

  private mutating func complain(_ what: String, _ names: some Collection<String>) {
    state.say(.warning, "\(what) NAME, where NAME is \(names.sorted().joined(separator: ", "))")
  }
}

extension App {
  /// Takes settings that were read again because a file has changed; shows new problems in them.
  mutating func reload(_ settings: Settings) {
    let former = state.settings
    changeLanguage { $0.settings = settings }
    guard former.problems != settings.problems || former.theme != settings.theme else { return }
    for problem in settings.problems where !former.problems.contains(problem) {
      state.announce(.error, problem)
    }
  }
}
