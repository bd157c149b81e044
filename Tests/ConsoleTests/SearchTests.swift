import Client
import Extensions
import HTTP
import KubernetesAPI
import Platform
import Terminal
import Testing

@testable import Console
@testable import Operations

/// `/` finds text wherever text is read, and what does not fit is scrolled to.
@Suite struct SearchTests {
  @Test func aTextIsFoundInAPlanAndTheKeysOfTheSearchComeBeforeThoseOfThePlan() {
    var tester = ConsoleTester.atMarket(80, 14)
    tester.offerAfter("U", "grafana")
    tester.type("/kubectl")
    #expect(tester.lines.last { $0.contains("/kubectl") } != nil)
    tester.press(.enter)
    #expect(tester.status == "kubectl: 1/2")

    tester.type("n")
    #expect(tester.status == "kubectl: 2/2")
    #expect(tester.screen.contains("Upgrade to 1.1.0: grafana on museum"))
    tester.press(.escape)
    #expect(tester.screen.contains("Upgrade to 1.1.0: grafana on museum"))
    tester.type("n")
    #expect(!tester.screen.contains("Upgrade to 1.1.0: grafana on museum"))
  }

  @Test func aPlanThatIsSoughtInIsStillAppliedByItsKey() {
    var tester = ConsoleTester.atMarket()
    tester.offerAfter("U", "grafana")
    tester.type("/a")
    #expect(tester.changes == [])
    tester.press(.enter)
    tester.type("a")

    #expect(tester.changes == [.upgrade(to: "1.1.0")])
  }

  @Test func aTextIsFoundInAPlanForSeveral() {
    var tester = ConsoleTester.atMarket()
    tester.type("*D/grafana")
    tester.press(.enter)

    #expect(tester.status.hasPrefix("grafana: 1/"))
  }

  @Test func aKeyIsFoundOnTheConfigPage() {
    var tester = ConsoleTester.atMarket()
    let text = (1...40).map { "key\($0): \($0)\n" }.joined()
    tester.hear(.installations(.replaced([.sample("grafana", version: "1.0.0", config: text)])))
    tester.press(.enter)
    tester.type("4")
    #expect(!tester.screen.contains("key37"))
    tester.type("/key37")
    tester.press(.enter)
    #expect(tester.screen.contains(">key37: 37"))
    #expect(tester.status == "key37: 1/1")

    tester.type("n")
    tester.press(.escape)
    #expect(tester.screen.contains(">key37: 37"))
    tester.press(.escape)
    #expect(!tester.screen.contains("key37"))
  }

  @Test func whyNotTheOthersIsFoundOnThePageOfARule() {
    var tester = ConsoleTester.atMarket(120, 24)
    tester.type(":gateway")
    tester.press(.enter)
    tester.answer(.serving(of: nil), .serving(NewScreensTests.served))
    tester.press(.enter)
    tester.type("/weather")
    tester.press(.enter)
    #expect(tester.status.hasPrefix("weather: 1/"))

    tester.press(.escape)
    #expect(tester.lines[0].contains("Which rule"))
    tester.type("g")
    #expect(tester.status.hasPrefix("Path: "))
  }

  @Test func whatTheDoctorSaysOfAFindingIsScrolled() {
    var tester = ConsoleTester.atMarket(60, 12)
    tester.press(.enter)
    tester.type(":doctor")
    tester.press(.enter)
    let long = (1...9).map { "word\($0) " + String(repeating: "x", count: 40) }.joined(separator: " ")
    let finding = Finding(
      cause: .upgradeFailed, subject: "grafana", sentence: "its hook failed",
      evidence: [.init("Pod shell", "status", long)], certainty: .certain, remedies: [])
    tester.answer(.examination(of: "grafana"), .examination(Examination(findings: [finding], gaps: [], count: 1)))
    #expect(tester.screen.contains("more"))
    #expect(!tester.screen.contains("word9"))

    tester.press(.tab, .end)
    #expect(tester.screen.contains("word9"), "\(tester.screen)")
    tester.press(.escape)
    #expect(tester.lines[0].contains("Doctor"))
  }

  @Test func thePreviewSaysThatMoreIsBelowAndIsScrolled() {
    var tester = ConsoleTester.atMarket(120, 13)
    let title = "Grafana" + String(repeating: " of many words", count: 12)
    tester.hear(.extensions(.applied(.sample("grafana", title, versions: ["1.0.0", "1.1.0"]))))
    #expect(tester.screen.contains(" more"), "\(tester.screen)")
    #expect(!tester.screen.contains("Provider"))

    tester.press(.right)
    #expect(tester.screen.contains("║"))
    tester.press(.end)
    #expect(tester.screen.contains("Provider"))
    tester.press(.down)
    #expect(tester.screen.contains(">Grafana") || tester.screen.contains("·Grafana"))

    tester.press(.left, .down)
    #expect(!tester.screen.contains("║"))
    #expect(tester.screen.contains(">Jenkins"))
  }
}
