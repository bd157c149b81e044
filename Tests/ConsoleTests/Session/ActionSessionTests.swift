import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal
import TestSupport
import Testing

@testable import Console

/// Each action that changes an extension: what comes of its key where the user may not do it, and where another writer
/// changes the object under its plan.
@Suite(.endsInTime) struct ActionSessionTests {
  /// A key on the row of what is installed, and what its plan says.
  struct Action: Sendable, CustomTestStringConvertible {
    let key: String
    let kind: ChangeKind
    let plan: String

    var testDescription: String { kind.rawValue }
  }

  private static let actions = [
    Action(key: "U", kind: .upgrade, plan: "~ version 1.0.0 → 1.1.0"),
    Action(key: "D", kind: .disable, plan: "~ enabled: yes → no"),
    Action(key: "r", kind: .retry, plan: "~ version 1.0.0 with its config, which is Installed, is applied again"),
    Action(key: "X", kind: .uninstall, plan: "- InstallPlan log-lens"),
    Action(key: "F", kind: .forceDelete, plan: "- InstallPlan log-lens"),
  ]

  private static let viewer = User(name: "ada", groups: ["system:authenticated", "viewers"])
  private let installations = Dialect.installPlan.installations

  /// A console in front of Log Lens 1.0.0, installed, with `config`.
  private func atLogLens(_ viewer: User? = nil, isEnabled: Bool = true) async throws -> LiveConsole {
    let console = try await LiveConsole(columns: 120, rows: 40, viewer: viewer)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    let write = Change.install(version: "1.0.0", config: "").write(
      to: "log-lens", installation: nil, in: Capabilities(assuming: .installPlan))
    _ = try await write.send(to: console.cluster)
    try await console.until("saw it installed") { $0.row("Log Lens").contains("on             1.0.0") }
    if !isEnabled {
      _ = try await console.cluster.patch(installations, "log-lens", .merge(["spec": ["enabled": false]]))
      try await console.until("saw it disabled") { $0.row("Log Lens").contains("off            1.0.0") }
    }
    console.type("/log lens")
    console.press(.enter)
    return console
  }

  private func spec(_ console: LiveConsole) async throws -> Value {
    try await console.cluster.get(installations, "log-lens").spec
  }

  @Test(arguments: actions)
  func aUserWithoutTheRightSeesThePlanAndChangesNothing(action: Action) async throws {
    let console = try await atLogLens(Self.viewer)
    try await console.until(screenSays: "view only")
    let before = try await spec(console)

    console.type(action.key)
    try await console.until(screenSays: "Not possible: you may not ")
    #expect(console.screen.contains(action.plan), "\(console.screen)")
    console.type("a")
    console.press(.enter)

    #expect(try await spec(console) == before)
  }

  @Test(arguments: actions)
  func whatAnotherWriterChangesUnderThePlanIsSaidAndNotOverwritten(action: Action) async throws {
    let console = try await atLogLens()
    console.type(action.key)
    try await console.until(screenSays: action.plan)
    try await console.until(screenSays: "ready")

    _ = try await console.cluster.patch(
      installations, "log-lens", .merge(["spec": ["config": "keepDays: 3\n"]]))
    try await console.until(screenSays: "log-lens changed under this plan: another config")
    let before = try await spec(console)
    console.type("a")
    console.press(.enter)

    #expect(before["config"] == "keepDays: 3\n")
    #expect(try await spec(console) == before)
  }

  @Test func anInstallThatAnotherHasMadeMeanwhileIsNotMadeAgain() async throws {
    let console = try await LiveConsole(columns: 120, rows: 40)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    console.type("/log lens")
    console.press(.enter)
    console.type("i")
    try await console.until(screenSays: "+ InstallPlan log-lens, version 1.1.0")

    let write = Change.install(version: "1.0.0", config: "").write(
      to: "log-lens", installation: nil, in: Capabilities(assuming: .installPlan))
    _ = try await write.send(to: console.cluster)
    try await console.until(screenSays: "Not possible: log-lens is already there, version 1.0.0")
    console.type("a")

    #expect(try await spec(console)[path: "extension", "version"] == "1.0.0")
  }

  @Test func aUserWithoutTheRightInstallsNothing() async throws {
    let console = try await LiveConsole(columns: 120, rows: 40, viewer: Self.viewer)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    try await console.until(screenSays: "view only")
    console.type("/log lens")
    console.press(.enter)
    console.type("i")
    try await console.until(screenSays: "Not possible: you may not create ")
    console.type("a")

    #expect(try await console.cluster.list(installations).isEmpty)
  }

  @Test func whatIsDisabledIsEnabledByItsKey() async throws {
    let console = try await atLogLens(isEnabled: false)
    console.type("E")
    try await console.until(screenSays: "~ enabled: no → yes")
    try await console.until(screenSays: "ready")
    console.type("a")
    try await console.until(screenSays: "log-lens: enabled.")

    #expect(try await spec(console)["enabled"] == true)
  }

  @Test func aConfigThatAnotherHasChangedMeanwhileIsPutTogetherFirst() async throws {
    let console = try await atLogLens()
    console.type("e")
    try await console.until(screenSays: "Config of log-lens")
    console.type("own: 1\n")
    _ = try await console.cluster.patch(
      installations, "log-lens", .merge(["spec": ["config": "keepDays: 3\n"]]))
    try await console.until(screenSays: "changed in the cluster meanwhile")
    console.press(.control("s"))
    try await console.until(screenSays: "The cluster's config has changed since: put both together first.")

    #expect(try await spec(console)["config"] == "keepDays: 3\n")
  }

  @Test func aRetryAppliesTheSameOnceMore() async throws {
    let console = try await atLogLens()
    let before = try await console.cluster.get(installations, "log-lens")
    console.type("r")
    try await console.until(screenSays: "is applied again")
    try await console.until(screenSays: "ready")
    console.type("a")
    try await console.until(screenSays: "log-lens: tried again, and done.")

    let after = try await console.cluster.get(installations, "log-lens")
    #expect(after.spec == before.spec)
    #expect(after.resourceVersion != before.resourceVersion)
  }

  @Test func aForcedRemovalTakesTheNameAndLeavesNoInstallation() async throws {
    let console = try await atLogLens()
    console.type("F")
    try await console.until(screenSays: "- InstallPlan log-lens")
    try await console.until("read to the end") {
      $0.press(.end)
      return $0.screen.contains("Type log-lens to force delete it")
    }
    console.type("log-lens")
    console.press(.enter)
    try await eventually("the installation stayed") { try await console.cluster.list(installations).isEmpty }
  }
}
