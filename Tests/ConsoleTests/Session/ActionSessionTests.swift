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

/// Each action that changes an extension, from its key to the object: done, not allowed, refused by the cluster, and with
/// another writer between its plan and its confirmation.
@Suite(.endsInTime, .serialized) struct ActionSessionTests {
  /// An action: how a user comes before it, its key, what its plan says, and what it leaves.
  struct Action: Sendable, CustomTestStringConvertible {
    /// What is there when the key is pressed.
    enum Start: Sendable { case nothing, installed, off, upgraded, switchedOffHere }

    let name: String
    var start = Start.installed
    let key: String
    let plan: String
    /// What the console says in the end.
    let done: String
    /// What another writer does under the plan is said so.
    var drift = "log-lens changed under this plan: another config"
    /// Whether the spec, which is `nil` where nothing is left, is what the action is for.
    let isDone: @Sendable (Value?) -> Bool

    var testDescription: String { name }
  }

  private static let actions = [
    Action(
      name: "install", start: .nothing, key: "i", plan: "+ InstallPlan log-lens, version 1.1.0",
      done: "log-lens: installed 1.1.0.", drift: "Not possible: log-lens is already there, version 1.0.0"
    ) { version($0) == "1.1.0" },
    Action(
      name: "upgrade", key: "U", plan: "~ version 1.0.0 → 1.1.0", done: "log-lens: upgraded to 1.1.0."
    ) { version($0) == "1.1.0" },
    Action(
      name: "roll back", start: .upgraded, key: "b", plan: "~ version 1.1.0 → 1.0.0",
      done: "log-lens: rolled back to 1.0.0."
    ) { version($0) == "1.0.0" },
    Action(name: "disable", key: "D", plan: "~ enabled: yes → no", done: "log-lens: disabled.") {
      $0?["enabled"] == false
    },
    Action(name: "enable", start: .off, key: "E", plan: "~ enabled: no → yes", done: "log-lens: enabled.") {
      $0?["enabled"] == true
    },
    Action(
      name: "configure", key: "e", plan: "+   keepDays: 9", done: "log-lens: has the new config."
    ) { $0?["config"]?.string?.contains("keepDays: 9") == true },
    Action(
      name: "retry", key: "r", plan: "~ version 1.0.0 with its config, which is Installed, is applied again",
      done: "log-lens: tried again, and done."
    ) { version($0) == "1.0.0" },
    Action(
      name: "undo", start: .switchedOffHere, key: "u", plan: "~ enabled: no → yes", done: "log-lens: enabled."
    ) { $0?["enabled"] == true },
    Action(name: "uninstall", key: "X", plan: "- InstallPlan log-lens", done: "log-lens: uninstalled.") { $0 == nil },
    Action(name: "force delete", key: "F", plan: "- InstallPlan log-lens", done: "log-lens: ") { $0 == nil },
  ]

  private static func version(_ spec: Value?) -> String? { spec?[path: "extension", "version"]?.string }

  private static let viewer = User(name: "ada", groups: ["system:authenticated", "viewers"])
  private let installations = Dialect.installPlan.installations

  @Test(arguments: actions)
  func aConfirmedActionIsCarriedOutAndItsEndIsSaid(action: Action) async throws {
    let console = try await at(action)
    try await plan(action, console)
    try await confirm(console)
    try await console.until(screenSays: action.done)

    try await eventually("it was not as wanted") { action.isDone(try await spec(console)) }
  }

  @Test(arguments: actions.filter { $0.start != .switchedOffHere })
  func aUserWithoutTheRightSeesThePlanAndChangesNothing(action: Action) async throws {
    let console = try await at(action, viewer: Self.viewer)
    try await console.until(screenSays: "view only")
    let before = try await spec(console)

    try await plan(action, console)
    try await console.until(screenSays: "Not possible: you may not ")
    console.type("a")
    try await console.until(screenSays: "Cannot apply: you may not ")
    console.press(.enter)

    #expect(try await spec(console) == before)
  }

