import Client
import Extensions
import KubernetesAPI
import Manifest
import Terminal
import TestSupport
import Testing

@testable import Console

/// What a person does, on the real backend with its controllers.
///
/// After a key, only the watch moves the screen.
@Suite(.endsInTime) struct SessionTests {
  @Test func anExtensionLivesThroughItsWholeLife() async throws {
    let console = try await LiveConsole()
    try await console.until("listed the marketplace") {
      $0.row("Log Lens").contains("1.1.0") && $0.screen.contains("Dashboards")
    }
    console.type("/log lens")
    console.press(.enter)

    console.type("i")
    try await console.until(screenSays: "+ InstallPlan log-lens, version 1.1.0")
    console.type("v")
    try await console.until(screenSays: "  1.0.0 ")
    console.press(.down, .enter)
    try await console.until(screenSays: "+ InstallPlan log-lens, version 1.0.0")
    try await console.applyAndLeave()
    try await console.until("installed it") { $0.row("Log Lens").contains("on             1.0.0") }
    try await console.until(screenSays: "log-lens: installed 1.0.0.")

    console.type("U")
    try await console.until(screenSays: "~ version 1.0.0 → 1.1.0")
    try await console.applyAndLeave()
    try await console.until(screenSays: "log-lens: upgraded to 1.1.0.")
    #expect(console.row("Log Lens").contains("on             1.1.0"))

    console.type("e")
    try await console.until(screenSays: "Config of log-lens")
    console.type("keepDays: 9\n")
    console.press(.control("s"))
    try await console.until(screenSays: "+   keepDays: 9")
    try await console.applyAndLeave()
    try await console.until(screenSays: "log-lens: has the new config.")

    console.press(.enter)
    console.type("2")
    try await console.until(screenSays: ">1.1.0")
    console.press(.down)
    #expect(console.screen.contains(">1.0.0"))
    console.type("b")
    try await console.until(screenSays: "~ version 1.1.0 → 1.0.0")
    try await console.applyAndLeave()
    try await console.until(screenSays: "log-lens: rolled back to 1.0.0.")
    console.press(.escape)
    #expect(
      try await console.cluster.get(Dialect.installPlan.installations, "log-lens").spec["config"]?.string ?? "" == "")

    console.type("D")
    try await console.until(screenSays: "~ enabled: yes → no")
    try await console.until(screenSays: "ready")
    console.type("a")
    try await console.until("disabled it") { $0.row("Log Lens").contains(" off ") }

    console.type("X")
    try await console.until(screenSays: "- InstallPlan log-lens")
    try await console.until("read to the end") {
      $0.press(.end)
      return $0.screen.contains("Type log-lens to uninstall it")
    }
    console.type("log-lens")
    try await console.applyAndLeave(.enter)
    try await console.until(screenSays: "log-lens: uninstalled.")
    #expect(!console.row("Log Lens").contains(" on "))
  }

  @Test func aBackendThatComesBackMakesTheScreenRightAgainWithoutAKey() async throws {
    let console = try await LiveConsole()
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    console.plug.pull()
    try await console.until(screenSays: "stale")
    #expect(!console.row("Log Lens").isEmpty)

    let write = Change.install(version: "1.0.0", config: "").write(
      to: "log-lens", installation: nil, in: Capabilities(assuming: .installPlan))
    _ = try await write.send(to: console.cluster)
    console.plug.putIn()

    try await console.until("was right again") {
      $0.row("Log Lens").contains("on             1.0.0") && !$0.screen.contains("stale")
    }
  }

  @Test func anUpgradeThatFailsSaysWhyAndTheWayBackWorks() async throws {
    let console = try await LiveConsole()
    try await console.until("listed the marketplace") { $0.row("Traffic Map").contains("1.1.0") }
    try await console.failAnUpgrade()
    #expect(console.row("Traffic Map").contains("upgrade failed"))

    console.type("b")
    try await console.until(screenSays: "~ version 1.1.0 → 1.0.0")
    try await console.applyAndLeave()
    try await console.until(screenSays: "traffic-map: rolled back to 1.0.0.")
  }

  @Test func theREADMEOfAPackageIsShown() async throws {
    let console = try await LiveConsole()
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    console.type("/log lens")
    console.press(.enter, .enter)
    console.type("5")

    try await console.until(screenSays: "searches them while they arrive")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whoMayOnlyLookIsToldBeforeAnythingIsSent(dialect: Dialect) async throws {
    let viewer = User(name: "ada", groups: ["system:authenticated", "viewers"])
    let console = try await LiveConsole(columns: 120, dialect: dialect, viewer: viewer)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    let write = Change.install(version: "1.0.0", config: "").write(
      to: "log-lens", installation: nil, in: Capabilities(assuming: dialect))
    _ = try await write.send(to: console.cluster)
    try await console.until("saw it installed") { $0.row("Log Lens").contains("on             1.0.0") }
    try await console.until(screenSays: "view only · live")
    console.type("/log lens")
    console.press(.enter)

    console.type("D")
    let sentence = "you may not patch \(dialect.installations.qualifiedName) (as ada)"
    try await console.until(screenSays: "Not possible: \(sentence)")
    #expect(console.screen.contains("~ enabled: yes → no"))
    #expect(!console.screen.contains("look again"))
    console.type("a")
    try await console.until(screenSays: "Cannot apply: \(sentence)")

    #expect(Installation(try await console.cluster.get(dialect.installations, "log-lens")).isEnabled)
  }

  /// Nothing of the chart is known from elsewhere: the editor says what can be set.
  @Test func anInstallWithOneValueChangedTakesFewKeys() async throws {
    let console = try await LiveConsole()
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    console.type("/log lens")
    console.press(.enter)

    console.type("i")
    try await console.until(screenSays: "+ InstallPlan log-lens")
    console.type("e")
    try await console.until(screenSays: "Keys here (tab): ")
    console.type("k")
    console.press(.tab)
    console.type("9")
    console.press(.control("s"))
    try await console.until(screenSays: "+   keepDays: 9")
    console.type("a")
    try await console.until(screenSays: "log-lens: installed 1.1.0.")
    #expect(console.screen.contains("The config took effect"), "\(console.screen)")
    let config = try await console.cluster.get(Dialect.installPlan.installations, "log-lens").spec["config"]?.string
    #expect(config?.hasSuffix("keepDays: 9") == true)

    // What was just made is taken back by two keys, without its name.
    console.type("u")
    try await console.until(screenSays: "Uninstall: log-lens")
    try await console.until(screenSays: "[ Uninstall ]")
    console.type("a")
    try await console.until(screenSays: "log-lens: uninstalled.")
    #expect(try await console.cluster.list(Dialect.installPlan.installations).isEmpty)
  }

  @Test func theOtherDialectDoesTheSame() async throws {
    let console = try await LiveConsole(dialect: .subscription)
    try await console.until("listed the marketplace") { $0.row("Log Lens").contains("1.1.0") }
    console.type("/log lens")
    console.press(.enter)
    console.type("i")
    try await console.until(screenSays: "+ Subscription log-lens")
    try await console.applyAndLeave()

    try await console.until(screenSays: "log-lens: installed")
  }
}
