import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Platform
import Terminal
import Testing

@testable import Console

@Suite struct LinkTests {
  var tester = ConsoleTester.atMarket()

  @Test mutating func aLostConnectionLeavesTheScreenMarkedStaleWithItsAge() throws {
    let before = tester.lines[1...5]
    tester.lose()
    #expect(tester.lines[1...5] == before)
    #expect(tester.lines[0].contains("stale · R retries"))
    #expect(tester.status.contains("cannot be reached"))

    let wakeUp = try #require(tester.app.nextWakeUp)
    #expect(wakeUp - tester.now == 10)
    tester.now = wakeUp + 5
    tester.hear(.time)
    #expect(tester.lines[0].contains("stale 10 s"))
  }

  @Test(arguments: [-30.0, 30.0])
  mutating func theAgeOfALostConnectionIsNotThatOfTheClockOnTheWall(years: Double) {
    tester.now = ClockReading(1_000_000, wall: 1_700_000_000)
    tester.lose()
    tester.now = ClockReading(1_000_012, wall: 1_700_000_012 + years * 365 * 86400)
    tester.hear(.time)

    #expect(tester.lines[0].contains("stale 10 s · R retries"))
  }

  @Test mutating func itRecoversWithoutAKeyAndWakesUpForNothingThen() {
    tester.lose()
    tester.hear(.extensions(.resumed))

    #expect(tester.lines[0].hasSuffix("live"))
    #expect(tester.app.nextWakeUp == nil)
  }

  @Test(arguments: [401, 403])
  mutating func aClusterThatDoesNotLetThisPersonInSaysSoInABanner(code: Int) {
    tester.hear(.installations(.interrupted(.refused(Status(code: code, message: "no")), delay: .seconds(30))))

    #expect(tester.lines[1].contains("(\(code))"))
    #expect(tester.lines[3].contains("VIEW"))
  }

  @Test func aRefusalIsNotTakenForALostConnection() {
    var tester = ConsoleTester(80, 10)
    tester.hear(.installations(.interrupted(.refused(Status(code: 403, message: "no")), delay: .seconds(30))))

    #expect(tester.lines[0].contains("refused · R retries"))
    #expect(!tester.lines[0].contains("no connection"))
  }

  @Test mutating func theDialectIsAskedForWhenItIsNotKnown() {
    let session = Session(ClusterSession(.init(cluster: "museum", server: "m"), cluster: Cluster(transport: Silence())))
    var app = App(session, settings: .standard, now: ClockReading(0))
    #expect(app.handle(.opened, at: ClockReading(0)).map(\.request) == [.recall, .connect])

    let works = app.handle(.connected(Capabilities(assuming: .subscription)), at: ClockReading(1)).map(\.request)
    #expect(works.contains(.watch(.extensions(language: "en"), .subscription)))
    #expect(works.count == 4)
    #expect(works.last == .ask(Rights.questions(in: .subscription), ignoresCache: false))
  }

  @Test mutating func aClusterWithoutExtensionsSaysSo() {
    var tester = ConsoleTester(80, 10)
    tester.hear(.unconnected(.absent, delay: .seconds(30)))

    #expect(tester.screen.contains("This cluster has no KubeSphere extensions"))
  }

