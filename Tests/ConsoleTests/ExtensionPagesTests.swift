import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform
import Terminal
import Testing

@testable import Console
@testable import Operations

/// The pages of an extension, and what their keys lead to.
@Suite struct ExtensionPagesTests {
  private func onVersions(_ columns: Int = 80, _ rows: Int = 24) -> ConsoleTester {
    var tester = ConsoleTester.atMarket(columns, rows)
    tester.press(.enter)
    tester.offer("grafana", "0.9.0", "1.0.0", "1.1.0")
    tester.type("2")
    return tester
  }

  @Test func aBackendWithoutClustersIsSaidOnThePageOfAgents() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.type("9")
    tester.answer(.clusters, .clusters([]))

    #expect(tester.screen.contains("No agents here: this backend has no clusters."), "\(tester.screen)")
  }

  @Test func everyPageHasADigit() {
    var tester = ConsoleTester.atMarket(200, 24)
    tester.press(.enter)

    for tab in ExtensionTab.allCases {
      tester.type(tab.digit)
      #expect((tester.app.layers.last as? ExtensionScreen)?.tab == tab)
      #expect(tester.lines[2].contains("\(tab.digit) \(tab.title)"))
    }
  }

  @Test func theTabulatorGoesThroughAllPagesAndAround() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    for tab in ExtensionTab.allCases.dropFirst() + [.overview] {
      tester.press(.tab)
      #expect((tester.app.layers.last as? ExtensionScreen)?.tab == tab)
      #expect(tester.lines[2].contains(tab.title))
    }
  }

  @Test func theVersionUnderTheCursorIsWhatTheKeysLeadTo() {
    var tester = onVersions()
    #expect(tester.screen.contains(">1.0.0"))
    tester.press(.up)
    tester.type("U")
    #expect(tester.screen.contains("Upgrade to 1.1.0: grafana on museum"))
    tester.press(.escape, .enter)
    #expect(tester.screen.contains("Upgrade to 1.1.0: grafana on museum"))

    tester.press(.escape, .down, .down)
    tester.type("b")
    #expect(tester.screen.contains("Roll back to 0.9.0: grafana on museum"))
    tester.press(.escape)
    tester.type("U")
    #expect(tester.status.contains("0.9.0 is older than what is wanted: b leads there."))
  }

  @Test func theVersionUnderTheCursorIsInstalled() {
    var tester = ConsoleTester.atMarket()
    tester.type("j")
    tester.press(.enter)
    tester.offer("jenkins", "1.0.0", "2.0.0")
    tester.type("2j")
    tester.type("i")

    #expect(tester.screen.contains("Install 1.0.0: jenkins on museum"))
  }

  @Test func twoMarkedVersionsAreCompared() {
    var tester = onVersions()
    tester.press(.end)
    tester.type(" ")
    tester.press(.home)
    tester.type(" =")

    #expect(tester.screen.contains("grafana: what 1.1.0 has otherwise than 0.9.0"))
    let topic = ReadRequest.Topic.comparison(of: "grafana", from: "0.9.0", to: "1.1.0")
    #expect(tester.reads.contains(topic))
    tester.answer(
      topic, .comparison(ComparedVersions(problem: "The package of grafana 0.9.0 is not at hand: no chart.")))
    #expect(tester.screen.contains("not at hand: no chart."))
  }

  @Test func aVersionThatDoesNotFitSaysWhy() {
    var tester = onVersions(120, 24)
    var version = ExtensionVersion.sample("grafana", "1.1.0")
    version.kubeVersion = ">=1.99.0"
    tester.hear(.versions(of: "grafana", .applied(version)))
    var facts = PlanFacts()
    facts.server.kubernetes = "v1.32.1"
    tester.hear(.facts(facts))
    tester.press(.up)

    #expect(tester.screen.contains("✗"))
    #expect(tester.screen.contains("1.1.0: it needs Kubernetes >=1.99.0; this is v1.32.1"))
  }

  @Test func fromAHundredAndTwentyColumnsOnTwoPagesAreShown() {
    var tester = onVersions(120, 40)

    #expect(tester.screen.contains("State         Installed"))
    #expect(tester.screen.contains("VERSION"))
    tester.type("1")
    #expect(tester.screen.contains("State         Installed"))
    #expect(tester.screen.contains("CHANGE"))
  }

  @Test func aFailedExtensionIsLookedIntoAtOnce() {
    var tester = ChangesTests.afterFailedUpgrade()
    tester.press(.enter)
    let topic = ReadRequest.Topic.examination(of: "grafana")
    #expect(tester.reads.contains(topic))

    tester.answer(topic, .examination(.sample))
    #expect(tester.screen.contains("What is wrong"))
    #expect(tester.screen.contains("helm failed (certain)"))
    tester.press(.enter)
    #expect(tester.lines[0].contains("Doctor"))
  }

  @Test func whatIsInsideIsShownAndWhatReachesFarStandsOut() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.offer("grafana", "1.0.0")
    tester.type("6")
    let topic = ReadRequest.Topic.contents(of: "grafana", version: "1.0.0")
    #expect(tester.reads.contains(topic))
    #expect(tester.screen.contains("Reading the package …"))

    tester.answer(topic, failure: ReadFailure("You may not read it.", isForbidden: true))
    #expect(tester.screen.contains("You may not read it."))
  }

  @Test func theEventsSayThatThereAreNone() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.type("0")
    #expect(tester.screen.contains("Reading the events …"))

    tester.answer(.events(of: "grafana"), .events([]))
    #expect(tester.screen.contains("No events:"))
  }

  @Test func whatIsReadAgainStaysOnTheScreenMeanwhile() {
    var tester = ConsoleTester.atMarket()
    tester.press(.enter)
    tester.type("0")
    let object = Object(
      .events, name: "e", namespace: "n",
      [
        "reason": "Pulled", "message": "image pulled", "lastTimestamp": "2026-01-01T00:00:00Z",
        "involvedObject": ["kind": "Pod", "name": "grafana-0"],
      ])
    tester.answer(.events(of: "grafana"), .events([EventLine(object)]))
    #expect(tester.screen.contains("image pulled"))

    tester.hear(.installations(.applied(.sample("grafana", version: "1.0.0", resourceVersion: "8"))))
    #expect(tester.reads.contains(.events(of: "grafana")))
    #expect(tester.screen.contains("image pulled"))
    tester.answer(.events(of: "grafana"), failure: ReadFailure("The line is down."))
    #expect(tester.screen.contains("Not read again: The line is down."))
    #expect(tester.screen.contains("image pulled"))
  }
}

