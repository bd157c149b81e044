import Client
import Glibc
import Manifest
import Platform
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI

/// What has the controllers try again, or give up what they are at, in both dialects.
@Suite struct ControllersRetryTests {
  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatFailedIsTriedAgainWhenThatIsAskedFor(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens"])
    let theirs = Object(.configMaps, name: "log-lens-settings", namespace: "extension-log-lens", ["data": ["a": "b"]])
    try await fixture.cluster.ensureNamespace("extension-log-lens")
    _ = try await fixture.cluster.create(.configMaps, theirs)

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "1.0.0", config: "# mine\nreadyAfter: 0\n"))
      try await fixture.wait(for: "log-lens") { $0.state == .installFailed }
      try await fixture.cluster.remove(.configMaps, namespace: "extension-log-lens", "log-lens-settings")
      try await fixture.change("log-lens", .retry)
      let installed = try await fixture.wait(for: "log-lens") { $0.state == .installed }

      #expect(dialect == .subscription || installed.config == "# mine\nreadyAfter: 0\n")
      #expect(installed.message.hasPrefix("version 1.0.0, revision 2"))
    }
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anUpgradeThatHangsIsGivenUpWhenItsStateIsEmptied(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["backup-vault"])
    let ready = "readyAfter: 0\njobReadyAfter: 0\n"

    try await fixture.withControllers {
      try await fixture.change("backup-vault", .install(version: "1.0.0", config: ready))
      try await fixture.wait(for: "backup-vault") { $0.isSettled && $0.state == .installed }
      try await fixture.change("backup-vault", .configure(config: "readyAfter: 3600\njobReadyAfter: 3600\n"))
      try await fixture.wait(for: "backup-vault") { $0.state == .upgrading }
      try await fixture.change("backup-vault", .rollback(to: "1.0.0", config: ready), status: ["state": ""])
      let back = try await fixture.wait(for: "backup-vault") { $0.state == .installed }

      #expect(back.message.hasPrefix("version 1.0.0, revision 3"))
    }
  }

  /// A helm that renders nothing, and hangs while there is a file `hang` in `folder`.
  private static func helm(in folder: TemporaryFolder) throws -> ChartRenderer.Engine {
    let path = folder.path + "/helm"
    let script = "#!/bin/sh\n[ -e \(folder.path)/hang ] || exit 0\n: > \(folder.path)/hangs\nexec sleep 100\n"
    try Files.write(Array(script.utf8), to: path)
    chmod(path, 0o700)
    return .helm(path: path)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aHelmThatIsNotWantedAnyMoreIsEnded(dialect: Dialect) async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["log-lens"])
    let folder = TemporaryFolder()
    let settings = fixture.settings(try Self.helm(in: folder))
    let (hang, hangs) = (folder.path + "/hang", folder.path + "/hangs")
    func hanging(_ change: Extensions.Change) async throws {
      try Files.write([], to: hang)
      try await fixture.change("log-lens", change)
      try await fixture.wait("helm hangs") { Files.exists(hangs) }
      try Files.remove(hang)
      try Files.remove(hangs)
    }

    try await fixture.withControllers(settings) {
      try await fixture.change("log-lens", .install(version: "1.0.0", config: "a: 1\n"))
      try await fixture.wait(for: "log-lens") { $0.isSettled && $0.state == .installed }
      try await hanging(.configure(config: "a: 2\n"))
      try await fixture.change("log-lens", .rollback(to: "1.0.0", config: "a: 1\n"), status: ["state": ""])
      let back = try await fixture.wait(for: "log-lens") { $0.isSettled && $0.state == .installed }
      #expect(back.message == "version 1.0.0, revision 3")

      try await hanging(.configure(config: "a: 3\n"))
      try await fixture.change("log-lens", .uninstall)
      try await fixture.wait("it is gone") { try await fixture.cluster.find(dialect.installations, "log-lens") == nil }
    }
  }

  @Test func whoIsCancelledWhileWaitingForASlotWaitsNoLonger() async throws {
    let slots = Slots(1)
    let waiting = await slots.run { () -> Task<Bool, Never> in
      let task = Task { await slots.run { Task.isCancelled } }
      task.cancel()
      #expect(await task.value)
      return task
    }

    #expect(await waiting.value)
    #expect(await slots.run { true })
  }
}