  @Test(arguments: actions)
  func whatTheClusterRefusesStaysAsItWasAndThePlanSaysWhy(action: Action) async throws {
    let console = try await at(action)
    let before = try await spec(console)
    try await plan(action, console)
    console.plug.refuseChanges()
    try await confirm(console)

    try await console.until(screenSays: "does not allow it (403)")
    #expect(console.screen.contains("Nothing was changed."), "\(console.screen)")
    #expect(console.screen.contains(action.plan), "\(console.screen)")
    #expect(try await spec(console) == before)
  }

  @Test(arguments: actions)
  func whatAnotherWriterChangesUnderThePlanIsSaidAndNotOverwritten(action: Action) async throws {
    let console = try await at(action)
    try await plan(action, console)
    if action.start == .nothing {
      try await install("1.0.0", console)
    } else {
      _ = try await console.cluster.patch(
        installations, "log-lens", .merge(["spec": ["config": "keepDays: 3\n"]]))
    }
    try await console.until(screenSays: action.drift)
    let before = try await spec(console)
    console.type("a")
    console.press(.enter)

    #expect(try await spec(console) == before)
    if action.start != .nothing { #expect(before?["config"] == "keepDays: 3\n") }
  }

  @Test func aConfigThatAnotherHasChangedMeanwhileIsPutTogetherFirst() async throws {
    let console = try await at(Action(name: "configure", key: "e", plan: "", done: "") { _ in true })
    console.type("e")
    try await console.until(screenSays: "Config of log-lens")
    console.type("own: 1\n")
    _ = try await console.cluster.patch(
      installations, "log-lens", .merge(["spec": ["config": "keepDays: 3\n"]]))
    try await console.until(screenSays: "changed in the cluster meanwhile")
    console.press(.control("s"))
    try await console.until(screenSays: "The cluster's config has changed since: put both together first.")

    #expect(try await spec(console)?["config"] == "keepDays: 3\n")
  }

  /// A console on the row of Log Lens, in the state that `action` begins at.
  private func at(_ action: Action, viewer: User? = nil) async throws -> LiveConsole {
    let console = try await LiveConsole(columns: 120, rows: 40, viewer: viewer)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    console.type("/log lens")
    console.press(.enter)
    guard action.start != .nothing else { return console }
    try await install("1.0.0", console)
    try await console.until("saw it installed") { $0.row("Log Lens").contains("on             1.0.0") }
    switch action.start {
    case .nothing, .installed: break
    case .off:
      _ = try await console.cluster.patch(installations, "log-lens", .merge(["spec": ["enabled": false]]))
      try await console.until("saw it disabled") { $0.row("Log Lens").contains("off            1.0.0") }
    case .upgraded:
      _ = try await console.cluster.patch(
        installations, "log-lens", .merge(["spec": ["extension": ["version": "1.1.0"]]]))
      try await console.until("saw it upgraded") { $0.row("Log Lens").contains("on             1.1.0") }
    case .switchedOffHere:
      console.type("D")
      try await console.until(screenSays: "ready")
      console.type("a")
      try await console.until(screenSays: "log-lens: disabled.")
    }
    return console
  }

  private func install(_ version: String, _ console: LiveConsole) async throws {
    let write = Change.install(version: version, config: "").write(
      to: "log-lens", installation: nil, in: Capabilities(assuming: .installPlan))
    _ = try await write.send(to: console.cluster)
  }

  /// Presses the key of `action`, and waits for its plan.
  private func plan(_ action: Action, _ console: LiveConsole) async throws {
    console.type(action.key)
    if action.key == "e" {
      try await console.until(screenSays: "Config of log-lens")
      console.type("keepDays: 9\n")
      console.press(.control("s"))
    }
    try await console.until(screenSays: action.plan)
  }

  /// Agrees to the plan on the screen: by its key, or by the name once its end was read.
  private func confirm(_ console: LiveConsole) async throws {
    try await console.until(screenSays: "ready")
    guard console.app.layers.last?.hints(console.app.state).contains(where: { $0.action == .command(.apply) }) != true
    else {
      return console.type("a")
    }
    try await console.until("read to the end") {
      $0.press(.end)
      return $0.screen.contains("Type log-lens to ")
    }
    console.type("log-lens")
    console.press(.enter)
  }

  private func spec(_ console: LiveConsole) async throws -> Value? {
    try await console.cluster.list(installations).first { $0.name == "log-lens" }?.spec
  }
}
