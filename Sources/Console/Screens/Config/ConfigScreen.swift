import Client
import Editor
import Extensions
import Platform
import Terminal

/// The config of an extension, being written.
///
/// Saving opens a plan; the text stays here until the cluster has taken it. What is not saved is kept
/// as a draft and offered again.
struct ConfigScreen: Screen {
  enum Purpose: Hashable, Sendable {
    case configure
    /// The install that the config is for.
    case install(Change)
  }

  let name: String
  let purpose: Purpose
  private var editor: EditorView
  /// What the cluster had when the editing began, or when it was last looked at.
  private var base: String
  /// The cluster's config changed meanwhile.
  private(set) var isOutdated = false
  /// What the cluster has now stands in the text beside what was written.
  private var hasReloaded = false
  /// The comments that reloading put above the text; they are no part of the config.
  private var beside = ""
  /// The text that was last kept as a draft, and when the next one is due.
  private var kept: String
  private var draftDue: ClockReading?
  /// Since when there is something that no draft has.
  private var unkeptSince: ClockReading?
  /// Leaving without saving was asked for once.
  private var isLeaving = false

  /// A draft is kept this many seconds after the last key.
  static let draftDelay = 2.0
  /// However fast the keys follow each other, a draft is kept this many seconds after the first.
  static let draftInterval = 10.0

  init(_ name: String, _ purpose: Purpose, _ state: ConsoleState) {
    self.name = name
    self.purpose = purpose
    let current = state.config(of: name) ?? ""
    if case .install(let change) = purpose { base = change.config ?? "" } else { base = current }
    kept = base
    editor = EditorView(text: base)
    if let draft = state.records.drafts[name], draft.text != base {
      _ = editor.perform(.selectAll)
      _ = editor.handle(.paste(draft.text), keymap: Keymap())
      kept = draft.text
      isOutdated = draft.base != base
    }
  }

  var extensionName: String? { name }
  func title(_ state: ConsoleState) -> String { "Config" }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { state.versions(of: name) }
  var sections: [KeySection] { editor.isFinding ? [] : [.editor] }
  var nextWakeUp: ClockReading? { draftDue }
  func isAboutChange(of name: String) -> Bool { name == self.name }

  func hints(_ state: ConsoleState) -> [Hint] {
    let edits: [EditorCommand] = [.save, .abandon, .undo, .redo, .find]
    return (isOutdated ? [Hint(.reload)] : []) + edits.map { Hint(.edit($0)) } + [Hint(.help)]
  }

  private func editorSize(_ state: ConsoleState) -> Size {
    Size(rows: max(1, state.bodySize.rows - 1), columns: state.bodySize.columns)
  }

