import Extensions
import Platform

/// Two texts that were made from a third, put together hunk by hunk.
///
/// What only one side has changed is taken; where both did, nothing is taken until the user has said what.
package struct ThreeWayMerge: Hashable, Sendable {
  /// A part of the text, as it was and as both sides have it.
  package struct Hunk: Hashable, Sendable {
    package var base: [String]
    package var theirs: [String]
    package var mine: [String]
    package var choice: Choice?

    /// Both have changed it, and not to the same.
    package var isConflict: Bool { theirs != base && mine != base && theirs != mine }
    /// One or both have changed it.
    package var isChanged: Bool { theirs != base || mine != base }

    /// The lines that are taken; `nil` as long as that is not said.
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
    /// Theirs, and below it mine.
    case both
    /// As it was before either.
    case neither
  }

  /// The parts in their order, also those that nobody has changed.
  package private(set) var hunks: [Hunk] = []
  private let endsWithNewline: Bool

  package init(base: String, theirs: String, mine: String) {
    endsWithNewline = [mine, theirs].contains { $0.utf8.last == 10 }
    let before = Self.lines(base)
    hunks = Self.hunks(before, Alignment(before, base, theirs), Alignment(before, base, mine))
    for index in hunks.indices where !hunks[index].isConflict {
      hunks[index].choice = hunks[index].theirs != hunks[index].base ? .theirs : .mine
    }
  }

  /// The places in `hunks` of what was changed.
  package var changes: [Int] { hunks.indices.filter { hunks[$0].isChanged } }
  /// How many hunks wait for a word.
  package var openConflicts: Int { hunks.count { $0.choice == nil } }

  package mutating func choose(_ choice: Choice, at index: Int) {
    if hunks.indices.contains(index) { hunks[index].choice = choice }
  }

  /// The text that comes of it; `nil` as long as something is not decided.
  package var text: String? {
    guard openConflicts == 0 else { return nil }
    let lines = hunks.flatMap { $0.taken ?? [] }
    return lines.joined(separator: "\n") + (endsWithNewline && !lines.isEmpty ? "\n" : "")
  }

  /// The newline at a text's end begins no line.
  private static func lines(_ text: String) -> [String] {
    var lines = text.lines
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// For each line of the base whether a side still has it, and what that side put before it.
  private struct Alignment {
    var isKept: [Bool] = []
    /// One more than there are lines: what stands before each, and at the end.
    var added: [[String]]

    /// The side has another line there, or puts one before it.
    func changes(_ index: Int) -> Bool { !isKept[index] || !added[index].isEmpty }

    init(_ before: [String], _ base: String, _ other: String) {
      added = Array(repeating: [], count: before.count + 1)
      // What replaces lines stands where the first of them was.
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

  private static func hunks(_ base: [String], _ theirs: Alignment, _ mine: Alignment) -> [Hunk] {
    var hunks: [Hunk] = []
    var open = Hunk(base: [], theirs: [], mine: [])
    func isStable(_ index: Int) -> Bool {
      !theirs.changes(index) && !mine.changes(index)
    }
    for index in 0...base.count {
      if index == base.count || isStable(index) {
        if index == base.count {
          open.theirs += theirs.added[index]
          open.mine += mine.added[index]
        }
        if open.isChanged || !open.base.isEmpty { hunks.append(open) }
        open = Hunk(base: [], theirs: [], mine: [])
        guard index < base.count else { break }
        append(base[index], to: &hunks)
        continue
      }
      // Neighbours of which each side has changed one are no conflict.
      let (isTheirs, isMine) = (theirs.changes(index), mine.changes(index))
      if isTheirs != isMine, open.isChanged, isTheirs ? open.theirs == open.base : open.mine == open.base {
        hunks.append(open)
        open = Hunk(base: [], theirs: [], mine: [])
      }
      open.theirs += theirs.added[index] + (theirs.isKept[index] ? [base[index]] : [])
      open.mine += mine.added[index] + (mine.isKept[index] ? [base[index]] : [])
      open.base.append(base[index])
    }
    return hunks
  }

  /// Lines that nobody has changed stand together.
  private static func append(_ line: String, to hunks: inout [Hunk]) {
    if let last = hunks.indices.last, !hunks[last].isChanged {
      hunks[last].base.append(line)
      hunks[last].theirs.append(line)
      hunks[last].mine.append(line)
    } else {
      hunks.append(Hunk(base: [line], theirs: [line], mine: [line]))
    }
  }
}
