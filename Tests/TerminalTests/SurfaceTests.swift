import Terminal
import Testing

@Suite struct SurfaceTests {
  @Test func textIsCutAtTheRightEdgeOfItsArea() {
    var surface = Surface(size: Size(rows: 1, columns: 8))
    let area = Rect(Size(rows: 1, columns: 4))

    let end = surface.write("abcdef", row: 0, in: area)

    #expect(surface.description == "abcd")
    #expect(end == 4)
  }

  @Test func textOutsideItsAreaIsNotDrawn() {
    var surface = Surface(size: Size(rows: 2, columns: 4))

    surface.write("no", at: Point(row: 5, column: 0), in: surface.bounds)
    surface.write("abc", at: Point(row: 0, column: -2), in: surface.bounds)

    #expect(surface.description == "c\n")
  }

  @Test func aWideCharacterTakesTwoColumns() {
    var surface = Surface(size: Size(rows: 1, columns: 8))

    let end = surface.write("可观a", row: 0, in: surface.bounds)

    #expect(end == 5)
    #expect(surface.row(0).map(\.columns) == [2, 0, 2, 0, 1, 1, 1, 1])
    #expect(surface.description == "可观a")
  }

  @Test func aWideCharacterCutByAnEdgeBecomesABlank() {
    var surface = Surface(size: Size(rows: 2, columns: 6))
    surface.write("......", row: 0, in: surface.bounds)
    surface.write("......", row: 1, in: surface.bounds)

    surface.write("可观测", row: 0, in: Rect(Size(rows: 1, columns: 5)))
    surface.write("可", at: Point(row: 1, column: -1), in: surface.bounds)

    #expect(surface.description == "可观 .\n .....")
  }

  @Test(arguments: [(0, "x 观"), (1, " x观"), (2, "可x"), (3, "可 x")])
  func writingOverHalfOfAWideCharacterBlanksTheOther(column: Int, expected: String) {
    var surface = Surface(size: Size(rows: 1, columns: 4))
    surface.write("可观", row: 0, in: surface.bounds)

    surface.write("x", at: Point(row: 0, column: column), in: surface.bounds)

    #expect(surface.description == expected)
    #expect(surface.row(0).reduce(0) { $0 + Int($1.columns) } == 4)
  }

  @Test func aWideCharacterOverTwoOthersLeavesBlanksBesideIt() {
    var surface = Surface(size: Size(rows: 1, columns: 4))
    surface.write("可观", row: 0, in: surface.bounds)

    surface.write("測", at: Point(row: 0, column: 1), in: surface.bounds)

    #expect(surface.row(0).map(\.columns) == [1, 2, 0, 1])
    #expect(surface.description == " 測")
  }

  @Test func eachCellKeepsItsStyle() {
    var surface = Surface(size: Size(rows: 2, columns: 6))
    let bold = Style(attributes: .bold)
    let red = Style(foreground: .palette(1))

    surface.write("bold", row: 0, in: surface.bounds, style: bold)
    surface.fill(surface.bounds.row(1), style: red)
    surface.highlight(Rect(Point(row: 1, column: 4), Size(rows: 1, columns: 2)), style: bold)

    let both = Style(foreground: .palette(1), attributes: .bold)
    #expect(surface.row(0).map(\.style) == [bold, bold, bold, bold, .plain, .plain])
    #expect(surface.row(1).map(\.style) == [red, red, red, red, both, both])
  }

  @Test func areasDivideWithoutLoss() {
    let area = Rect(Point(row: 1, column: 2), Size(rows: 10, columns: 20))

    #expect(area.split(top: 3).rest.rows == 4..<11)
    #expect(area.split(bottom: 1).bottom.rows == 10..<11)
    #expect(area.split(left: 5).rest.columns == 7..<22)
    #expect(area.split(top: 99).rest.isEmpty)
    #expect(area.centered(Size(rows: 4, columns: 10)).origin == Point(row: 4, column: 7))
    #expect(area.row(9).rows == 10..<11)
    #expect(area.row(10).isEmpty)
  }
}
