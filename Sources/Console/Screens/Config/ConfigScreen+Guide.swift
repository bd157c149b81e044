import Editor
import Extensions
import Manifest
import Operations
import Platform
import Terminal

/// The chart's values beside a config.
struct ConfigGuide: Sendable {
  let key: EvidenceKey
  let values: ValuesGuide
  let defaults: Value
}

// The chart's values for the key at the cursor, and drawing.
extension ConfigScreen {
  /// The keys that completion offers at the cursor.
  struct Completion: Sendable {
    var candidates: [KeyCompletion]
    var index: Int
    /// The number of edits after the candidate was inserted.
    var edits: Int
  }

  mutating func takeGuide(_ state: ConsoleState) {
    let key = EvidenceKey(state.evidenceSubject(of: name, version(state)))
    guard guide?.key != key, let package = state.evidence[key]?.package else { return }
    guide = ConfigGuide(key: key, values: ValuesGuide(package), defaults: package.defaults)
    lookAtText(state)
    if let path = wanted { putCursor(at: path) }
  }

  /// Moves the cursor to a key; if the config does not have it, to its nearest ancestor that it has, or to the end.
  ///
  /// Nothing is inserted: a default that is written into the config would no longer follow that of the chart.
  private mutating func putCursor(at path: [String]) {
    (wanted, suggested) = (nil, path)
    if editor.goTo(path: path) { return editor.selectValue() }
    var parents = path.dropLast()
    while !parents.isEmpty {
      if editor.goTo(path: Array(parents)) { return }
      parents = parents.dropLast()
    }
    _ = editor.perform(.moveTextEnd)
  }

  /// Checks the text against the chart's values: at once, or for a long text when the user pauses.
  mutating func lookAtText(_ state: ConsoleState) {
    if editor.isCheckedAtOnce {
      reviewDue = nil
      editor.marks = guide.map { ConfigFindings(editor.text, defaults: $0.defaults).marks } ?? []
    } else {
      reviewDue = state.now + Self.reviewDelay
    }
  }

  mutating func askForReview(_ state: inout ConsoleState) {
    reviewDue = nil
    state.begin(
      .review(ReviewSubject(name: name, edits: editor.edits, text: editor.text, defaults: guide?.defaults)))
  }

  /// Takes the findings about the text as it was after `edits`.
  mutating func take(_ findings: ConfigFindings, of edits: Int) {
    guard edits == editor.edits else { return }
    editor.take(findings.review, of: edits)
    editor.marks = findings.marks
  }

  private var place: YAMLKeyPosition { YAMLKeyPosition(editor.draft.cursor, in: editor.draft.buffer.lines) }

  /// Completes a key of the chart, or replaces the completion with the next candidate; `nil` if the tab key must
  /// indent.
  mutating func complete(_ state: ConsoleState) -> [Step]? {
    if var next = completion, next.edits == editor.edits, next.candidates.count > 1 {
      _ = editor.perform(.undo)
      next.index = (next.index + 1) % next.candidates.count
      return put(next)
    }
    guard let guide, editor.draft.selection.isEmpty else { return nil }
    let place = place
    guard place.isIncompleteKey, !opensBlock(place) else { return nil }
    let candidates = KeyCompletion.all(
      guide.values, below: place.parents, beginning: place.key, besides: siblings(place), column: place.column)
    guard !candidates.isEmpty else {
      return place.key.isEmpty ? nil : [.complain(unfound(place.key))]
    }
    let meant = candidates.firstIndex { isOnTheWay($0.key) }
    return put(Completion(candidates: candidates, index: meant ?? 0, edits: 0))
  }

  /// Whether `key`, here, is the key that the editor was opened at, or an ancestor of it.
  private func isOnTheWay(_ key: String) -> Bool {
    let path = place.parents + [key]
    return suggested?.starts(with: path) == true
  }

  /// The message that no key here begins so, with a key elsewhere that does.
  private func unfound(_ key: String) -> Sentence {
    let elsewhere = guide?.values.entries.first { $0.key.hasPrefix(key) }?.path.joined(separator: ".")
    guard let elsewhere else { return "No key of the chart here begins with \(key)." }
    return "No key of the chart here begins with \(key); \(elsewhere) does."
  }

  /// Whether the line above opens a block, and the cursor is not indented for it yet.
  private func opensBlock(_ place: YAMLKeyPosition) -> Bool {
    let lines = editor.draft.buffer.lines[..<editor.draft.cursor.line]
    guard place.key.isEmpty, let above = lines.last(where: { !$0.trimmed.isEmpty }) else { return false }
    return above.hasSuffix(":") && above.prefix { $0 == " " }.count >= place.column
  }

