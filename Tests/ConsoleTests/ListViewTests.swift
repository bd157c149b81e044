import Client
import Extensions
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

/// A row with nothing but a name.
private struct Item: Identifiable, Hashable, Sendable {
  var id: String
}

@Suite struct ListViewTests {
  private var list = ListView<Item>()
  private var rows = (0..<10).map { Item(id: "r\($0)") }

  /// What the list looks like with `height` rows, headings and all.
  private func screen(_ height: Int, _ frame: ListFrame = ListFrame()) -> [String] {
    var surface = Surface(size: Size(rows: height, columns: 30))
    list.draw(
      rows, [Column("NAME", width: 10, rank: 0) { $0.id }], frame, on: &surface, in: surface.bounds,
      Settings.standard.theme)
    return surface.description.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func aColumnThatIsTightLeavesTheOthersWhatItDoesNotNeed() {
    let columns: [Column<String>] = [
      Column("NAME", width: 10, upTo: 20, rank: 0, text: { String($0.prefix(2)) }),
      Column("TEXT", width: 4, upTo: 40, rank: 0, text: { $0 }),
    ].tight()
    let fitted = columns.map { $0.fitted(to: ["ab 1234567890", "cd"]) }

    #expect(fitted.map(\.width) == [4, 4])
    #expect(fitted.map(\.maximum) == [4, 13])
    #expect(columns.map { $0.fitted(to: []) }.map(\.width) == [10, 4])
  }

  @Test mutating func whatDoesNotFitIsCountedAndWhereOneIs() {
    list.settle(rows, height: 5)
    #expect(screen(5) == [" NAME", ">r0", " r1", " r2", " ▼ 7 more              1-3/10"])

    _ = list.move(.last, in: rows, height: 5)
    list.settle(rows, height: 5)
    #expect(screen(5) == [" NAME", " r7", " r8", ">r9", "                      8-10/10"])
  }

  @Test mutating func aStepThatDoesNotScrollChangesTwoRowsOnly() {
    list.settle(rows, height: 5)
    let before = screen(5)
    _ = list.move(.down, in: rows, height: 5)
    list.settle(rows, height: 5)

    let changed = zip(before, screen(5)).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
    #expect(changed == [1, 2])
  }

  @Test mutating func marksStayOnTheirObjects() {
    list.settle(rows, height: 11)
    for _ in 1...2 { list.mark(in: rows) }
    rows.remove(at: 0)
    list.settle(rows, height: 11)
    #expect(list.marked == ["r0", "r1"])
    #expect(screen(11)[1...3] == ["*r1", ">r2", " r3"])

    _ = list.move(.up, in: rows, height: 11)
    list.mark(in: rows)
    #expect(list.marked == ["r0"])
  }

  @Test mutating func onlyWhatAColumnIsSortedByIsAskedOfIt() {
    let columns = [Column<Item>("NAME", width: 10, rank: 0, sorting: .name) { $0.id }]
    let isTaken = [Command.sort(.name), .sort(.version), .down].map { list.sort($0, by: columns) }

    #expect(isTaken == [true, false, false])
    #expect(list.order == ListOrder(sorting: .name))
    #expect(list.arranged(rows.reversed(), columns) == rows)
  }

  @Test mutating func whatFitsIsNotCounted() {
    list.settle(rows, height: 11)

    #expect(screen(11).last == " r9")
  }

  @Test mutating func theSelectionStaysOnItsObjectAndThatAtItsPlace() {
    list.settle(rows, height: 5)
    for _ in 1...6 { _ = list.move(.down, in: rows, height: 5) }
    list.settle(rows, height: 5)
    let before = screen(5)[1...3]
    rows.insert(Item(id: "new"), at: 0)
    list.settle(rows, height: 5)

    #expect(list.selected == "r6")
    #expect(screen(5)[1...3] == before)
  }

  @Test mutating func whatVanishesLeavesTheSelectionAtItsPlace() {
    list.settle(rows, height: 11)
    for _ in 1...3 { _ = list.move(.down, in: rows, height: 11) }
    rows.remove(at: 3)
    list.settle(rows, height: 11)
    #expect(list.selected == "r4")

    rows = []
    list.settle(rows, height: 11)
    #expect(list.selected == nil)
  }

  @Test mutating func whatIsPreferredIsSelectedUntilTheUserChooses() {
    list.settle(rows, height: 11, preferring: "r4")
    list.settle(rows, height: 11, preferring: "r5")
    #expect(list.selected == "r5")

    _ = list.move(.down, in: rows, height: 11)
    list.settle(rows, height: 11, preferring: "r1")
    #expect(list.selected == "r6")
  }

  @Test mutating func aClickSelectsASecondOneOpensAndOneBesideTheRowsDoesNothing() {
    list.settle(rows, height: 5)
    let isFirstOpened = isOpened(.click, 2)
    #expect(!isFirstOpened)
    #expect(list.selected == "r1")
    let isSecondOpened = isOpened(.click, 2)
    #expect(isSecondOpened)
    let besides = [0, 4].map { isOpened(.click, $0) }
    #expect(besides == [false, false])
    #expect(list.selected == "r1")

    _ = isOpened(.wheelDown, 2)
    #expect(list.selected == "r4")
  }

  private mutating func isOpened(_ action: Key.Mouse, _ row: Int) -> Bool {
    list.point(action, row: row, in: rows, height: 5)
  }

  @Test mutating func aChipStandsOnTheHeadings() {
    list.settle(rows, height: 11)

    #expect(screen(11, ListFrame(isFocused: false, chip: "filter r · 10 of 12"))[0].hasSuffix("filter r · 10 of 12"))
    #expect(screen(11, ListFrame(isFocused: false))[1] == "·r0")
  }
}

/// What a list says when it has no rows, and what it is filtered by.
@Suite struct FilterTests {
  @Test func anAcceptedFilterIsSeen() {
    var tester = ConsoleTester.atMarket()
    tester.type("/lok")
    tester.press(.enter)

    #expect(tester.lines[1].hasSuffix("filter lok · 1 of 3"))
    tester.press(.escape)
    #expect(!tester.lines[1].contains("filter"))
  }

