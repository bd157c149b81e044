import Extensions
import Manifest
import Testing

@testable import Commands

/// What leaves for a terminal is made harmless in one place, and what a program reads is not touched.
@Suite struct OutletTests {
  private let said = Transcript()
  private let hostile = "a\u{1b}[31mb\nc"

  private func outlet(toTerminal: Bool = false) -> Outlet {
    Outlet(
      print: { [said] in said.print($0) }, note: { [said] in said.note($0) },
      ask: { [said] question in
        said.note(question)
        return nil
      }, printsToTerminal: toTerminal)
  }

  @Test func linesNotesQuestionsAndErrorsOrderNoTerminalAbout() {
    let outlet = outlet()

    outlet.print(hostile)
    outlet.print([hostile, "d"])
    outlet.note(hostile)
    _ = outlet.ask?(hostile)

    #expect(said.printed == "a\u{fffd}[31mb\u{fffd}c\na\u{fffd}[31mb\u{fffd}c\nd\n")
    #expect(said.noted == "a\u{fffd}[31mb\u{fffd}c\na\u{fffd}[31mb\u{fffd}c\n")
    #expect(CommandError(hostile).sentence == "a\u{fffd}[31mb c")
  }

  @Test func whatAProgramReadsGoesOutByteForByte() {
    outlet().printExactly(hostile)
    outlet().print(document: hostile)

    #expect(said.printed == hostile + hostile)
  }

  @Test func aTerminalWithoutUTF8IsSentASCIIOfTheSameWidth() {
    var outlet = outlet(toTerminal: true)
    outlet.isPlain = true

    outlet.print("水墨 – “é” x")
    outlet.print(["水墨|"])
    outlet.print(document: "水: é\n")
    outlet.note("… ✗")

    #expect((said.printed + said.noted).utf8.allSatisfy { $0 < 0x80 })
    #expect(said.printed.hasPrefix("???? "))
    #expect(said.printed.hasSuffix(" x\n????|\n??: ?\n"))
  }

  @Test func inALocaleWithoutUTF8OnlyWhatAProgramReadsKeepsItsBytes() {
    var outlet = outlet()
    outlet.isPlain = true

    outlet.print("1 → 2 ✓")
    outlet.print(own: "a\n  – b\n")
    outlet.note("…")
    outlet.print(document: "水\n")
    outlet.printExactly("é")

    #expect(said.printed == "1 > 2 +\na\n  - b\n水\né")
    #expect(said.noted == "~\n")
  }

  @Test func aDocumentKeepsItsLinesOnATerminal() {
    outlet(toTerminal: true).print(document: hostile)

    #expect(said.printed == "a\u{fffd}[31mb\nc")
  }

  @Test func anObjectAsJSONIsExactAndItsNameInATableIsHarmless() async throws {
    let bench = try Workbench()
    try await bench.offer(title: hostile)

    let json = try JSON.parse(Array(try await bench.run("get", "whizard", "-o", "json").utf8))
    let table = try await bench.run("list", "-o", "wide")

    #expect(json[path: "items"]?.sequence?.first?[path: "spec", "displayName", "en"]?.string == hostile)
    #expect(table.contains("a\u{fffd}[31mb\u{fffd}c"))
  }

  @Test func everyVerbHasANameOfItsOwn() {
    #expect(Set(Verb.all.map(\.name)).count == Verb.all.count)
  }
}
