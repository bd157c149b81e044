import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// What is said where there is nothing to do, nothing to be had, or nothing to be shown.
@Suite struct SmallTroubleTests {
  private func installed(_ dialect: Dialect = .installPlan) async throws -> Workbench {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try await bench.report("whizard", ["state": "Installed"])
    return bench
  }

  private func plan(_ bench: Workbench, _ words: String...) async throws -> [Value] {
    do { try await bench.run(["plan"] + words + ["-o", "json"]) } catch is CommandError {}
    return try JSON.parse(Array(bench.said.printed.utf8))["items"]?.sequence ?? []
  }

  @Test func thePlanOfWhatIsSoAlreadyHasNoChanges() async throws {
    let bench = try await installed()
    try await bench.run("disable", "whizard", "--yes")

    let disable = try #require(try await plan(bench, "disable", "whizard").first)
    #expect(disable["verdict"] == "nothingWouldChange" && disable["effects"] == [])
    let install = try #require(try await plan(bench, "install", "whizard").first)
    #expect(install["effects"] == [])
  }

  @Test func whatIsDisabledInTheSamePlanMissesNothing() async throws {
    let bench = try Workbench()
    try await bench.offer()
    let needs: Mapping = [
      "externalDependencies": [["type": "extension", "name": "whizard", "version": ">=1.0.0", "required": true]]
    ]
    try await bench.offer("bell", spec: needs)
    for name in ["whizard", "bell"] {
      try await bench.run("install", name, "--yes")
      try await bench.report(name, ["state": "Installed"])
    }

    #expect(try await bench.run("disable", "whizard", "--dry-run=client").contains("bell needs whizard"))
    #expect(try await !bench.run("disable", "whizard", "bell", "--dry-run=client").contains("bell needs whizard"))
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aDeedShowsItsKubectlLineOrWhyThereIsNone(dialect: Dialect) async throws {
    let bench = try await installed(dialect)
    try await bench.run("repo", "add", "main", "https://charts.example", "--yes")

    let sync = try #require(try await plan(bench, "repo", "sync", "main").first)
    #expect(sync["kubectl"]?.string?.hasPrefix("kubectl patch repositories.\(dialect.repositories.group) main") == true)
    #expect(try await bench.run("repo", "remove", "main", "--dry-run").contains("  kubectl delete repositories."))
    let add = try await bench.run(
      "repo", "add", "other", "https://ada:secret@charts.example", "--dry-run")
    #expect(add.contains("  no kubectl line: what is sent holds a secret") && !add.contains("secret@"))
    #expect(
      try await bench.run("safe-mode", "on", "--dry-run")
        .contains("  no kubectl line: it is more than one write, and each goes by what there is then"))
  }

  @Test func anExtensionWithoutVersionsIsNoUnknownOne() async throws {
    let bench = try Workbench()
    try await bench.offer("odd", versions: [], recommended: "")

    #expect(
      try await bench.failure("inside", "odd")
        == "test offers no version of odd; see ksx doctor and the repository it comes from")
    try await bench.run("versions", "odd")
    #expect(bench.said.noted == "note: test offers no version of odd\n")
    #expect(try await bench.failure("inside", "nope").hasPrefix("test has no extension nope"))
  }

  @Test func safeModeThatIsNotOnIsOffAlready() async throws {
    let bench = try await installed()

    try await bench.run("safe-mode", "off", "--yes")
    #expect(bench.said.noted == "safe mode is not on in test; nothing was changed\n")
    #expect(try await plan(bench, "safe-mode", "off").first?["verdict"] == "nothingWouldChange")
  }

  @Test func aFileWithoutACertificateIsNoAuthority() async throws {
    let bench = try await installed()
    let folder = TemporaryFolder()
    try Files.write(Array("somewhere\n".utf8), to: folder.path + "/hostname")
    try await bench.run("repo", "add", "main", "https://charts.example", "--yes")

    #expect(
      try await bench.failure("repo", "edit", "main", "--ca", folder.path + "/hostname", "--yes")
        == "--ca \(folder.path)/hostname: there is no certificate in it; PEM is expected")
    #expect(
      try await bench.failure("repo", "add", "Bad Name", "https://x.example", "--yes").contains("Bad Name"))
  }

  @Test func thePasswordOfAnAddressThatIsTestedIsNotShown() async throws {
    let said = Transcript()
    let outlet = Outlet(print: { said.print($0) }, note: { said.note($0) })
    let line = ["repo", "test", "http://user:sekret@127.0.0.1:1/"]
    var sentence = ""
    do { _ = try await Program.obey(try Arguments.parse(line), ["HOME": "/nowhere"], outlet) } catch {
      sentence = error.sentence
    }
    _ = try? await Program.obey(Arguments.parse(line + ["-o", "json"]), ["HOME": "/nowhere"], outlet)

    #expect(sentence.hasPrefix("http://user:•••@127.0.0.1:1/: "))
    #expect(said.printed.contains("user:•••@127.0.0.1") && !said.printed.contains("sekret"))
  }

  @Test func anEditorThatRemovesItsFileHasKeptNothing() async throws {
    let bench = try await installed()

    let sentence = try await bench.failure("config", "edit", "whizard", "--yes") { _ in nil }
    #expect(sentence.contains("what was written is kept in"))
    let edits = bench.localState.state + "/edits"
    let gone = try await bench.failure("config", "edit", "whizard", "--yes") { _ in
      for name in (try? Files.names(in: edits)) ?? [] { try? Files.remove("\(edits)/\(name)") }
      return nil
    }
    #expect(gone == "nothing was changed: the editor failed")
  }

  @Test func aValueOfSeveralLinesIsShownInOne() async throws {
    let bench = try Workbench()
    try await bench.offerPackages()
    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "name: |\n  one\n  two\n")

    do { try await bench.run("plan", "config", "set", "whizard", "port=81") } catch is CommandError {}
    #expect(bench.said.printed.contains(#""one\ntwo\n""#), "\(bench.said.printed)")
  }
}