  mutating func settle(_ state: inout ConsoleState) {
    editor.resize(to: editorSize(state))
    guard purpose == .configure, let current = state.config(of: name) else { return }
    isOutdated = current != base
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .reload: return reload(state)
    case .back: return edit(.abandon, &state)
    default: return nil
    }
  }

  mutating func edit(_ command: EditorCommand, _ state: inout ConsoleState) -> [Step] {
    follow(editor.perform(command), &state)
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    var key = key
    // The editor counts from its own corner, under the title.
    if case .mouse(let action, let point) = key {
      key = .mouse(action, Point(row: point.row - 1, column: point.column))
    }
    return follow(editor.handle(key, keymap: Keymap()), &state)
  }

  private mutating func follow(_ outcome: EditorView.Outcome, _ state: inout ConsoleState) -> [Step] {
    let wasLeaving = isLeaving
    isLeaving = false
    unkeptSince = editor.text == kept ? nil : unkeptSince ?? state.now
    draftDue = unkeptSince.map { min(state.now + Self.draftDelay, $0 + Self.draftInterval) }
    switch outcome {
    case .handled, .ignored: return []
    case .save(let text): return save(text.hasPrefix(beside) ? String(text.dropFirst(beside.count)) : text, state)
    case .refused(let mistake): return [.say(.error, "This is not valid YAML: \(mistake). Nothing was changed.")]
    case .abandon(let hasUnsavedEdits):
      guard hasUnsavedEdits, !wasLeaving else { return leave(&state) }
      isLeaving = true
      return [.complain("Your changes are not saved. The same key again leaves and keeps them as a draft.")]
    }
  }

  private func save(_ text: String, _ state: ConsoleState) -> [Step] {
    switch purpose {
    case .install(let change):
      let install = Change.install(version: change.version ?? "", config: text, namespace: change.namespace)
      return [.open(PlanScreen(install, name))]
    case .configure:
      guard let current = state.config(of: name) else { return [.complain("\(name) is no longer installed.")] }
      if current == text { return [.complain("The config is unchanged.")] }
      if isOutdated, !hasReloaded {
        return [.complain("The cluster's config has changed since. Look at it first: \(reloadKey(state)).")]
      }
      return [.open(PlanScreen(.configure(config: text), name))]
    }
  }

  private func reloadKey(_ state: ConsoleState) -> String {
    state.settings.keys(for: Command.reload, in: sections).first ?? "reload"
  }

  private mutating func leave(_ state: inout ConsoleState) -> [Step] {
    var steps: [Step] = [.close()]
    if editor.hasUnsavedEdits {
      // It is said when it is true.
      state.announcedDrafts.insert(name)
      keepDraft(&state)
    } else if state.records.drafts[name] != nil {
      state.records.drafts[name] = nil
      steps.append(.start(.keepDraft(of: name, nil)))
    }
    return steps
  }

  private mutating func keepDraft(_ state: inout ConsoleState) {
    let draft = KeptDraft(text: editor.text, base: base)
    (kept, draftDue, unkeptSince) = (draft.text, nil, nil)
    state.records.drafts[name] = draft
    state.begin(.keepDraft(of: name, draft))
  }

  /// Shows what the cluster has now above what was written, as comments.
  private mutating func reload(_ state: ConsoleState) -> [Step] {
    guard isOutdated, let current = state.config(of: name) else {
      return [.complain("The config in the cluster has not changed since editing began.")]
    }
    let lines = current.shownLines.map { "# " + $0 }
    let all = ["# The cluster's config now:"] + lines + ["# What you wrote:"]
    beside = all.joined(separator: "\n") + "\n"
    _ = editor.perform(.moveTextStart)
    _ = editor.handle(.paste(beside), keymap: Keymap())
    _ = editor.perform(.moveTextStart)
    (base, isOutdated, hasReloaded) = (current, false, true)
    return [.say(.note, "The cluster's config stands above yours, as comments. Take what you need, then save.")]
  }

  mutating func wake(_ state: inout ConsoleState) { keepDraft(&state) }

  func unsavedWork(_ state: ConsoleState) -> String? {
    editor.hasUnsavedEdits ? "The config of \(name) is not saved; it will be kept as a draft." : nil
  }

  func requestsBeforeExit(_ state: ConsoleState) -> [Request] {
    guard editor.hasUnsavedEdits else { return [] }
    return [.keepDraft(of: name, KeptDraft(text: editor.text, base: base))]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, rest) = area.split(top: 1)
    let what = purpose == .configure ? "Config of \(name)" : "Config to install \(name) with"
    let warning = isOutdated ? "  changed in the cluster meanwhile" : ""
    let end = surface.write(what, row: 0, in: top.inset(columns: 1), style: state.theme[.title])
    surface.write(warning, at: Point(row: top.origin.row, column: end), in: top, style: state.theme[.statusBusy])
    _ = editor.draw(on: &surface, in: rest, theme: state.theme)
  }

  func cursor(in area: Rect, _ state: ConsoleState) -> Point? {
    var scratch = Surface(size: state.size)
    return editor.draw(on: &scratch, in: area.split(top: 1).rest, theme: state.theme)
  }
}
