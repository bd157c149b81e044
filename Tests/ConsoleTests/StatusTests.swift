import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Terminal
import Testing

@testable import Console

/// What the status line says, and for how long.
@Suite struct StatusTests {
  @Test func anAnswerGoesWithTheNextKey() {
    var tester = ConsoleTester.atMarket()
    tester.type("i")
    #expect(tester.status.hasPrefix("Cannot install: grafana is already there"))

    tester.type("D")
    #expect(tester.status == "")
    tester.type("qm")
    #expect(tester.screen.contains("Cannot install: grafana is already there"))
  }

  @Test func theEndOfAnOperationStaysUntilItWasSeenWithItsAge() throws {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    tester.hear(.installations(.applied(.sample("grafana", version: "1.1.0", resourceVersion: "9"))))
    tester.type("jk")
    #expect(tester.status == "grafana: upgraded to 1.1.0.")

    tester.now = try #require(tester.app.nextWakeUp)
    tester.hear(.time)
    #expect(tester.status == "grafana: upgraded to 1.1.0. (1 min ago)")
    tester.type("j")
    #expect(tester.status == "")
    #expect(tester.app.nextWakeUp == nil)
  }

  @Test func whatWasSaidOfAnExtensionGoesWhenOthersHaveUninstalledIt() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    let fresh = Installation.sample("grafana", version: "1.1.0", resourceVersion: "9")
    tester.hear(.installations(.applied(fresh)))
    #expect(tester.status == "grafana: upgraded to 1.1.0.")
    tester.hear(.installations(.deleted(fresh)))

    #expect(tester.status == "")
  }

  @Test func aRetryThatFailsDoesNotWipeTheAnswerToAKey() {
    var tester = ConsoleTester.atMarket()
    tester.lose()
    tester.type("jD")
    #expect(tester.status == "Cannot disable: jenkins is not installed; i installs it.")
    tester.lose()

    #expect(tester.status == "Cannot disable: jenkins is not installed; i installs it.")
    tester.type("k")
    #expect(tester.status.contains("cannot be reached"))
    #expect(tester.app.state.messageLog.entries.filter { $0.text.contains("cannot be reached") }.count == 1)
  }

  @Test func aLongReasonIsNotCut() {
    var tester = ConsoleTester.atMarket()
    tester.upgradeGrafana()
    let reason =
      "the cluster does not serve TrafficPolicy of mesh.meadow.example, which the chart of this version needs"
    tester.hear(
      .installations(
        .applied(
          .sample("grafana", version: "1.1.0", state: "UpgradeFailed", message: reason, resourceVersion: "9"))))

    #expect(tester.status.hasSuffix(reason))
    #expect(tester.lines.last?.contains(": more") == true)
  }

  @Test func keysThatBeginASequenceShowWhatCanFollow() {
    var tester = ConsoleTester.atMarket()
    tester.type("g")
    #expect(tester.lines.last == " g …  g first  o operations  d doctor  r repositories  w gateway  c contexts")

    tester.press(.escape)
    #expect(tester.lines.last?.contains(": more") == true)
  }
}