  private func atTwoWays(_ columns: Int = 80) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns)
    tester.app.state.session.isComparable = true
    tester.goes(way: .kubernetes)
    return tester
  }

  @Test(arguments: [80, 120])
  func theHeaderSaysWhichOfTwoWaysIsInUse(columns: Int) {
    var tester = atTwoWays(columns)
    #expect(tester.lines[0].contains("museum › Extensions"))

    tester.goes(way: .gateway, reason: "k8s cannot be reached")

    #expect(tester.lines[0].contains(columns < 110 ? "via gateway · " : "via gateway: k8s cannot be reached · "))
    #expect(tester.said == "The gateway is used now: k8s cannot be reached.")
    #expect(tester.status == "")
  }

  @Test func theWayThatIsPreferredIsLookedAtAgainAndAgain() throws {
    var tester = atTwoWays()
    #expect(tester.app.nextWakeUp == nil)
    tester.goes(way: .gateway, reason: "down")

    for _ in 1...2 {
      let wakeUp = try #require(tester.app.nextWakeUp)
      #expect(wakeUp - tester.now == 30)
      tester.now = wakeUp
      tester.hear(.time)
      #expect(tester.asked == [.probeWays])
    }
    tester.goes(way: .kubernetes)

    #expect(tester.app.nextWakeUp == nil)
    #expect(tester.said == "Kubernetes is used again.")
  }

  @Test func theTwoWaysAreComparedWhenSomebodyAsks() {
    var tester = atTwoWays()
    tester.type(":compare ways")
    tester.press(.enter)
    #expect(tester.asked == [.compareWays(.installPlan)])
    #expect(tester.screen.contains("Listing everything by both ways"))

    tester.hear(.compared(Comparison(differences: ["Extension bell has two resource versions: one way is behind"])))
    #expect(tester.screen.contains("Extension bell has two resource versions: one way is behind"))
    #expect(tester.status == "Kubernetes and the gateway differ in 1 object.")

    tester.press(.character("W"))
    #expect(tester.asked == [.compareWays(.installPlan)])
    tester.hear(.compared(Comparison()))
    #expect(tester.screen.contains("Both show the same."))
  }

  @Test func oneWayAloneCannotBeCompared() {
    var tester = ConsoleTester.atMarket()
    tester.press(.character("W"))

    #expect(tester.asked == [])
    #expect(tester.status.contains("two ways to compare"))
  }

  @Test mutating func aLoginThatHasEndedIsInABannerUntilThereIsAnother() {
    let reason: Sentence = "the login has ended; log in again: ksx login --profile lab"
    tester.hear(.installations(.interrupted(.transport(.invalid(reason: reason)), delay: .seconds(30))))
    #expect(tester.lines[1].contains("The login has ended; log in again: ksx login --profile lab."))

    tester.hear(.installations(.resumed))
    #expect(tester.lines[1].contains("VIEW"))
  }

  /// In front of a plan whose verdict is there.
  private func atVerdict() throws -> (ConsoleTester, Plan) {
    var tester = ConsoleTester.atMarket()
    tester.type("D")
    let plan = try #require(tester.dryRunOfPlan)
    tester.offer("grafana", "1.0.0", "1.1.0")
    tester.hear(.dryRunEnded(plan, failure: nil))
    return (tester, plan)
  }

  @Test func whatStandsInTheBannerIsNotSaidAgainInThePlan() throws {
    var (tester, plan) = try atVerdict()
    let error = ClusterError.transport(.invalid(reason: "the login has ended; log in again: ksx login --profile lab"))
    tester.hear(.installations(.interrupted(error, delay: .seconds(30))))
    tester.hear(.dryRunEnded(plan, failure: error))
    tester.hear(.versions(of: "grafana", .interrupted(error, delay: .seconds(30))))

    let screen = tester.screen.replacingText("\n", with: " ")
    let first = screen.rangeOfText("log in again")
    let rest = first.map { String(screen[$0.upperBound...]) } ?? ""
    #expect(first != nil && !rest.containsText("log in again"), "\(tester.screen)")
    #expect(rest.containsText("no connection"), "\(tester.screen)")
  }

  @Test func readingEverythingAgainIsNotSaidForEver() {
    var tester = ConsoleTester.atMarket()
    tester.type("R")
    #expect(tester.status == "Reading everything again …")
    let error = ClusterError.transport(.invalid(reason: "the login has ended; log in again: ksx login --profile lab"))
    tester.hear(.unconnected(.cluster(error), delay: .seconds(30)))

    #expect(!tester.status.contains("Reading everything again"))
  }

  @Test func aVerdictIsAskedForAgainBeforeItIsOld() throws {
    var (tester, plan) = try atVerdict()
    #expect(tester.lines[1].hasSuffix(" ready"))
    tester.now = tester.now + 61
    tester.hear(.time)
    #expect(tester.asked.contains { if case .dryRun = $0 { true } else { false } })
    #expect(tester.lines[1].hasSuffix(" ready 1 min ago"))
    tester.hear(.time)
    #expect(!tester.asked.contains { if case .dryRun = $0 { true } else { false } })

    tester.hear(.dryRunEnded(plan, failure: .transport(.timedOut(seconds: 30))))
    #expect(tester.lines[1].contains("no connection"), "\(tester.screen)")
    #expect(!tester.lines[0].contains("live"))
  }

  @Test func aReadingThatNothingAnswersSaysForHowLong() throws {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.type("0")
    #expect(tester.screen.contains("Reading the events …"))
    #expect(!tester.screen.contains("no answer"))
    let wakeUp = try #require(tester.app.nextWakeUp)
    #expect(wakeUp - tester.now <= 5)
    tester.now = tester.now + 16
    tester.hear(.time)
    #expect(tester.screen.contains("Reading the events … no answer for 15 s"), "\(tester.screen)")

    let failure = ClusterError.transport(.timedOut(seconds: 30))
    tester.answer(
      .events(of: "grafana"), failure: ReadFailure("reading the events: no answer.", cause: failure))
    #expect(!tester.lines[0].contains("live"), "\(tester.screen)")
    #expect(tester.asked.contains(.watch(.installations, .installPlan)))
  }

  @Test func aLossIsSaidOnceWithWhatIsKnownOfItLast() {
    var tester = ConsoleTester.atMarket()
    tester.hear(.extensions(.interrupted(.transport(.interrupted(reason: "transfer closed")), delay: .seconds(1))))
    #expect(tester.said == "The connection to museum broke.")
    tester.lose()
    let error = ClusterError.transport(.unreachable(host: "museum", reason: "connection refused"))
    tester.hear(.unconnected(.cluster(error), delay: .seconds(4)))

    let losses = tester.app.state.messageLog.entries.filter { $0.tone == .error }
    #expect(losses.count == 1)
    #expect(losses.first?.text.contains("museum cannot be reached (connection refused)") == true)
  }

  @Test func whoIsConnectedAgainByTheGatewayIsToldSo() {
    var tester = atTwoWays()
    tester.lose()
    tester.goes(way: .gateway, reason: "k8s cannot be reached")
    tester.hear(.extensions(.resumed))

    #expect(tester.said == "Connected again, by the gateway: k8s cannot be reached.")
  }
}

