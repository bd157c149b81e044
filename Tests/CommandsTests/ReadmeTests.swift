import TestSupport
import Testing

@testable import Commands

/// What the README says of commands and options is what parsing and help read.
@Suite(.serialized) struct ReadmeTests {
  @Test func theCommandsOfTheReadmeAreTheProgramsCommands() throws {
    let verbs = Verb.all.filter { $0 != .console }

    try GeneratedTable(
      "commands", columns: ["command", "what it does"], rows: verbs.map { ["`ksx \($0.usage)`", $0.summary] }
    ).check()
  }

  @Test func theOptionsOfTheReadmeAreTheProgramsOptions() throws {
    let rows = Option.allCases.filter { !Option.everywhere.contains($0) }.map { option in
      let verbs = Verb.all.filter { $0.options.contains(option) }.map(\.name)
      return ["`\(option.spelling)`", option.summary, verbs.joined(separator: ", ")]
    }

    try GeneratedTable("options", columns: ["option", "what it says", "goes with"], rows: rows).check()
  }

  @Test func theOptionsThatGoWithEverythingAreInTheReadmeToo() throws {
    let rows = Option.everywhere.map { ["`\($0.spelling)`", $0.summary] }

    try GeneratedTable("everywhere", columns: ["option", "what it says"], rows: rows).check()
  }
}