  @Test func aSecondFilterStartsEmptyAndUpBringsTheFormerOne() {
    var tester = ConsoleTester.atMarket()
    tester.type("/lok")
    tester.press(.enter)
    tester.type("/")
    #expect(tester.status.hasSuffix(" /"))
    #expect(tester.screen.contains("Grafana"))

    tester.press(.up)
    #expect(tester.status.hasSuffix(" /lok"))
    #expect(!tester.screen.contains("Grafana"))
  }

  @Test func whatIsFoundInAnotherCategoryOnlyIsSaid() {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.press(.tab)
    tester.type("j")
    tester.press(.tab)
    tester.type("/graf")
    tester.press(.enter)

    #expect(tester.screen.contains("Nothing in DevOps matches graf; 1 in All (0 shows all)."))
  }

  @Test func whyThereAreNoRowsIsSaid() {
    var tester = ConsoleTester()
    #expect(tester.screen.contains("Reading the extensions of museum …"))

    tester.hear(
      .extensions(.interrupted(.refused(Status(code: 403, reason: "Forbidden", message: "no")), delay: .seconds(9))))
    #expect(tester.lines.dropFirst().contains { $0.contains("403") || $0.contains("may not") })
  }
}

@Suite struct FrameTests {
  @Test func anExtensionIsNamedOnceInTheHeader() {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.press(.enter)
    tester.type("D")
    tester.press()

    #expect(tester.lines[0].contains("museum › Extensions › Grafana › Plan  "))
  }

  @Test func aNarrowHeaderKeepsWhereOneIs() {
    var tester = ConsoleTester.atMarket(40, 10)
    tester.type("D")

    #expect(tester.lines[0].contains("› Plan"))
    #expect(tester.lines[0].contains("live"))
  }

  @Test func aPlanThatDoesNotFitSaysThatThereIsMore() {
    var tester = ConsoleTester.atMarket(40, 10)
    tester.offerAfter("X", "grafana")
    tester.hear(.facts(PlanFacts()))
    #expect(tester.screen.contains("- InstallPlan grafana"))
    #expect(tester.screen.contains("▼"))

    for _ in 1...9 { tester.press(.pageDown) }
    #expect(!tester.screen.contains("▼"))
    #expect(tester.screen.contains("Type grafana to uninstall it"))
  }
}
