import Client
import Manifest
import Testing

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
}
