import Platform
import Terminal

/// Asks what to do with unsaved text.
struct UnsavedScreen: Screen {
  let name: String
  let draft: KeptDraft

  init(_ name: String, _ draft: KeptDraft) {
    self.name = name
    self.draft = draft
  }

  var sections: [KeySection] { [.draft, .everywhere] }
  var isOverlay: Bool { true }
  var extensionName: String? { name }
  var question: Question? { Question(["unsaved", name]) }
  func isAboutChange(of name: String) -> Bool { name == self.name }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.keepDraft, .discard, .back]) }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .keepDraft:
      state.records.drafts[name] = draft
      // The message is shown when the draft was stored.
      state.announcedDrafts.insert(name)
      return [.close(), .close(), .start(.setDraft(of: name, draft))]
    case .discard:
      state.records.drafts[name] = nil
      return [
        .close(), .close(), .start(.setDraft(of: name, nil)), .say(.note, "\(name): your changes were discarded."),
      ]
    case .back, .open, .close: return [.close()]
    case .quit: return nil
    default: return []
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    func key(_ command: Command) -> String { state.settings.keys(for: command, in: sections).first ?? "" }
    surface.drawBox(
      state.words("Not saved"),
      [
        state.words("The config of {0} is changed and not saved.", name), "",
        state.words(
          "{0} keeps it as a draft, {1} discards the changes, {2} goes on editing.", key(.keepDraft), key(.discard),
          key(.back)),
      ], in: area, state.theme)
  }
}
