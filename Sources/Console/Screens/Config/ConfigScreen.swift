import Client
import Editor
import Extensions
import Manifest
import Operations
import Platform
import Terminal

/// The editor for the config of an extension.
///
/// Saving opens a plan; the text remains here until the cluster has accepted it. Unsaved text is stored as a draft, and
/// offered again.
struct ConfigScreen: Screen {
  enum Purpose: Hashable, Sendable {
    case configure
    /// The config is for this change, which is planned next.
    case plan(Change)
  }

  let name: String
  let purpose: Purpose
  var editor: EditorView
  /// The config in the cluster when editing began, or when it was last merged.
  private(set) var base: String
  /// Whether the config in the cluster has changed since.
  private(set) var isOutdated = false
  /// Whether the initial text is a draft.
  private let isDraft: Bool
  /// The number of edits when the draft was last stored, and when it must be stored next.
  private var keptEdits = 0
  private var draftDue: ClockReading?
  /// Since when there are edits that are not in the stored draft.
  private var unkeptSince: ClockReading?
  /// The chart's values, once they were read.
  var guide: ConfigGuide?
  var completion: Completion?
  /// When a long text is to be checked against the chart's values.
  var reviewDue: ClockReading?
  /// The key to move the cursor to, once the chart's values are known.
  var wanted: [String]?
  /// The key that the editor was opened at, which completion prefers.
  var suggested: [String]?

  /// In seconds: a draft is stored this long after the last key.
  static let draftDelay = 2.0
  /// In seconds: with keys in quick succession, a draft is stored this long after the first.
  static let draftInterval = 10.0
  /// In seconds: a long text is checked this long after the last key.
  static let reviewDelay = 0.5

  init(_ name: String, _ purpose: Purpose, _ state: ConsoleState, at path: [String]? = nil) {
    self.name = name
    self.purpose = purpose
    wanted = path
    let current = state.config(of: name) ?? ""
    var start = current
    if case .plan(let change) = purpose { start = change.config ?? current }
    editor = EditorView(text: start)
    base = start
    let draft = state.records.drafts[name].flatMap { $0.text == start ? nil : $0 }
    isDraft = draft != nil
    if let draft {
      editor.replaceText(with: draft.text)
      base = draft.base
      isOutdated = draft.base != start
    }
    keptEdits = editor.edits
  }

