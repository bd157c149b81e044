import Extensions
import Platform

/// A three-way merge of two texts and their common base, hunk by hunk.
///
/// A change on one side only is taken. If both sides changed the same lines differently, the user must choose.
package struct ThreeWayMerge: Hashable, Sendable {
  /// A run of lines, in the base and on both sides.
  package struct Hunk: Hashable, Sendable {
    package var base: [String]
    package var theirs: [String]
    package var mine: [String]
    package var choice: Choice?

    /// Both sides changed the lines, and differently.
    package var isConflict: Bool { theirs != base && mine != base && theirs != mine }
    /// At least one side changed the lines.
    package var isChanged: Bool { theirs != base || mine != base }

    /// The lines that are taken; `nil` until the user has chosen.
    package var taken: [String]? {
      switch choice {
      case .theirs?: theirs
      case .mine?: mine
      case .both?: theirs + mine
      case .neither?: base
      case nil: nil
      }
    }
  }

  package enum Choice: Hashable, Sendable {
    case theirs, mine
    /// The lines of theirs, followed by those of mine.
    case both
    /// The lines of the base.
    case neither
  }

  /// The hunks in order, unchanged ones included.
  package private(set) var hunks: [Hunk] = []
  private let endsWithNewline: Bool

  package init(base: String, theirs: String, mine: String) {
    endsWithNewline = [mine, theirs].contains { $0.utf8.last == 10 }
    let before = Self.lines(base)
    var cutter = HunkCutter(
      base: before, theirs: Alignment(before, base, theirs), mine: Alignment(before, base, mine))
    hunks = cutter.cut()
    for index in hunks.indices where !hunks[index].isConflict {
      hunks[index].choice = hunks[index].theirs != hunks[index].base ? .theirs : .mine
    }
  }

  /// The indices in `hunks` of the changed hunks.
  package var changes: [Int] { hunks.indices.filter { hunks[$0].isChanged } }
  /// How many hunks still need a choice.
  package var openConflicts: Int { hunks.count { $0.choice == nil } }

  package mutating func choose(_ choice: Choice, at index: Int) {
    if hunks.indices.contains(index) { hunks[index].choice = choice }
  }

  /// The merged text; `nil` while a hunk needs a choice.
  package var text: String? {
    guard openConflicts == 0 else { return nil }
    let lines = hunks.flatMap { $0.taken ?? [] }
    return lines.joined(separator: "\n") + (endsWithNewline && !lines.isEmpty ? "\n" : "")
  }

  /// The lines of `text`; a newline at its end does not begin another one.
  private static func lines(_ text: String) -> [String] {
    var lines = text.lines
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// For each line of the base, whether a side keeps it, and which lines the side inserts before it.
  private struct Alignment {
    var isKept: [Bool] = []
    /// The lines inserted before each line of the base; the last element holds those at the end.
    var added: [[String]]

    /// Whether the side removes the line, or inserts lines before it.
    func changes(_ index: Int) -> Bool { !isKept[index] || !added[index].isEmpty }

    init(_ before: [String], _ base: String, _ other: String) {
      added = Array(repeating: [], count: before.count + 1)
      // Lines that replace others are inserted where the first replaced line was.
      var replaced: Int?
      for line in LineDifference(from: base, to: other).lines {
        switch line.kind {
        case .added: added[replaced ?? isKept.count].append(line.text)
        case .same:
          isKept.append(true)
          replaced = nil
        case .removed:
          replaced = replaced ?? isKept.count
          isKept.append(false)
        }
      }
    }
  }

  /// Cuts the base and both sides into hunks, line by line of the base.
  private struct HunkCutter {
    let base: [String]
    let theirs: Alignment
    let mine: Alignment
    private var hunks: [Hunk] = []
    /// The hunk of changed lines that is being collected.
    private var open = Hunk(base: [], theirs: [], mine: [])

    init(base: [String], theirs: Alignment, mine: Alignment) {
      (self.base, self.theirs, self.mine) = (base, theirs, mine)
    }

    mutating func cut() -> [Hunk] {
      for index in base.indices {
        if theirs.changes(index) || mine.changes(index) {
          addChanged(index)
        } else {
          close()
          addUnchanged(base[index])
        }
      }
      open.theirs += theirs.added[base.count]
      open.mine += mine.added[base.count]
      close()
      return hunks
    }

    private mutating func close() {
      if open.isChanged || !open.base.isEmpty { hunks.append(open) }
      open = Hunk(base: [], theirs: [], mine: [])
    }

    private mutating func addChanged(_ index: Int) {
      // Changes of neighbouring lines conflict only if both sides changed the same line.
      let (isTheirs, isMine) = (theirs.changes(index), mine.changes(index))
      if isTheirs != isMine, open.isChanged, isTheirs ? open.theirs == open.base : open.mine == open.base { close() }
      open.theirs += theirs.added[index] + (theirs.isKept[index] ? [base[index]] : [])
      open.mine += mine.added[index] + (mine.isKept[index] ? [base[index]] : [])
      open.base.append(base[index])
    }

    /// Consecutive unchanged lines share a hunk.
    private mutating func addUnchanged(_ line: String) {
      guard let last = hunks.indices.last, !hunks[last].isChanged else {
        return hunks.append(Hunk(base: [line], theirs: [line], mine: [line]))
      }
      hunks[last].base.append(line)
      hunks[last].theirs.append(line)
      hunks[last].mine.append(line)
    }
  }
}