extension ConsoleTester {
  /// The plan that the server was asked about last.
  fileprivate var dryRunOfPlan: Plan? {
    (asked + errands).compactMap { if case .dryRun(let plan) = $0 { plan } else { nil } }.last
  }

  /// What the messages page says last.
  fileprivate var said: String? { app.state.messageLog.entries.last?.text }

  /// The server stops to answer.
  mutating func lose() {
    let error = ClusterError.transport(.unreachable(host: "museum", reason: "connection refused"))
    hear(.extensions(.interrupted(error, delay: .seconds(4))))
  }
}

@Suite struct RefusalTests {
  @Test func whatAServerSaysThatIsNoClusterIsShownWhole() {
    var tester = ConsoleTester(60, 16)
    let error = ClusterError.unreadable("line 1, column 1: a value is expected")
    tester.hear(.unconnected(.cluster(error), delay: .seconds(4)))

    let text = tester.lines.dropFirst(2).map { String($0.dropFirst(21)).trimmed }.joined(separator: " ")
    #expect(text.contains("Check that the address is that of a Kubernetes API."))
  }
}

extension ConsoleTester {
  /// The transport publishes that another way is in use.
  fileprivate mutating func goes(way: FallbackTransport.Way, reason: String? = nil) {
    var status = app.state.session
    status.way = .init(way: way, reason: reason.map { Sentence(verbatim: $0) })
    hear(.status(status))
  }
}