  var extensionName: String? { name }
  var identity: String? {
    switch purpose {
    case .configure: "config/\(name)"
    case .plan(let change): "config/\(name)/\(change.words)"
    }
  }
  func title(_ state: ConsoleState) -> String { state.words("Config") }
  var sections: [KeySection] { editor.isFinding ? [] : [.editor] }
  var nextWakeUp: ClockReading? { [draftDue, reviewDue].compactMap { $0 }.min() }
  func isAboutChange(of name: String) -> Bool { name == self.name }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    state.versions(of: name) + [.evidence(state.evidenceSubject(of: name, version(state)))]
  }

  /// The version of the chart whose values the config overrides.
  func version(_ state: ConsoleState) -> String {
    if case .plan(let change) = purpose, let version = change.version { return version }
    return state.market.installed.of(name)?.version ?? ""
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    let edits: [EditorCommand] = [.save, .abandon, .undo, .find, .goTo, .editOutside]
    // Without the chart's values the key indents.
    let completion = guide == nil ? [] : [Hint(.edit(.indent), "complete")]
    return (isOutdated ? [Hint(.reload)] : []) + completion + edits.map { Hint(.edit($0)) } + [Hint(.help)]
  }

  mutating func settle(_ state: inout ConsoleState) {
    takeGuide(state)
    editor.resize(to: editorSize(state))
    guard purpose == .configure, let current = state.config(of: name) else { return }
    isOutdated = current != base
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .reload: return merge(state)
    case .back: return edit(.abandon, &state)
    default: return nil
    }
  }

  mutating func edit(_ command: EditorCommand, _ state: inout ConsoleState) -> [Step] {
    if command == .indent, let steps = complete(state) { return steps }
    completion = nil
    return follow(editor.perform(command), &state)
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    completion = nil
    var key = key
    // The editor's coordinates begin below the title.
    if case .mouse(let action, let point) = key {
      key = .mouse(action, Point(row: point.row - 1, column: point.column))
    }
    return follow(editor.handle(key, keymap: Keymap()), &state)
  }

  private mutating func follow(_ outcome: EditorView.Outcome, _ state: inout ConsoleState) -> [Step] {
    unkeptSince = editor.edits == keptEdits ? nil : unkeptSince ?? state.now
    draftDue = unkeptSince.map { min(state.now + Self.draftDelay, $0 + Self.draftInterval) }
    lookAtText(state)
    switch outcome {
    case .handled, .ignored: return []
    case .save(let text): return save(text, state)
    case .refused(let mistake):
      return [.say(.error, "This is not valid YAML: \(mistake.sentence). Nothing was changed.")]
    case .abandon(hasUnsavedEdits: false): return leave(&state)
    case .abandon(hasUnsavedEdits: true): return [.open(UnsavedScreen(name, KeptDraft(text: editor.text, base: base)))]
    case .editOutside: return [.editOutside(editor.text, of: name)]
    }
  }

  private func save(_ text: String, _ state: ConsoleState) -> [Step] {
    switch purpose {
    case .plan(let change): return [.open(PlanScreen(change.with(config: text), name, isFromEditor: true))]
    case .configure:
      guard let current = state.config(of: name) else {
        return [.complain("\(name) is no longer installed.")]
      }
      if current == text { return [.complain("The config is unchanged.")] }
      if isOutdated {
        return merge(state) + [.say(.warning, "The cluster's config has changed since: put both together first.")]
      }
      return [.open(PlanScreen(.configure(config: text), name, isFromEditor: true))]
    }
  }

  /// Closes the editor; a draft without unsaved edits is deleted.
  private mutating func leave(_ state: inout ConsoleState) -> [Step] {
    guard state.records.drafts[name] != nil else { return [.close()] }
    state.records.drafts[name] = nil
    return [.close(), .start(.setDraft(of: name, nil))]
  }

  private mutating func keepDraft(_ state: inout ConsoleState) {
    (keptEdits, draftDue, unkeptSince) = (editor.edits, nil, nil)
    let draft = editor.hasUnsavedEdits ? KeptDraft(text: editor.text, base: base) : nil
    if draft == nil, state.records.drafts[name] == nil { return }
    state.records.drafts[name] = draft
    state.begin(.setDraft(of: name, draft))
  }

  /// Opens the merge of the text with the config in the cluster.
  private func merge(_ state: ConsoleState) -> [Step] {
    guard isOutdated, let current = state.config(of: name) else {
      return [.complain("The config in the cluster has not changed since editing began.")]
    }
    return [.open(MergeScreen(name, base: base, theirs: current, mine: editor.text))]
  }

  /// Takes a text that was merged with `theirs`, the config in the cluster.
  mutating func take(merged text: String, over theirs: String, _ state: inout ConsoleState) {
    editor.replaceText(with: text)
    (base, isOutdated) = (theirs, false)
    _ = follow(.handled, &state)
  }

  /// Takes the text from another program.
  mutating func take(edited text: String, _ state: inout ConsoleState) {
    editor.replaceText(with: text)
    _ = follow(.handled, &state)
  }

  mutating func wake(_ state: inout ConsoleState) {
    if let due = draftDue, due <= state.now { keepDraft(&state) }
    if let due = reviewDue, due <= state.now { askForReview(&state) }
  }

  func unsavedWork(_ state: ConsoleState) -> Sentence? {
    editor.hasUnsavedEdits ? "The config of \(name) is not saved; it will be kept as a draft." : nil
  }

  /// The extension whose text is not saved, and is stored as a draft.
  var draftBeingEdited: String? { editor.hasUnsavedEdits ? name : nil }

  func requestsBeforeExit(_ state: ConsoleState) -> [Request] {
    guard editor.hasUnsavedEdits else { return [] }
    return [.setDraft(of: name, KeptDraft(text: editor.text, base: base))]
  }

  /// The marks beside the title: `draft` if the initial text was one, `changed` for unsaved edits.
  var marks: [String] {
    (isDraft ? ["draft"] : []) + (editor.hasUnsavedEdits ? ["changed"] : [])
      + (isOutdated ? ["changed in the cluster meanwhile"] : [])
  }
}
