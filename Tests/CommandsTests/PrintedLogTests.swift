import Client
import Testing

@testable import Commands

/// A log that goes on after its connection broke.
@Suite struct PrintedLogTests {
  private func line(_ second: Int, _ text: String) -> LogLine {
    LogLine(time: "2026-01-01T10:00:0\(second)Z", text: text)
  }

  @Test func whatIsSentAgainIsNotPrintedAgainAndNothingIsLost() {
    var printed = PrintedLog()
    for line in [line(1, "a"), line(2, "b"), line(2, "c")] { #expect(printed.isNew(line)) }

    printed.startAgain()
    let again = [line(1, "a"), line(2, "b"), line(2, "c"), line(2, "d"), line(3, "e")].filter { printed.isNew($0) }
    #expect(again.map(\.text) == ["d", "e"])

    // The same once more, from the time of the last line on.
    printed.startAgain()
    #expect([line(3, "e"), line(3, "f")].filter { printed.isNew($0) }.map(\.text) == ["f"])
  }

  @Test func linesWithoutTimesAreAllPrinted() {
    var printed = PrintedLog()

    for _ in 0..<3 { #expect(printed.isNew(LogLine(time: "", text: "x"))) }
  }
}
