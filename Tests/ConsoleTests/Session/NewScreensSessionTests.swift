import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Terminal
import TestSupport
import Testing

@testable import Console

/// From a key on a screen of its own to the object in the real backend.
@Suite(.endsInTime) struct NewScreensSessionTests {
  private func opened() async throws -> LiveConsole {
    let console = try await LiveConsole(columns: 120, rows: 30)
    try await console.until("listed the marketplace") { $0.row("Traffic Map").contains("1.1.0") }
    return console
  }

  @Test func aFailedUpgradeIsToldWithWhoAndWhyAndTwoKeysGoBackToWhatWorked() async throws {
    let console = try await opened()
    try await console.failAnUpgrade()

    console.press(.enter)
    try await console.until(screenSays: "Last change   version 1.0.0 → 1.1.0 by you")
    try await console.until(screenSays: "What is wrong")
    try await console.until(screenSays: "← last good")
    console.press(.escape)
    console.type("b")
    try await console.until(screenSays: "~ version 1.1.0 → 1.0.0")
    try await console.applyAndLeave()
    try await console.until(screenSays: "traffic-map: rolled back to 1.0.0.")
    let object = try await console.cluster.get(Dialect.installPlan.installations, "traffic-map")
    #expect(object.spec[path: "extension", "version"] == "1.0.0")
  }

  @Test func aBackendWithoutClustersSaysSoOnThePageOfAgents() async throws {
    let console = try await opened()
    try await console.install("log-lens", "0.9.0", filter: "log lens")
    console.press(.enter)
    console.type("9")

    try await console.until(screenSays: "No agents here: this backend has no clusters.")
  }

  @Test func undoTakesASwitchBack() async throws {
    let console = try await opened()
    try await console.install("log-lens", "0.9.0", filter: "log lens")
    console.type("D")
    try await console.until(screenSays: "~ enabled: yes → no")
    console.type("a")
    try await console.until(screenSays: "log-lens: disabled.")

    console.type("u")
    try await console.until(screenSays: "~ enabled: no → yes")
    console.type("a")
    try await console.until(screenSays: "log-lens: enabled.")
    let object = try await console.cluster.get(Dialect.installPlan.installations, "log-lens")
    #expect(object.spec["enabled"] == true)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aRepositoryIsAddedAndDeleted(dialect: Dialect) async throws {
    let console = try await LiveConsole(columns: 120, rows: 30, dialect: dialect)
    try await console.until("listed the marketplace") { $0.row("Traffic Map").contains("1.1.0") }
    console.type(":repositories")
    console.press(.enter)
    try await console.until(screenSays: "built-in")
    console.type("n")
    console.type("extra")
    console.press(.enter)
    console.type("file:///nowhere")
    for _ in 0..<6 { console.press(.enter) }
    try await console.until(screenSays: "Add repository extra on standalone")
    console.type("a")
    try await console.until(screenSays: "the cluster has taken it")
    console.press(.escape)
    try await console.until("listed it") { console in
      console.screen.split(separator: "\n").contains { $0.dropFirst().hasPrefix("extra ") }
    }
    let made = try await console.cluster.get(dialect.repositories, "extra")
    #expect(made.spec[dialect.name == .installPlan ? "url" : "image"] == "file:///nowhere")

    console.press(.end)
    console.type("X")
    try await console.until(screenSays: "- Repository extra")
    console.type("a")
    try await console.until(screenSays: "Delete repository extra: the cluster has taken it")
    try await eventually("the repository stayed") {
      try await console.cluster.list(dialect.repositories).allSatisfy { $0.name != "extra" }
    }
  }

  @Test func whatAnExtensionServesAndHasInsideIsShown() async throws {
    let console = try await opened()
    try await console.install("dashboards", "1.0.0", filter: "dashboards")
    console.press(.enter)
    console.type("8")
    try await console.until(screenSays: "APIService   dashboards.meadow")
    console.type("6")
    try await console.until(screenSays: "What its installer may do")
    console.type("2")
    console.press(.home)
    console.type("=")
    try await console.until(screenSays: "has otherwise than")
    try await console.until("compared them") { !$0.screen.contains("Reading both packages") }
  }
}
