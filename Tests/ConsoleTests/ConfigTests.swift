import Client
import Extensions
import Terminal
import Testing

@testable import Console

/// The config in the editor: what is written is never lost, and never sent unseen.
@Suite struct ConfigTests {
  var tester = ConsoleTester.atMarket()

  init() {
    tester.offerAfter("e", "grafana")
  }

  @Test mutating func savingShowsThePlanWithTheDifference() {
    tester.press(.end, .backspace)
    tester.type("3")
    tester.press(.control("s"))

    #expect(tester.screen.contains("Configure: grafana on museum"))
    #expect(tester.screen.contains("+   replicas: 3"))
    tester.type("a")
    #expect(tester.changes == [.configure(config: "replicas: 3\n")])
  }

  @Test mutating func whatIsNoYAMLIsRefusedAtItsPlace() {
    tester.press(.end, .enter)
    tester.type("  image: [")
    tester.press(.control("s"))

    #expect(tester.status.hasPrefix("This is not valid YAML: line "))
    #expect(tester.status.contains("column"))
    #expect(tester.screen.contains("image: ["))
    #expect(tester.changes == [])
  }

  @Test mutating func cancellingThePlanReturnsToTheText() {
    tester.type("# more\n")
    tester.press(.control("s"), .escape)

    #expect(tester.screen.contains("Config of grafana"))
    #expect(tester.screen.contains("# more"))
  }

  @Test mutating func leavingAsksAndKeepsADraftThatIsOfferedAgain() {
    tester.type("x")
    tester.press(.escape)
    #expect(tester.status.hasPrefix("Your changes are not saved."))
    tester.press(.escape)
    let draft = KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n")
    #expect(tester.asked.contains(.keepDraft(of: "grafana", draft)))

    // It is said when it is true.
    #expect(!tester.screen.contains("kept as a draft"))
    tester.hear(.draftKept(of: "grafana"))
    #expect(tester.status == "Your text is kept as a draft of grafana.")

    tester.type("e")
    #expect(tester.screen.contains("xreplicas: 1"))
  }

  @Test mutating func aDraftIsKeptHoweverFastTheKeysFollowEachOther() {
    var drafts = 0
    for _ in 0..<30 {
      tester.now = tester.now + 1
      tester.type("x")
      guard let due = tester.app.nextWakeUp, due <= tester.now + 0.5 else { continue }
      tester.now = max(due, tester.now)
      tester.hear(.time)
      drafts += tester.asked.count
    }

    #expect(drafts == 2)
  }

  @Test mutating func aDroppedLineKeepsTheText() {
    tester.type("x")
    tester.press(.closed)

    #expect(tester.app.isFinished)
    #expect(tester.asked == [.keepDraft(of: "grafana", KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n"))])
  }

  @Test mutating func aDraftIsKeptWhileTyping() throws {
    tester.type("x")
    let due = try #require(tester.app.nextWakeUp)
    tester.now = due
    tester.hear(.time)

    #expect(tester.asked == [.keepDraft(of: "grafana", KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n"))])
    #expect(tester.app.nextWakeUp == nil)
  }

  @Test mutating func whatSomebodyElseSavedMeanwhileIsShownBeforeItIsOverwritten() {
    tester.type("x: 1\n")
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 9\n", resourceVersion: "8"))))
    #expect(tester.screen.contains("changed in the cluster meanwhile"))
    tester.press(.control("s"))
    #expect(tester.status.hasPrefix("The cluster's config has changed since."))

    tester.press(.function(5))
    #expect(tester.screen.contains("# replicas: 9"))
    #expect(tester.screen.contains("x: 1"))
    tester.press(.control("s"))
    #expect(tester.screen.contains("Configure: grafana"))
    #expect(tester.screen.contains("x: 1"))
    #expect(!tester.screen.contains("What you wrote"))
  }

  @Test mutating func aConflictKeepsTheText() {
    tester.type("x: 1\n")
    tester.press(.control("s"))
    tester.type("a")
    tester.refuseAsOutdated()
    #expect(tester.screen.contains("Being sent …"))
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 9\n", resourceVersion: "8"))))
    #expect(tester.status == "Another writer changed grafana first. Look again; nothing was changed by you.")
    #expect(tester.changes == [])
    tester.press(.escape)

    #expect(tester.screen.contains("x: 1"))
    #expect(tester.screen.contains("changed in the cluster meanwhile"))
  }
}
