import Extensions
import Manifest
import Operations
import Platform
import Terminal

/// Merges the config in the cluster with the edited one, hunk by hunk.
///
/// A change on one side only is taken; for conflicts the user chooses. The result only replaces the text in the editor.
struct MergeScreen: Screen {
  let name: String
  private let theirs: String
  private var merge: ThreeWayMerge
  private let shown: (base: [String], theirs: [String], mine: [String])
  /// The index of the selected change.
  private var selected = 0
  private var isRevealed = false
  private var pager = Pager()

  init(_ name: String, base: String, theirs: String, mine: String) {
    self.name = name
    self.theirs = theirs
    merge = ThreeWayMerge(base: base, theirs: theirs, mine: mine)
    shown = (MaskedText(base).lines, MaskedText(theirs).lines, MaskedText(mine).lines)
    selected = merge.changes.firstIndex { merge.hunks[$0].choice == nil } ?? 0
  }

  var extensionName: String? { name }
  var sections: [KeySection] { [.merge, .everywhere] }
  // Another text in the cluster or in the editor makes another merge.
  var identity: String? { "merge/\(name)/\([shown.base, shown.theirs, shown.mine].hashValue)" }
  var keepsInput: Bool { true }
  func title(_ state: ConsoleState) -> String { state.words("Merge") }
  func isAboutChange(of name: String) -> Bool { name == self.name }
  func hints(_ state: ConsoleState) -> [Hint] {
    let done = merge.openConflicts == 0 ? [Hint(.open, state.words("take it"))] : []
    return done + .commands([.takeTheirs, .takeMine, .takeBoth, .takeNeither, .reveal, .back, .help])
  }

  private func height(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 2) }

  mutating func settle(_ state: inout ConsoleState) {
    let (lines, row) = lines(state)
    pager.show(lines, height: height(state))
    pager.reveal(row, height: height(state))
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .takeTheirs: return choose(.theirs)
    case .takeMine: return choose(.mine)
    case .takeBoth: return choose(.both)
    case .takeNeither: return choose(.neither)
    case .open: return finish()
    case .reveal: isRevealed.toggle()
    case .up, .previousPane: selected = max(0, selected - 1)
    case .down, .nextPane: selected = max(0, min(merge.changes.count - 1, selected + 1))
    case .first: selected = 0
    case .last: selected = max(0, merge.changes.count - 1)
    default: return nil
    }
    return []
  }

  private mutating func choose(_ choice: ThreeWayMerge.Choice) -> [Step] {
    guard merge.changes.indices.contains(selected) else { return [] }
    merge.choose(choice, at: merge.changes[selected])
    // Select the next hunk without a choice.
    let later = merge.changes.indices.filter { merge.hunks[merge.changes[$0]].choice == nil }
    if let next = later.first(where: { $0 > selected }) ?? later.first { selected = next }
    return []
  }

  private func finish() -> [Step] {
    guard let text = merge.text else {
      let open = merge.openConflicts
      return [
        .complain(
          open == 1
            ? "1 place waits for a word: theirs, mine, both or neither."
            : "\(open) places wait for a word: theirs, mine, both or neither.")
      ]
    }
    return [.close(), .merged(text, over: theirs, of: name)]
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, rest) = area.split(top: 2)
    let open = merge.openConflicts
    let words = state.words
    let standing =
      open == 0 ? words("everything is decided: enter takes it") : words("{0} to decide", "\(open)")
    let title = words("{0}: the cluster's config and yours", name)
    let row = top.inset(columns: 1)
    let end = surface.write(title.truncated(to: row.size.columns), row: 0, in: row, style: state.theme[.title])
    let room = row.columns.upperBound - end - 2
    let style = state.theme[open == 0 ? .statusOK : .statusWarning]
    if room > standing.columns {
      surface.write("  \(standing)", at: Point(row: row.origin.row, column: end), in: row, style: style)
    } else {
      surface.write(standing.truncated(to: row.size.columns), row: 1, in: row, style: style)
    }
    pager.draw(on: &surface, in: rest.inset(columns: 1), state)
  }

  /// The lines to show, and the row of the selected change.
  private func lines(_ state: ConsoleState) -> ([Line], Int) {
    var lines: [Line] = []
    var (starts, number, row) = ((base: 0, theirs: 0, mine: 0), -1, 0)
    for hunk in merge.hunks {
      let own = (
        base: texts(hunk.base, shown.base, starts.base), theirs: texts(hunk.theirs, shown.theirs, starts.theirs),
        mine: texts(hunk.mine, shown.mine, starts.mine)
      )
      starts.base += hunk.base.count
      starts.theirs += hunk.theirs.count
      starts.mine += hunk.mine.count
      guard hunk.isChanged else {
        lines += Self.context(own.base, state.words)
        continue
      }
      number += 1
      if number == selected { row = lines.count }
      lines += change(hunk, own, number, state.words)
    }
    if lines.isEmpty { lines = [Line(state.words("Both are the same."), .dim)] }
    return (lines, row)
  }

  private func texts(_ lines: [String], _ masked: [String], _ start: Int) -> [String] {
    isRevealed || start + lines.count > masked.count ? lines : Array(masked[start..<(start + lines.count)])
  }

  /// Unchanged lines; of a long run only the first and last ones are shown.
  private static func context(_ lines: [String], _ words: Language) -> [Line] {
    let kept =
      lines.count > 7 ? lines.prefix(3) + [words("… {0} lines", "\(lines.count - 6)")] + lines.suffix(3) : lines[...]
    return kept.map { Line("    " + $0, .diffContext) }
  }

  private func change(
    _ hunk: ThreeWayMerge.Hunk, _ own: (base: [String], theirs: [String], mine: [String]), _ number: Int,
    _ words: Language
  ) -> [Line] {
    let mark = number == selected ? ">" : " "
    let taken =
      switch hunk.choice {
      case .theirs?: words("theirs")
      case .mine?: words("mine")
      case .both?: words("both")
      case .neither?: words("neither: as it was")
      case nil: "?"
      }
    let who =
      hunk.isConflict
      ? words("both changed this") : hunk.theirs == hunk.base ? words("changed here") : words("changed there")
    let style: StyleName = hunk.choice == nil ? .statusWarning : number == selected ? .title : .dim
    let head = Line("\(mark) \(number + 1)/\(merge.changes.count) " + words("{0}; taken: {1}", who, taken), style)
    let before = hunk.isConflict || own.theirs.isEmpty || own.mine.isEmpty
    return [head] + (before ? own.base.map { Line("  " + words("was").padded(to: 7) + $0, .diffRemoved) } : [])
      + (hunk.theirs == hunk.base
        ? [] : own.theirs.map { Line("  " + words("theirs").padded(to: 7) + $0, .diffChanged) })
      + (hunk.mine == hunk.base ? [] : own.mine.map { Line("  " + words("mine").padded(to: 7) + $0, .diffAdded) })
  }
}
