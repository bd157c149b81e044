import Client
import Extensions
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import Commands

/// What ksx ends with.
@Suite struct ExitStatusTests {
  @Test func theTableOfTheREADMEIsWhatIsSaidHere() throws {
    try GeneratedTable(
      "exit codes", columns: ["exit code"] + ExitStatus.groups.map(\.heading), rows: ExitStatus.rows
    ).check()
  }

  @Test func theTableHasEveryVerbThatEndsOtherwise() {
    let named = ExitStatus.groups.flatMap(\.verbs)
    for verb in Verb.all where verb.failureStatus == 2 { #expect(named.contains(verb.name), "\(verb.name)") }
    for name in named { #expect(Verb(named: name) != nil, "\(name)") }
  }

  private func status(_ bench: Workbench, _ words: [String]) async throws -> Int32 {
    do {
      _ = try await bench.run(words)
      return 0
    } catch let error as CommandError {
      if let verdict = error.verdict { return verdict }
      return error.status == 1 ? Verb.meant(by: words)?.failureStatus ?? 1 : error.status
    }
  }

  @Test func everyStatusOfTheTableComesAbout() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "a: 1\n")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "enabled": true])
    let rows: [(words: String, status: Int32)] = [
      ("plan enable whizard", 0), ("plan disable whizard", 1), ("plan disable nope", 2), ("plan lunch nope", 2),
      ("--context x plan lunch nope", 2),
      ("--kubeconfig /f diff nope 1 2", 2), ("probe nope", 2),
      ("config diff nope", 2), ("diff nope 1 2", 2), ("compare", 2),
      ("doctor nope", 2), ("explain GET /nowhere", 1), ("explain LUNCH /x", 2),
      ("test whizard", 2), ("wait whizard --for=installed", 0), ("wait whizard --for=gone --timeout=0", 1),
      ("list", 0), ("get nope", 1), ("list --no-such-thing", 1), ("disable nope --yes", 1),
    ]

    for (words, wanted) in rows {
      let words = words.split(separator: " ").map(String.init)
      #expect(try await status(bench, words) == wanted, "\(words)")
    }
    try await bench.run("config", "set", "whizard", "a=2", "--yes")
    #expect(try await status(bench, ["config", "diff", "whizard"]) == 1)
    let digest = try await bench.run("config", "history", "whizard", "-o", "name").split(separator: "\n")[0]
    #expect(try await status(bench, ["config", "diff", "whizard", "\(digest)", "\(digest)"]) == 0)
    try await bench.report("whizard", ["state": "UpgradeFailed"])
    #expect(try await status(bench, ["doctor", "whizard"]) == 1)
    #expect(try await status(bench, ["wait", "whizard", "--for=installed"]) == 1)
  }
}
