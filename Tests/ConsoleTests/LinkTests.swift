import Client
import Extensions
import HTTP
import KubernetesAPI
import Terminal
import Testing

@testable import Console

@Suite struct LinkTests {
  var sitting = Sitting.atMarket()

  @Test mutating func aLostConnectionLeavesTheScreenMarkedStaleWithItsAge() throws {
    let before = sitting.lines[1...5]
    sitting.lose()
    #expect(sitting.lines[1...5] == before)
    #expect(sitting.lines[0].contains("stale, retry at"))
    #expect(sitting.status.contains("cannot be reached"))

    let wakeUp = try #require(sitting.app.nextWakeUp)
    #expect(wakeUp - sitting.now == 10)
    sitting.now = wakeUp + 5
    sitting.hear(.time)
    #expect(sitting.lines[0].contains("stale for 10 s"))
  }

  @Test(arguments: [-30.0, 30.0])
  mutating func theAgeOfALostConnectionIsNotThatOfTheClockOnTheWall(years: Double) {
    sitting.now = Moment(1_000_000, wall: 1_700_000_000)
    sitting.lose()
    sitting.now = Moment(1_000_012, wall: 1_700_000_012 + years * 365 * 86400)
    sitting.hear(.time)

    #expect(sitting.lines[0].contains("stale for 10 s, retrying"))
  }

  @Test mutating func itRecoversWithoutAKeyAndWakesUpForNothingThen() {
    sitting.lose()
    sitting.hear(.extensions(.resumed))

    #expect(sitting.lines[0].hasSuffix("connected"))
    #expect(sitting.app.nextWakeUp == nil)
  }

  @Test(arguments: [401, 403])
  mutating func aClusterThatDoesNotLetThisPersonInSaysSoInABanner(code: Int) {
    sitting.hear(.installations(.interrupted(.refused(Status(code: code, message: "no")), delay: .seconds(30))))

    #expect(sitting.lines[1].contains("(\(code))"))
    #expect(sitting.lines[2].contains("CATEGORY"))
  }

  @Test func aRefusalIsNotTakenForALostConnection() {
    var sitting = Sitting(80, 10)
    sitting.hear(.installations(.interrupted(.refused(Status(code: 403, message: "no")), delay: .seconds(30))))

    #expect(sitting.lines[0].contains("refused, retry at"))
    #expect(!sitting.lines[0].contains("no connection"))
  }

  @Test mutating func theDialectIsAskedForWhenItIsNotKnown() {
    let session = Session(.init(cluster: "museum", identity: "m"), cluster: Cluster(transport: Silence()))
    var app = App(session, settings: .standard, now: Moment(0))
    #expect(app.handle(.opened, at: Moment(0)).map(\.request) == [.recall, .connect])

    let works = app.handle(.connected(Capabilities(assuming: .subscription)), at: Moment(1)).map(\.request)
    #expect(works.contains(.watch(.extensions, .subscription)))
    #expect(works.count == 4)
    #expect(works.last == .ask(Rights.questions(in: .subscription), isAfresh: false))
  }

  @Test mutating func aClusterWithoutExtensionsSaysSo() {
    var sitting = Sitting(80, 10)
    sitting.hear(.unconnected(.absent, delay: .seconds(30)))

    #expect(sitting.screen.contains("This cluster has no KubeSphere extensions"))
  }

  private func atTwoWays(_ columns: Int = 80) -> Sitting {
    var sitting = Sitting.atMarket(columns)
    sitting.app.state.session.isComparable = true
    sitting.hear(.way(.init(way: .kubernetes)))
    return sitting
  }

  @Test(arguments: [80, 120])
  func theHeaderSaysWhichOfTwoWaysIsInUse(columns: Int) {
    var sitting = atTwoWays(columns)
    #expect(sitting.lines[0].contains("InstallPlan  Kubernetes"))

    sitting.hear(.way(.init(way: .gateway, reason: "k8s cannot be reached")))

    #expect(sitting.lines[0].contains(columns < 110 ? "via gateway, " : "via gateway: k8s cannot be reached, "))
    #expect(sitting.said == "The gateway is used now: k8s cannot be reached.")
    #expect(sitting.status == "")
  }

  @Test func theWayThatIsPreferredIsLookedAtAgainAndAgain() throws {
    var sitting = atTwoWays()
    #expect(sitting.app.nextWakeUp == nil)
    sitting.hear(.way(.init(way: .gateway, reason: "down")))

    for _ in 1...2 {
      let wakeUp = try #require(sitting.app.nextWakeUp)
      #expect(wakeUp - sitting.now == 30)
      sitting.now = wakeUp
      sitting.hear(.time)
      #expect(sitting.asked == [.probeWays])
    }
    sitting.hear(.way(.init(way: .kubernetes)))

    #expect(sitting.app.nextWakeUp == nil)
    #expect(sitting.said == "Kubernetes is used again.")
  }

  @Test func theTwoWaysAreComparedWhenSomebodyAsks() {
    var sitting = atTwoWays()
    sitting.type(":compare ways")
    sitting.press(.enter)
    #expect(sitting.asked == [.compareWays(.installPlan)])
    #expect(sitting.screen.contains("Listing everything by both ways"))

    sitting.hear(.compared(Comparison(differences: ["Extension bell is shown in two versions"])))
    #expect(sitting.screen.contains("Extension bell is shown in two versions"))
    #expect(sitting.status == "Kubernetes and the gateway differ in 1 object.")

    sitting.press(.character("W"))
    #expect(sitting.asked == [.compareWays(.installPlan)])
    sitting.hear(.compared(Comparison()))
    #expect(sitting.screen.contains("Both show the same."))
  }

  @Test func oneWayAloneCannotBeCompared() {
    var sitting = Sitting.atMarket()
    sitting.press(.character("W"))

    #expect(sitting.asked == [])
    #expect(sitting.status.contains("two ways to compare"))
  }

  @Test mutating func aLoginThatHasEndedIsInABannerUntilThereIsAnother() {
    let reason = "the login has ended; log in again: ksx login --profile lab"
    sitting.hear(.installations(.interrupted(.transport(.invalid(reason: reason)), delay: .seconds(30))))
    #expect(sitting.lines[1].contains("The login has ended; log in again: ksx login --profile lab."))

    sitting.hear(.installations(.resumed))
    #expect(sitting.lines[1].contains("CATEGORY"))
  }

  @Test func whoIsConnectedAgainByTheGatewayIsToldSo() {
    var sitting = atTwoWays()
    sitting.lose()
    sitting.hear(.way(.init(way: .gateway, reason: "k8s cannot be reached")))
    sitting.hear(.extensions(.resumed))

    #expect(sitting.said == "Connected again, by the gateway: k8s cannot be reached.")
  }
}

extension Sitting {
  /// What the messages page says last.
  fileprivate var said: String? { app.state.journal.entries.last?.text }

  /// The server stops to answer.
  mutating func lose() {
    let error = ClusterError.transport(.unreachable(host: "museum", reason: "connection refused"))
    hear(.extensions(.interrupted(error, delay: .seconds(4))))
  }
}

@Suite struct RefusalTests {
  @Test func whatAServerSaysThatIsNoClusterIsShownWhole() {
    var sitting = Sitting(60, 16)
    let error = ClusterError.unreadable("line 1, column 1: a value is expected")
    sitting.hear(.unconnected(.cluster(error), delay: .seconds(4)))

    let text = sitting.lines.dropFirst(2).map { $0.split(separator: "│").last.map(String.init)?.trimmed ?? "" }
      .joined(separator: " ")
    #expect(text.contains("Check that the address is that of a Kubernetes API."))
  }
}
