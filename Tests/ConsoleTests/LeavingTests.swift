import Client
import Extensions
import KubernetesAPI
import Platform
import Terminal
import Testing

@testable import Console

/// What becomes of a write that is being sent when the user leaves.
@Suite struct LeavingTests {
  private func tester() -> (ConsoleTester, Plan?) {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("D", "grafana")
    tester.type("a")
    let plan = tester.asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }.first
    return (tester, plan)
  }

  @Test func leavingWaitsForTheAnswerToAWriteThatIsBeingSent() throws {
    var (tester, plan) = tester()
    #expect(tester.screen.contains("Being sent …"))
    tester.press(.control("c"))

    #expect(!tester.app.isFinished)
    #expect(tester.screen.contains("grafana: disable is being sent"))
    #expect(tester.screen.contains("q again leaves now, esc stays"))
    tester.hear(.applied(try #require(plan), failure: nil))
    #expect(tester.app.isFinished)
  }

  @Test func askingAgainLeavesAtOnceAndStopsTheWrite() {
    var (tester, _) = tester()
    tester.press(.control("c"))
    tester.type("q")

    #expect(tester.app.isFinished)
    #expect(tester.asked.contains(.stop(.change(of: "grafana"))))
    // What came of it is not known, which is told on the way out.
    #expect(tester.app.unanswered == ["grafana"])
  }

  @Test func aRefusalEndsTheLeavingAndIsShown() throws {
    var (tester, plan) = tester()
    tester.press(.control("c"))
    let status = Status(code: 403, reason: "Forbidden", message: "no role for installplans")
    tester.hear(.applied(try #require(plan), failure: .refused(status)))

    #expect(!tester.app.isFinished)
    #expect(tester.screen.contains("no role for installplans"))
    #expect(!tester.screen.contains("again leaves now"))
  }

  @Test func aDroppedLineLeavesTheWriteGoingOn() {
    var (tester, _) = tester()
    tester.press(.closed)

    #expect(tester.app.isFinished)
    #expect(!tester.asked.contains(.stop(.change(of: "grafana"))))
    #expect(Effect(.apply(.sampleDisable)).onExit == .finish(within: .seconds(5)))
  }

  @Test func whatIsBeingSentIsNotSentASecondTime() {
    var (tester, _) = tester()
    tester.press(.escape)
    tester.offerAfter("D", "grafana")
    tester.type("a")

    #expect(tester.changes == [])
    #expect(tester.screen.contains("Being sent …"))
  }

  @Test func anotherChangeOfTheSameObjectWaitsForTheFirst() {
    var (tester, _) = tester()
    tester.press(.escape)
    tester.offerAfter("U", "grafana")
    tester.type("a")

    #expect(tester.changes == [])
    #expect(tester.status == "grafana: disable is still being sent.")
  }

  @Test func aConflictIsSettledThoughThePlanWasClosed() {
    var (tester, _) = tester()
    tester.refuseAsOutdated()
    tester.press(.escape)
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 1\n", resourceVersion: "8"))))

    #expect(tester.changes == [.disable])
  }

  @Test func beingSentAndAcceptedAreTwoWords() throws {
    var (tester, plan) = tester()
    #expect(tester.status == "grafana: disable is being sent …")
    tester.hear(.applied(try #require(plan), failure: nil))

    #expect(tester.status == "grafana: disable was accepted.")
  }

  @Test(arguments: ["?", "m", "\r", "D", "b"])
  func qClosesWhatIsOnTopAndLeavesFromTheMarketplaceOnly(key: Character) {
    var tester = ConsoleTester.atMarket()
    // An older version, for the key that goes back.
    tester.hear(.extensions(.applied(.sample("grafana", "Grafana", versions: ["0.9.0", "1.0.0", "1.1.0"]))))
    let before = tester.screen
    tester.press(key == "\r" ? .enter : .character(key))
    tester.offer("grafana", "0.9.0", "1.0.0", "1.1.0")
    #expect(tester.screen != before)
    tester.type("q")

    #expect(!tester.app.isFinished)
    #expect(tester.lines[1].contains("VIEW"))
    tester.type("q")
    #expect(tester.app.isFinished)
  }
}

extension Plan {
  /// Disables grafana.
  static let sampleDisable = Plan.make(
    .disable, for: "grafana",
    in: PlanContext(
      capabilities: Capabilities(assuming: .installPlan), cluster: "museum", extensions: [:],
      installations: Installations([.sample("grafana", version: "1.0.0")]), versions: [:]))
}
