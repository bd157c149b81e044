import Client
import Editor
import Extensions
import Terminal

/// The config of an extension, being written.
///
/// Saving opens a plan; the text stays here until the cluster has taken it. What is not saved is kept
/// as a draft and offered again.
struct ConfigView: View {
  enum Purpose: Hashable, Sendable {
    case configure
    case install(version: String, config: String)
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
  /// The text that was last kept as a draft, and when the next one is due.
  private var kept: String
  private var draftDue: Moment?
  /// Leaving without saving was asked for once.
  private var isLeaving = false

  /// A draft is kept this many seconds after the last key.
  static let draftDelay = 2.0

  init(_ name: String, _ purpose: Purpose, _ desk: Desk) {
    self.name = name
    self.purpose = purpose
    let current = desk.market.installations[name]?.config ?? ""
    if case .install(_, let config) = purpose { base = config } else { base = current }
    kept = base
    editor = EditorView(text: base)
    if let draft = desk.records.drafts[name], draft.text != base {
      _ = editor.perform(.selectAll)
      _ = editor.handle(.paste(draft.text), keymap: Keymap())
      kept = draft.text
      isOutdated = draft.base != base
    }
  }

  var subject: String? { name }
  var sections: [KeySection] { editor.isFinding ? [] : [.editor] }
  var nextWakeUp: Moment? { draftDue }
  func isAboutChange(of name: String) -> Bool { name == self.name }

  func hints(_ desk: Desk) -> [Action] {
    let edits: [Action] = [.edit(.save), .edit(.abandon), .edit(.undo), .edit(.redo), .edit(.find)]
    return (isOutdated ? [.command(.reload)] : []) + edits + [.command(.help)]
  }

  private func editorSize(_ desk: Desk) -> Size {
    Size(rows: max(1, desk.bodySize.rows - 1), columns: desk.bodySize.columns)
  }

  mutating func settle(_ desk: inout Desk) {
    editor.resize(to: editorSize(desk))
    guard purpose == .configure, let current = desk.market.installations[name]?.config else { return }
    isOutdated = current != base
  }

  mutating func perform(_ command: Command, _ desk: inout Desk) -> [Step]? {
    switch command {
    case .reload: return reload(desk)
    case .back: return edit(.abandon, &desk)
    default: return nil
    }
  }

  mutating func edit(_ command: EditorCommand, _ desk: inout Desk) -> [Step] {
    follow(editor.perform(command), &desk)
  }

  mutating func type(_ key: Key, _ desk: inout Desk) -> [Step] {
    var key = key
    // The editor counts from its own corner, under the title.
    if case .mouse(let action, let point) = key {
      key = .mouse(action, Point(row: point.row - 1, column: point.column))
    }
    return follow(editor.handle(key, keymap: Keymap()), &desk)
  }

  private mutating func follow(_ outcome: EditorView.Outcome, _ desk: inout Desk) -> [Step] {
    let wasLeaving = isLeaving
    isLeaving = false
    draftDue = editor.text == kept ? nil : desk.now + Self.draftDelay
    switch outcome {
    case .handled, .ignored: return []
    case .save(let text): return save(text, desk)
    case .refused(let mistake): return [.say(.error, "This is no YAML: \(mistake). Nothing was changed.")]
    case .abandon(let hasUnsavedEdits):
      guard hasUnsavedEdits, !wasLeaving else { return leave(&desk) }
      isLeaving = true
      return [.complain("Your changes are not saved. Once more leaves, and keeps a draft of them.")]
    }
  }

  private func save(_ text: String, _ desk: Desk) -> [Step] {
    switch purpose {
    case .install(let version, _): return [.open(PlanView(.install(version: version, config: text), name))]
    case .configure:
      if desk.market.installations[name] == nil { return [.complain("\(name) is no longer installed.")] }
      if desk.market.installations[name]?.config == text { return [.complain("Nothing is different.")] }
      if isOutdated, !hasReloaded {
        return [.complain("The cluster's config has changed since. Look at it first: \(reloadKey(desk)).")]
      }
      return [.open(PlanView(.configure(config: text), name))]
    }
  }

  private func reloadKey(_ desk: Desk) -> String {
    desk.settings.keys(for: Command.reload, in: sections).first ?? "reload"
  }

  private mutating func leave(_ desk: inout Desk) -> [Step] {
    var steps: [Step] = [.close()]
    if editor.hasUnsavedEdits {
      steps += keepDraft(&desk) + [.say(.note, "Your text is kept as a draft of \(name).")]
    } else if desk.records.drafts[name] != nil {
      desk.records.drafts[name] = nil
      steps.append(.start(.keepDraft(of: name, nil)))
    }
    return steps
  }

  private mutating func keepDraft(_ desk: inout Desk) -> [Step] {
    let draft = KeptDraft(text: editor.text, base: base)
    (kept, draftDue) = (draft.text, nil)
    desk.records.drafts[name] = draft
    return [.start(.keepDraft(of: name, draft))]
  }

  /// Shows what the cluster has now above what was written, as comments.
  private mutating func reload(_ desk: Desk) -> [Step] {
    guard isOutdated, let current = desk.market.installations[name]?.config else {
      return [.complain("The cluster has the config this editing began from.")]
    }
    let lines = current.split(separator: "\n", omittingEmptySubsequences: false).map { "# " + $0 }
    let beside = ["# The cluster's config now:"] + lines + ["# What you wrote:"]
    _ = editor.perform(.moveTextStart)
    _ = editor.handle(.paste(beside.joined(separator: "\n") + "\n"), keymap: Keymap())
    _ = editor.perform(.moveTextStart)
    (base, isOutdated, hasReloaded) = (current, false, true)
    return [.say(.note, "The cluster's config stands above yours, as comments. Take what you need, then save.")]
  }

  mutating func notice(_ message: Message, _ desk: inout Desk) -> [Step] {
    switch message {
    case .time:
      guard let due = draftDue, due <= desk.now else { return [] }
      return keepDraft(&desk)
    default: return []
    }
  }

  func reservation(_ desk: Desk) -> String? {
    editor.hasUnsavedEdits ? "The config of \(name) is not saved; it will be kept as a draft." : nil
  }

  func farewell(_ desk: Desk) -> [Work] {
    guard editor.hasUnsavedEdits else { return [] }
    return [.keepDraft(of: name, KeptDraft(text: editor.text, base: base))]
  }

  func draw(on surface: inout Surface, in area: Rect, _ desk: Desk) {
    let (top, rest) = area.split(top: 1)
    let what = purpose == .configure ? "Config of \(name)" : "Config to install \(name) with"
    let warning = isOutdated ? "  changed in the cluster meanwhile" : ""
    let end = surface.write(what, row: 0, in: top.inset(columns: 1), style: desk.theme["title"])
    surface.write(warning, at: Point(row: top.origin.row, column: end), in: top, style: desk.theme["status.busy"])
    _ = editor.draw(on: &surface, in: rest, theme: desk.theme)
  }

  func cursor(in area: Rect, _ desk: Desk) -> Point? {
    var scratch = Surface(size: desk.size)
    return editor.draw(on: &scratch, in: area.split(top: 1).rest, theme: desk.theme)
  }
}