extension ConsoleTester {
  /// What was asked to be read by the last keys or message.
  var reads: [ReadRequest.Topic] {
    (asked + errands).compactMap { if case .read(let reading) = $0 { reading.topic } else { nil } }
  }

  /// Answers the reading of `topic` that is under way.
  mutating func answer(_ topic: ReadRequest.Topic, _ facts: ReadResult) { answer(topic, .success(facts)) }

  mutating func answer(_ topic: ReadRequest.Topic, failure: ReadFailure) { answer(topic, .failure(failure)) }

  private mutating func answer(_ topic: ReadRequest.Topic, _ answer: Result<ReadResult, ReadFailure>) {
    for case .reading(let reading) in app.subscriptions where reading.topic == topic {
      hear(.read(reading, answer))
    }
  }
}

extension Examination {
  /// One failure of grafana, with a remedy of one request.
  static var sample: Examination {
    let body: Value = ["status": ["configHash": ""]]
    let request = RemedyRequest(
      resource: Dialect.installPlan.installations, namespace: nil, name: "grafana", action: .merge(body))
    let finding = Finding(
      cause: .upgradeFailed, subject: "grafana", sentence: "helm failed",
      evidence: [.init("InstallPlan grafana", "status.state", "UpgradeFailed")], certainty: .certain,
      remedies: [Remedy("retry", [.send(request)], cost: "helm runs once more")])
    return Examination(findings: [finding], gaps: [], count: 1)
  }
}
