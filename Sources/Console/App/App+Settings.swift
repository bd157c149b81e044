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
      state.settings.language = name
    }
    state.say(.note, "\(command.rawValue): \(name)")
    state.begin(.keepSetting(command.rawValue, name))
  }

  private mutating func complain(_ what: String, _ names: some Collection<String>) {
    state.say(.warning, "\(what) NAME, where NAME is \(names.sorted().joined(separator: ", "))")
  }
}

extension App {
  /// Takes settings that were read again because a file has changed; shows new problems in them.
  mutating func reload(_ settings: Settings) {
    let former = state.settings
    state.settings = settings
    guard former.problems != settings.problems || former.theme != settings.theme else { return }
    for problem in settings.problems where !former.problems.contains(problem) {
      state.announce(.error, problem)
    }
  }
}
