import TestSupport
import Testing

@testable import Operations

/// Putting together what two people wrote.
@Suite struct ThreeWayMergeTests {
  @Test func whatOnlyOneHasChangedIsTaken() {
    let merge = ThreeWayMerge(
      base: "a: 1\nb: 2\nc: 3\nd: 4\n", theirs: "a: 9\nb: 2\nc: 3\nd: 4\n", mine: "a: 1\nb: 2\nc: 3\nd: 5\ne: 6\n")

    #expect(merge.openConflicts == 0)
    #expect(merge.text == "a: 9\nb: 2\nc: 3\nd: 5\ne: 6\n")
    #expect(merge.changes.count == 2)
  }

  @Test func neighboursOfWhichEachSideHasChangedOneAreNoConflict() {
    let merge = ThreeWayMerge(base: "a: 1\nb: 2\nc: 3\n", theirs: "a: 9\nb: 2\nc: 3\n", mine: "a: 1\nb: 8\nc: 3\n")
    #expect(merge.text == "a: 9\nb: 8\nc: 3\n")
    // Where one side has replaced both, or put something between them, they belong together.
    #expect(ThreeWayMerge(base: "a: 1\nb: 2\n", theirs: "c: 9\n", mine: "a: 1\nb: 8\n").openConflicts == 1)
    #expect(ThreeWayMerge(base: "a: 1\nb: 2\n", theirs: "a: 7\nx: 1\nb: 2\n", mine: "a: 8\nb: 2\n").openConflicts == 1)
  }

  @Test func whatBothHaveChangedWaitsForAWord() {
    var merge = ThreeWayMerge(base: "a: 1\nb: 2\n", theirs: "a: 7\nb: 2\n", mine: "a: 8\nb: 2\n")
    #expect(merge.text == nil)
    #expect(merge.openConflicts == 1)
    let place = merge.changes[0]
    #expect(merge.hunks[place].theirs == ["a: 7"])
    #expect(merge.hunks[place].mine == ["a: 8"])

    for (choice, text) in [
      (ThreeWayMerge.Choice.theirs, "a: 7\nb: 2\n"), (.mine, "a: 8\nb: 2\n"), (.both, "a: 7\na: 8\nb: 2\n"),
      (.neither, "a: 1\nb: 2\n"),
    ] {
      merge.choose(choice, at: place)
      #expect(merge.text == text)
    }
  }

  @Test func theSameChangeOnBothSidesIsNoConflict() {
    let merge = ThreeWayMerge(base: "a: 1\n", theirs: "a: 2\n", mine: "a: 2\n")
    #expect(merge.text == "a: 2\n")
  }

  @Test func emptyTextsAndMissingLineEndsAreMerged() {
    #expect(ThreeWayMerge(base: "", theirs: "", mine: "a: 1\n").text == "a: 1\n")
    #expect(ThreeWayMerge(base: "a: 1\n", theirs: "", mine: "a: 1\n").text == "")
    #expect(ThreeWayMerge(base: "a: 1", theirs: "a: 1", mine: "a: 1\nb: 2").text == "a: 1\nb: 2")
    #expect(ThreeWayMerge(base: "a: 1\n", theirs: "", mine: "a: 2\n").openConflicts == 1)
  }

  /// Whatever the texts, nothing of one side gets lost when the other has not touched it.
  @Test(arguments: Seeds.some(200))
  func takingOneSideEverywhereGivesThatSide(seed: UInt64) {
    var dice = Dice(seed: seed)
    let base = (0..<dice.upTo(12)).map { _ in "k\(dice.upTo(5)): v" }
    func changed() -> String {
      var lines = base
      for _ in 0..<dice.upTo(4) {
        let place = dice.upTo(lines.count)
        if dice.chance(2) {
          lines.insert("n\(dice.upTo(9)): x", at: place)
        } else if place < lines.count {
          lines.remove(at: place)
        }
      }
      return lines.map { $0 + "\n" }.joined()
    }
    let (theirs, mine) = (changed(), changed())
    let text = base.map { $0 + "\n" }.joined()
    var merge = ThreeWayMerge(base: text, theirs: theirs, mine: mine)
    #expect(ThreeWayMerge(base: text, theirs: text, mine: mine).text == mine)
    #expect(ThreeWayMerge(base: text, theirs: theirs, mine: text).text == theirs)
    for index in merge.changes { merge.choose(.mine, at: index) }
    #expect(merge.text == mine)
    for index in merge.changes { merge.choose(.theirs, at: index) }
    #expect(merge.text == theirs)
  }
}
