import Platform
import Testing

@testable import Operations

/// In which order several extensions are changed, and what a failure stops.
@Suite struct ManyChangesTests {
  private let needs: [String: Set<String>] = ["app": ["base", "db"], "db": ["base"], "other": []]

  private func run(
    _ order: ChangeOrder, failing: Set<String> = [], keepsGoing: Bool = false, width: Int = 2
  ) -> ([[String]], [String: ChangeResult]) {
    var many = ManyChanges(order, width: width, keepsGoing: keepsGoing)
    var rounds: [[String]] = []
    while case let names = many.next(), !names.isEmpty {
      rounds.append(names)
      for name in names { many.ended(name, failing.contains(name) ? .failed("no") : .done("ok")) }
    }
    return (rounds, many.results)
  }

  @Test func whatIsNeededComesFirstAndGoesLast() {
    let names = ["app", "base", "db", "other"]

    #expect(run(ChangeOrder(names, needs: needs, isRemoval: false)).0 == [["base", "other"], ["db"], ["app"]])
    #expect(run(ChangeOrder(names, needs: needs, isRemoval: true)).0 == [["app", "other"], ["db"], ["base"]])
    #expect(ChangeOrder(names, needs: needs, isRemoval: false).awaited == ["base", "db"])
  }

  @Test func noMoreThanAFewAreUnderWayAtOnce() {
    let order = ChangeOrder(["a", "b", "c", "d", "e"], needs: [:], isRemoval: false)
    var many = ManyChanges(order, width: 2, keepsGoing: false)

    #expect(many.next() == ["a", "b"])
    #expect(many.next() == [])
    many.ended("b", .done(""))
    #expect(many.next() == ["c"])
  }

  @Test func afterAFailureNothingMoreIsBegunUnlessItIsToGoOn() {
    let order = ChangeOrder(["app", "base", "db", "other"], needs: needs, isRemoval: false)

    let stopped = run(order, failing: ["base"], width: 1).1
    #expect(stopped["other"] == .skipped("not begun, after a failure"))
    let gone = run(order, failing: ["base"], keepsGoing: true, width: 1).1
    #expect(gone["other"] == .done("ok"))
    #expect(gone["db"] == .skipped("not begun: base comes first, and failed"))
    #expect(gone["app"] == .skipped("not begun: base comes first, and failed"))
  }

  @Test func aCircleIsBegunSomewhere() {
    let order = ChangeOrder(["a", "b", "c"], needs: ["a": ["b"], "b": ["c"], "c": ["a"]], isRemoval: false)

    #expect(run(order).0.flatMap(\.self).sorted() == ["a", "b", "c"])
    #expect(run(ChangeOrder(["a"], needs: ["a": ["a"]], isRemoval: false)).0 == [["a"]])
  }
}
