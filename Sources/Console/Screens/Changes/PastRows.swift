import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

extension ConsoleState {
  /// The name of the author of this user's changes.
  var ownName: String { Author(session).name }

  /// The known past of the extension `name`, newest first.
  func past(of name: String) -> [PastChange] {
    if case .past(let history)? = readings[.past(of: name)]?.facts { return PastChange.all(of: name, history) }
    let lines = records.lines.filter { $0.extension == name }
    return PastChange.all(of: name, ExtensionHistory(.init(lines: lines, installation: market.installed.of(name))))
  }

  /// The past of all extensions, newest first.
  var past: [PastChange] { PastChange.all(records.lines, market.installed) }
}

extension PastChange {
  /// The style of its result.
  var style: StyleName {
    switch result {
    case .good: .stateInstalled
    case .failed: .stateFailed
    case .open: .dim
    }
  }

  /// The columns of a list of changes; a list of all extensions has a column for the extension.
  static func columns(_ state: ConsoleState, ofAll isOfAll: Bool, _ rows: [PastChange] = []) -> [Column<PastChange>] {
    let (own, words) = (state.ownName, state.words)
    // A truncated name could be confused with another one.
    let longest = rows.lazy.map { words($0.who(ownName: own)).columns }.max() ?? 0
    var who = Column<PastChange>("WHO", width: 8, upTo: max(8, min(longest, 30)), rank: 2) {
      words($0.who(ownName: own))
    }
    who.growsFirst = true
    let name = Column<PastChange>("OBJECT", width: 14, upTo: 24, rank: 0, sorting: .name) { row in
      state.market.extensions[row.extension]?.displayName.text(in: state.language).nonEmpty ?? row.extension
    }
    return [
      Column("AGE", width: 7, rank: 1, style: { _ in .dim }) { state.age(of: $0.entry.time) },
      who,
    ] + (isOfAll ? [name] : [])
      + [
        Column("CHANGE", width: 22, upTo: 50, rank: 0) { row in
          words(row.sentence) + (row.entry.reason.isEmpty ? "" : " (\(row.entry.reason))")
        },
        Column("RESULT", width: 18, upTo: 300, rank: 0, sorting: .state, style: \.style) { row in
          (row.isLastGood ? words("← last good") + "  " : "")
            + words(row.resultWords.isEmpty ? "not known" : row.resultWords)
        },
      ]
  }

  /// The hints for this entry.
  func hints(_ state: ConsoleState) -> [Hint] {
    var hints = [Hint(.open)]
    if case .change(let change) = wayBack(from: state.market.installed.of(self.extension)),
      state.canBeApplied(change, to: self.extension)
    {
      hints.append(Hint(.rollBack, state.words("back to before it")))
    }
    return hints + state.undoHints(on: self.extension)
  }

  /// Opens the plan that goes back to before this entry, or shows why there is none.
  func back(_ state: ConsoleState) -> [Step] {
    steps(for: wayBack(from: state.market.installed.of(self.extension)), on: self.extension)
  }
}

extension String {
  /// `nil` if it is empty.
  var nonEmpty: String? { isEmpty ? nil : self }
}

/// Opens the plan of `undo`, or shows why there is none.
private func steps(for undo: Undo, on name: String, isUndo: Bool = false) -> [Step] {
  switch undo {
  case .change(let change): [.open(PlanScreen(change, name, isUndo: isUndo))]
  case .refused(let reason): [.complain(reason.asFullSentence)]
  }
}

/// Opens the plan that undoes the last change of `name` made from this computer, or shows why there is none.
func undo(on name: String?, _ state: ConsoleState) -> [Step] {
  guard let name else { return [.complain("No extension is selected.")] }
  let undo = Undo(name, after: state.records.lines, now: state.market.installed.of(name))
  return steps(for: undo, on: name, isUndo: state.isLastChangeFresh(of: name))
}

extension ConsoleState {
  /// Whether the last change of `name` from this computer is less than a minute old, so that users cannot have come to
  /// rely on it.
  fileprivate func isLastChangeFresh(of name: String) -> Bool {
    for line in records.lines.reversed() {
      guard let time = Timestamp.seconds(line.time), now.wall - Double(time) < 60 else { return false }
      if case .spec = line.event, line.extension == name { return true }
    }
    return false
  }

  /// The hint for undoing the last change of `name` in the minute after it; none later.
  func freshUndoHints(on name: String) -> [Hint] { isLastChangeFresh(of: name) ? undoHints(on: name) : [] }

  /// The hint for undoing the last change of `name` from this computer, if there is one.
  func undoHints(on name: String) -> [Hint] {
    guard case .change(let change) = Undo(name, after: records.lines, now: market.installed.of(name)) else { return [] }
    return canBeApplied(change, to: name) ? [Hint(.undo)] : []
  }
}
