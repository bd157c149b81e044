import Client
import Extensions
import Terminal
import Testing

@testable import Console

/// The config in the editor: what is written is never lost, and never sent unseen.
@Suite struct ConfigTests {
  var sitting = Sitting.atMarket()

  init() {
    sitting.offerAfter("e", "grafana")
  }

  @Test mutating func savingShowsThePlanWithTheDifference() {
    sitting.press(.end, .backspace)
    sitting.type("3")
    sitting.press(.control("s"))

    #expect(sitting.screen.contains("Configure: grafana on museum"))
    #expect(sitting.screen.contains("+   replicas: 3"))
    sitting.type("y")
    #expect(sitting.changes == [.configure(config: "replicas: 3\n")])
  }

  @Test mutating func whatIsNoYAMLIsRefusedAtItsPlace() {
    sitting.press(.end, .enter)
    sitting.type("  image: [")
    sitting.press(.control("s"))

    #expect(sitting.status.hasPrefix("This is no YAML: line "))
    #expect(sitting.status.contains("column"))
    #expect(sitting.screen.contains("image: ["))
    #expect(sitting.changes == [])
  }

  @Test mutating func cancellingThePlanReturnsToTheText() {
    sitting.type("# more\n")
    sitting.press(.control("s"), .escape)

    #expect(sitting.screen.contains("Config of grafana"))
    #expect(sitting.screen.contains("# more"))
  }

  @Test mutating func leavingAsksAndKeepsADraftThatIsOfferedAgain() {
    sitting.type("x")
    sitting.press(.escape)
    #expect(sitting.status.hasPrefix("Your changes are not saved."))
    sitting.press(.escape)
    let draft = KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n")
    #expect(sitting.asked.contains(.keepDraft(of: "grafana", draft)))

    // It is said when it is true.
    #expect(!sitting.screen.contains("kept as a draft"))
    sitting.hear(.draftKept(of: "grafana"))
    #expect(sitting.status == "Your text is kept as a draft of grafana.")

    sitting.type("e")
    #expect(sitting.screen.contains("xreplicas: 1"))
  }

  @Test mutating func aDraftIsKeptHoweverFastTheKeysFollowEachOther() {
    var drafts = 0
    for _ in 0..<30 {
      sitting.now = sitting.now + 1
      sitting.type("x")
      guard let due = sitting.app.nextWakeUp, due <= sitting.now + 0.5 else { continue }
      sitting.now = max(due, sitting.now)
      sitting.hear(.time)
      drafts += sitting.asked.count
    }

    #expect(drafts == 2)
  }

  @Test mutating func aDroppedLineKeepsTheText() {
    sitting.type("x")
    sitting.press(.closed)

    #expect(sitting.app.isFinished)
    #expect(sitting.asked == [.keepDraft(of: "grafana", KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n"))])
  }

  @Test mutating func aDraftIsKeptWhileTyping() throws {
    sitting.type("x")
    let due = try #require(sitting.app.nextWakeUp)
    sitting.now = due
    sitting.hear(.time)

    #expect(sitting.asked == [.keepDraft(of: "grafana", KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n"))])
    #expect(sitting.app.nextWakeUp == nil)
  }

  @Test mutating func whatSomebodyElseSavedMeanwhileIsShownBeforeItIsOverwritten() {
    sitting.type("x: 1\n")
    sitting.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 9\n", resourceVersion: "8"))))
    #expect(sitting.screen.contains("changed in the cluster meanwhile"))
    sitting.press(.control("s"))
    #expect(sitting.status.hasPrefix("The cluster's config has changed since."))

    sitting.press(.function(5))
    #expect(sitting.screen.contains("# replicas: 9"))
    #expect(sitting.screen.contains("x: 1"))
    sitting.press(.control("s"))
    #expect(sitting.screen.contains("Configure: grafana"))
  }

  @Test mutating func aConflictKeepsTheText() {
    sitting.type("x: 1\n")
    sitting.press(.control("s"))
    sitting.type("y")
    sitting.refuseAsOutdated()
    #expect(sitting.screen.contains("Being sent …"))
    sitting.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "replicas: 9\n", resourceVersion: "8"))))
    #expect(sitting.status == "Another writer changed grafana first. Look again; nothing was changed by you.")
    #expect(sitting.changes == [])
    sitting.press(.escape)

    #expect(sitting.screen.contains("x: 1"))
    #expect(sitting.screen.contains("changed in the cluster meanwhile"))
  }
}
