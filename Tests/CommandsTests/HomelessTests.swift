import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// Where nothing can be kept on this computer commands work all the same, and say what is not kept.
@Suite struct HomelessTests {
  private static let journal = "note: this could not be written into the journal: "
  private static let history = "note: this could not be kept in the history, and so not for a rollback: "

  /// Short pauses take no time, but count.
  private static var quick: Timing {
    let passed = Locked(Duration.zero)
    return Timing(
      now: { passed.withLock { $0 } },
      sleep: { pause in
        passed.withLock { $0 += pause }
        if pause < .seconds(1) { await Task.yield() } else { try? await Task.sleep(for: pause) }
      }, random: { 0 })
  }

  private func bench(_ dialect: Dialect = .installPlan, timing: Timing = .real) async throws -> Workbench {
    let bench = try Workbench(dialect, timing: timing)
    bench.isHomeless.withLock { $0 = true }
    _ = try await bench.cluster.create(.namespaces, Object(.namespaces, name: "kubesphere-system"))
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.report("whizard", Self.status("Installed", "1.0.0", dialect))
    return bench
  }

  @Test(arguments: [
    "list", "get whizard", "versions whizard", "history whizard", "config get whizard", "config history whizard",
    "plan upgrade whizard", "upgrade whizard --dry-run", "doctor", "operations", "export", "safe-mode status",
    "serves", "rollback whizard --version 1.1.0 --dry-run",
  ])
  func whatOnlyReadsSaysNothingOfIt(line: String) async throws {
    let bench = try await bench()

    do {
      try await bench.run(line.split(separator: " ").map(String.init))
    } catch let error as CommandError {
      #expect(error.verdict != nil, "\(line): \(error.sentence)")
    }
    #expect(!bench.said.noted.contains("could not be"), "\(bench.said.noted)")
  }

  @Test(arguments: [
    "upgrade whizard --yes", "disable whizard --yes", "disable whizard --now", "config set whizard a=1 --yes",
    "uninstall whizard --yes",
  ])
  func aChangeIsMadeAndItIsSaidThatThereIsNoWayBackByItself(line: String) async throws {
    let bench = try await bench()
    let before = try await bench.installation()

    try await bench.run(line.split(separator: " ").map(String.init))

    #expect(bench.said.noted.contains(Self.journal))
    #expect(bench.said.noted.split(separator: "\n").count { $0.hasPrefix(Self.history) } == 1)
    #expect(!bench.said.printed.isEmpty)
    let after = try? await bench.installation()
    #expect(after?.resourceVersion != before.resourceVersion)
    #expect(
      try await bench.failure("undo", "whizard", "--yes")
        == "cannot undo: nothing about whizard was changed from here that could be undone")
  }

  @Test(arguments: [["safe-mode on", "safe-mode off"], ["bisect start", "bisect reset"]])
  func whatIsKeptInTheClusterComesBack(pair: [String]) async throws {
    let bench = try await bench()

    for line in pair {
      try await bench.run(line.split(separator: " ").map(String.init) + ["--yes"])
      #expect(bench.said.noted.contains(Self.journal), "\(line)")
      let isOn = try await bench.installation().isEnabled
      #expect(isOn == (line != pair[0]), "\(line)")
    }
  }

  /// The first design has no version in the status.
  private static func status(_ state: String, _ version: String, _ dialect: Dialect) -> Value {
    dialect == .installPlan ? ["state": .string(state), "version": .string(version)] : ["state": .string(state)]
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatRanBeforeIsKnownFromTheCluster(dialect: Dialect) async throws {
    let bench = try await bench(dialect)
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.report("whizard", Self.status("UpgradeFailed", "1.1.0", dialect))

    try await bench.run("rollback", "whizard", "--yes")

    #expect(try await bench.installation().version == "1.0.0")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func afterACancelBothStillKnowWhatRan(dialect: Dialect) async throws {
    let bench = try await bench(dialect, timing: Self.quick)
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.report("whizard", Self.status("Upgrading", "1.1.0", dialect))

    // Nothing runs here that could go back.
    let waiting = try await bench.failure("cancel", "whizard", "--yes")
    #expect(waiting.hasPrefix("whizard: not back after 60 s (Upgrading)"), "\(waiting)")
    // Before they have gone back, a second one goes nowhere else, and neither does a rollback.
    _ = try? await bench.run("plan", "cancel", "whizard")
    #expect(bench.said.printed.contains("ends: the try of 1.0.0, Upgrading"), "\(bench.said.printed)")
    try await bench.report("whizard", Self.status("UpgradeFailed", "1.1.0", dialect))

    #expect(try await bench.run("get", "whizard").contains("Running:      1.0.0"), "\(bench.said.printed)")
    // It was the upgrade that failed: what ran is asked for, and was not tried again yet.
    let failure = try await bench.failure("rollback", "whizard", "--yes")
    #expect(failure.hasSuffix("ksx retry whizard has it tried again as it is"), "\(failure)")
    #expect(try await bench.installation().version == "1.0.0")
  }
}