  private func siblings(_ place: YAMLKeyPosition) -> Set<String> {
    guard let value = try? YAML.parse(editor.text) else { return [] }
    var here = value
    for key in place.parents {
      guard let below = here[key] else { return [] }
      here = below
    }
    return Set(here.mapping?.keys ?? [])
  }

  private mutating func put(_ next: Completion) -> [Step] {
    let candidate = next.candidates[next.index]
    let isOnTheWay = isOnTheWay(candidate.key)
    editor.complete(with: candidate.text, over: place.key.count, selecting: candidate.valueLength)
    // If this is an ancestor of the key that the editor was opened at, the next completion is for the level below.
    completion = isOnTheWay ? nil : next
    completion?.edits = editor.edits
    guard next.candidates.count > 1 else { return [] }
    let keys = next.candidates.map(\.key).joined(separator: " ")
    return [.say(.note, "\(next.index + 1)/\(next.candidates.count): \(keys)")]
  }
}

extension ConfigScreen {
  /// In columns: a screen of this width shows the chart's values on the right, a narrower one below.
  private static let wide = 100
  private static let rowsBelow = 2

  func editorSize(_ state: ConsoleState) -> Size { areas(Rect(state.bodySize), state).editor.size }

  private func areas(_ area: Rect, _ state: ConsoleState) -> (title: Rect, editor: Rect, guide: Rect?) {
    let (title, rest) = area.split(top: 1)
    if area.size.columns >= Self.wide {
      let (left, right) = rest.split(left: area.size.columns * 3 / 5)
      return (title, left, right.split(left: 2).rest)
    }
    if rest.size.rows < 10 { return (title, rest, nil) }
    let reason = guide == nil ? absence(state).wrapped(to: area.size.columns).count : 0
    let (editor, below) = rest.split(bottom: min(max(Self.rowsBelow, reason), rest.size.rows / 2))
    return (title, editor, below)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let areas = areas(area, state)
    let version = version(state)
    let subject = name + (version.isEmpty ? "" : " \(version)")
    let what = state.words("Config of {0} on {1}", subject, state.session.cluster)
    let row = areas.title.inset(columns: 1)
    let marks = Line(marks.map { "  \(state.words($0))" }.joined(), .statusBusy)
    let title = Line(what, .title).truncated(to: max(8, row.size.columns - marks.text.columns))
    surface.write(title + marks, row: 0, in: row, state.theme)
    _ = editor.draw(on: &surface, in: areas.editor, theme: state.theme, words: { state.words($0) })
    guard let guide = areas.guide else { return }
    for (row, line) in guideLines(guide.size, state).enumerated() {
      surface.write(line, row: row, in: guide, state.theme)
    }
  }

  func cursor(in area: Rect, _ state: ConsoleState) -> Point? { editor.cursorPoint(in: areas(area, state).editor) }

  /// The chart's comment and default of the key at the cursor.
  private func guideLines(_ size: Size, _ state: ConsoleState) -> [Line] {
    guard let guide else { return Array(absence(state).wrapped(to: size.columns).prefix(size.rows)) }
    let place = place
    guard let entry = guide.values.nearest(to: place.path) else {
      let keys = guide.values.children(of: place.parents).map(\.key).joined(separator: " ")
      return Array(
        (Line(state.words("Keys here (tab): "), .dim) + Line(keys)).wrapped(to: size.columns, indent: 2).prefix(
          size.rows))
    }
    let isTall = size.rows > Self.rowsBelow
    let title = isTall ? [Line(entry.path.joined(separator: "."), .title)] : []
    let excerpt = MaskedText(guide.values.excerpt(of: entry).joined(separator: "\n")).lines
    let comment = excerpt.prefix { $0.hasPrefix("#") }
    let value = excerpt.dropFirst(comment.count)
    let words = comment.map { String($0.dropFirst(2)) }.joined(separator: " ")
    let above = words.isEmpty ? [] : Line(words, .yamlComment).wrapped(to: size.columns)
    let below = value.map { Line($0.truncated(to: size.columns)) }
    if isTall { return Array((title + above + below).prefix(size.rows)) }
    let first = above.first.map { above.count > 1 ? Line(words.truncated(to: size.columns), .yamlComment) : $0 }
    return Array(
      ([first].compactMap { $0 } + [Line(state.words("default: "), .dim) + (below.first ?? "")]).prefix(size.rows))
  }

  private func absence(_ state: ConsoleState) -> Line {
    let key = EvidenceKey(state.evidenceSubject(of: name, version(state)))
    guard let evidence = state.evidence[key] else {
      return Line(state.words("The chart's values are being read …"), .dim)
    }
    let reason = state.words(evidence.packageProblem ?? "no package")
    return Line(state.words("The chart's values are not at hand: {0}", reason), .dim)
  }
}
