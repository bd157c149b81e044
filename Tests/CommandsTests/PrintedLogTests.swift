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
    func new(_ lines: LogLine...) -> String { lines.filter { printed.noteIfNew($0) }.map(\.text).joined() }

    #expect(new(line(1, "a"), line(2, "b"), line(2, "c")) == "abc")
    printed.startAgain()
    #expect(new(line(1, "a"), line(2, "b"), line(2, "c"), line(2, "d"), line(3, "e")) == "de")
    // The same once more, from the time of the last line on.
    printed.startAgain()
    #expect(new(line(3, "e"), line(3, "f")) == "f")
  }

  @Test func linesWithoutTimesAreAllPrinted() {
    var printed = PrintedLog()
    let new = (0..<3).filter { _ in printed.noteIfNew(LogLine(time: "", text: "x")) }

    #expect(new.count == 3)
  }
}
