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

/// Where a rollback goes.
@Suite struct RollingBackTests {
  @Test func aRollbackBringsBackWhatWasThereBefore() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes", "--config", "-", input: "a: 1\n")
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.run("config", "set", "whizard", "--yes", input: "a: 2\n")

    try await bench.run("rollback", "whizard", "--yes")
    #expect(try await bench.installation().config == "a: 1\n")
    #expect(try await bench.installation().version == "1.1.0")
    try await bench.run("rollback", "whizard", "--yes", "--version=1.0.0")
    #expect(try await bench.installation().version == "1.0.0")
  }

  @Test func aRollbackWithoutAVersionGoesToWhatWasInstalledAndNotToWhatFailedSince() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "enabled": true])
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.report("whizard", ["state": "UpgradeFailed", "version": "1.1.0", "enabled": true])
    try await bench.run("config", "set", "whizard", "--yes", input: "a: 2\n")
    try await bench.report("whizard", ["state": "UpgradeFailed", "version": "1.1.0", "enabled": true])

    try await bench.run("rollback", "whizard", "--yes")

    #expect(try await bench.installation().version == "1.0.0")
  }

  @Test func aRollbackToNothingButWhatFailedIsRefusedWithItsName() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.1.0", "--yes")
    try await bench.report("whizard", ["state": "InstallFailed", "version": "1.1.0", "enabled": true])
    try await bench.run("upgrade", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "enabled": true])

    let sentence = try await bench.failure("rollback", "whizard", "--yes")

    #expect(
      sentence.hasPrefix("no earlier release of whizard is known to have reached Installed in test: 1.1.0 (until 20"))
    #expect(sentence.hasSuffix(") failed; say which with --version (ksx versions whizard)"))
  }
}
