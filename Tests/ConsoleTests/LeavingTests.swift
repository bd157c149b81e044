import Client
import Extensions
import KubernetesAPI
import Terminal
import Testing

@testable import Console

/// What becomes of a write that is being sent when the user leaves.
@Suite struct LeavingTests {
  private func sitting() -> (Sitting, Plan?) {
    var sitting = Sitting.atMarket()
    sitting.offerAfter("D", "grafana")
    sitting.type("y")
    let plan = sitting.asked.compactMap { if case .apply(let plan) = $0 { plan } else { nil } }.first
    return (sitting, plan)
  }

  @Test func leavingWaitsForTheAnswerToAWriteThatIsBeingSent() throws {
    var (sitting, plan) = sitting()
    #expect(sitting.screen.contains("Being sent …"))
    sitting.press(.control("c"))

    #expect(!sitting.app.isFinished)
    #expect(sitting.screen.contains("grafana: disable is being sent"))
    #expect(sitting.screen.contains("q again leaves now, esc stays"))
    sitting.hear(.applied(try #require(plan), failure: nil))
    #expect(sitting.app.isFinished)
  }

  @Test func askingAgainLeavesAtOnceAndStopsTheWrite() {
    var (sitting, _) = sitting()
    sitting.press(.control("c"))
    sitting.type("q")

    #expect(sitting.app.isFinished)
    #expect(sitting.asked.contains(.stop(.change(of: "grafana"))))
  }

  @Test func aRefusalEndsTheLeavingAndIsShown() throws {
    var (sitting, plan) = sitting()
    sitting.press(.control("c"))
    let status = Status(code: 403, reason: "Forbidden", message: "no role for installplans")
    sitting.hear(.applied(try #require(plan), failure: .refused(status)))

    #expect(!sitting.app.isFinished)
    #expect(sitting.screen.contains("no role for installplans"))
    #expect(!sitting.screen.contains("again leaves now"))
  }

  @Test func aDroppedLineLeavesTheWriteGoingOn() {
    var (sitting, _) = sitting()
    sitting.press(.closed)

    #expect(sitting.app.isFinished)
    #expect(!sitting.asked.contains(.stop(.change(of: "grafana"))))
    #expect(Effect(.apply(.sampleDisable)).onExit == .finish(within: .seconds(5)))
  }

  @Test func whatIsBeingSentIsNotSentASecondTime() {
    var (sitting, _) = sitting()
    sitting.press(.escape)
    sitting.offerAfter("D", "grafana")
    sitting.type("y")

    #expect(sitting.changes == [])
    #expect(sitting.screen.contains("Being sent …"))
  }

  @Test func anotherChangeOfTheSameObjectWaitsForTheFirst() {
    var (sitting, _) = sitting()
    sitting.press(.escape)
    sitting.offerAfter("U", "grafana")
    sitting.press(.enter)
    sitting.type("y")

    #expect(sitting.changes == [])
    #expect(sitting.status == "grafana: disable is still being sent.")
  }

  @Test func aConflictIsSettledThoughThePlanWasClosed() {
    var (sitting, _) = sitting()
    sitting.refuseAsOutdated()
    sitting.press(.escape)
    sitting.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 1\n", resourceVersion: "8"))))

    #expect(sitting.changes == [.disable])
  }

  @Test func beingSentAndAcceptedAreTwoWords() throws {
    var (sitting, plan) = sitting()
    #expect(sitting.status == "grafana: disable is being sent …")
    sitting.hear(.applied(try #require(plan), failure: nil))

    #expect(sitting.status == "grafana: disable was accepted.")
  }

  @Test(arguments: ["?", "m", "\r", "D", "b"])
  func qClosesWhatIsOnTopAndLeavesFromTheMarketplaceOnly(key: Character) {
    var sitting = Sitting.atMarket()
    let before = sitting.screen
    sitting.press(key == "\r" ? .enter : .character(key))
    sitting.offer("grafana", "1.0.0", "1.1.0")
    #expect(sitting.screen != before)
    sitting.type("q")

    #expect(!sitting.app.isFinished)
    #expect(sitting.lines[1].contains("CATEGORY"))
    sitting.type("q")
    #expect(sitting.app.isFinished)
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
