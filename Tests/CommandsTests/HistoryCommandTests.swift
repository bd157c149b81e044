import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Commands

/// What was there, and back to it.
@Suite struct HistoryCommandTests {
  @Test(arguments: [Dialect.installPlan, .subscription])
  func historySaysWhoDidWhatAndWhy(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--reason", "for the pilots")
    try await bench.run("upgrade", "whizard", "--yes")

    let text = try await bench.run("history", "whizard", "-o", "json")
    let items = try JSON.parse(Array(text.utf8))["items"]?.sequence ?? []
    let object = try await bench.cluster.get(dialect.installations, "whizard")

    #expect(items.map { $0["change"]?.string } == ["upgrade to 1.1.0", "install 1.0.0"])
    #expect(items.map { $0["who"]?.string } == ["ada", "ada"])
    #expect(items.last?["reason"] == "for the pilots")
    #expect(object.annotations["ksx.dev/changed-by"] == "ada")
    #expect(object.annotations["ksx.dev/change"] == "upgrade to 1.1.0")
    // Who has no history of it learns here what ran.
    #expect(object.annotations["ksx.dev/ran-before"]?.hasSuffix(" before 1.1.0") != false)
    // The reason of the install is not that of the upgrade.
    #expect(object.annotations["ksx.dev/reason"] == nil)
    #expect(try await bench.run("history", "whizard").hasPrefix("WHEN  "))
    #expect(try await bench.failure("history", "nope") == "test has no extension nope; ksx list shows those it has")
  }

  @Test func aConfigIsGoneBackToByItsDigest() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.1.0", "--yes", "--config", "-", input: "a: 1\n")
    try await bench.run("config", "set", "whizard", "--yes", input: "a: 2\n")
    try await bench.run("config", "set", "whizard", "--yes", input: "a: 3\n")
    let digests = try await bench.run("config", "history", "whizard", "-o", "name").split(separator: "\n").map(
      String.init)

    #expect(digests == ["a: 3\n", "a: 2\n", "a: 1\n"].map(ConfigHash.of))
    try await bench.run("rollback", "whizard", "--yes", "--config", String(digests[2].prefix(6)))
    #expect(try await bench.installation().config == "a: 1\n")
    #expect(
      try await bench.failure("rollback", "whizard", "--yes", "--config", "zzz")
        == "no config of whizard has a digest that begins with zzz; ksx config history whizard lists them")
  }

  @Test func configsAreComparedAndTheExitStatusSaysWhetherTheyDiffer() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.1.0", "--yes", "--config", "-", input: "a: 1\nb: 1\n")
    try await bench.run("config", "set", "whizard", "--yes", input: "a: 2\nb: 1\n")

    #expect(try await bench.verdict("config", "diff", "whizard") == 1)
    #expect(bench.said.printed.hasSuffix("\n-a: 1\n+a: 2\n"))
    let digest = ConfigHash.of("a: 2\nb: 1\n")
    #expect(try await bench.run("config", "diff", "whizard", digest) == "")
    #expect(Verb.configDiff.failureStatus == 2)
    #expect(Verb.named(in: ["config", "--nonsense", "diff"])?.failureStatus == 2)
  }
}

extension Workbench {
  /// The exit status that a command line ends with when it answers by it.
  func verdict(_ arguments: String..., input: String? = nil) async throws -> Int32 {
    do { _ = try await run(arguments, input: input) } catch let error as CommandError { return error.verdict ?? -1 }
    return 0
  }
}
