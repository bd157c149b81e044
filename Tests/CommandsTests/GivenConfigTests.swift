import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform
import TestSupport
import Testing

@testable import Commands

/// The config that comes with a command: a file, the standard input, or nothing.
@Suite struct GivenConfigTests {
  @Test(arguments: ["", " \n\t\r\n"])
  func blankInputIsNoConfig(input: String) async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "a: 1\n")
    bench.transport.forget()

    #expect(
      try await bench.failure(["config", "set", "whizard", "--yes"], input: input)
        == "nothing was changed: the standard input is blank; to take away everything that is set, say --empty")
    #expect(
      try await bench.failure(["install", "whizard", "--yes", "--config", "-"], input: input)
        == "nothing was changed: the standard input is blank; leave --config out for the chart's defaults")
    #expect(bench.transport.requests.isEmpty)
    #expect(try await bench.installation().config == "a: 1\n")
  }

  @Test(arguments: ["# only a comment\n", "---\n", "null\n", "~", "--- # x\n...\n", "---\n---\na: 1\n"])
  func textWithoutAValueIsNoConfig(input: String) async throws {
    let bench = try Workbench()
    let path = bench.folder + "/config.yaml"
    defer { try? Files.remove(path) }
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "a: 1\n")
    try Files.write(Array(input.utf8), to: path)

    for (how, place) in [([], "the standard input"), (["--config", path], path)] {
      #expect(
        try await bench.failure(["config", "set", "whizard", "--yes"] + how, input: input)
          == "nothing was changed: \(place) holds no value; to take away everything that is set, say --empty")
    }
    #expect(try await bench.installation().config == "a: 1\n")
  }

  @Test func aFileThatIsBlankOrNoUTF8IsNoConfig() async throws {
    let bench = try Workbench()
    let path = bench.folder + "/config.yaml"
    defer { try? Files.remove(path) }
    try Files.write(Array("\n".utf8), to: path)
    #expect(
      try await bench.failure("install", "whizard", "--yes", "--config", path)
        == "nothing was changed: \(path) is blank; leave --config out for the chart's defaults")
    try Files.write([0x61, 0x0A, 0xC4, 0xE3], to: path)
    #expect(
      try await bench.failure("config", "set", "whizard", "--yes", "--config", path)
        == "reading \(path): line 2: byte 1 is not UTF-8; save the text as UTF-8")
    #expect(bench.transport.requests.isEmpty)
  }

  @Test(arguments: [["--empty"], ["--config", "-"]])
  func anEmptyConfigIsAskedForAndSaysWhatIsLost(how: [String]) async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "a: 1\n")

    try await bench.run(["config", "set", "whizard", "--yes"] + how, input: "{}\n")

    #expect(
      bench.said.noted
        == "note: this config sets nothing: everything set before is lost, and the chart's defaults apply\n")
    #expect(try await bench.installation().config == (how == ["--empty"] ? "" : "{}\n"))
  }

  @Test func aRepeatedKeyIsANoteAndNoBar() async throws {
    let bench = try Workbench()
    try await bench.offer()

    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "a: 1\nb: 2\na: 3\n")

    #expect(
      bench.said.noted
        == "note: config: line 3, column 1: the key a comes twice: line 1 has it too, and the last counts\n")
    #expect(try await bench.installation().config == "a: 1\nb: 2\na: 3\n")
  }

  @Test func aMissingConfigIsAskedFor() async throws {
    let bench = try Workbench()
    try await bench.offer()
    let sentence = try await bench.failure("config", "set", "whizard", "--yes")

    #expect(sentence == "ksx config set needs the config: --config FILE, or the standard input")
    #expect(
      try await Workbench().failure("config", "get", "whizard")
        == "whizard is not installed in test; ksx list shows what is")
  }
}
