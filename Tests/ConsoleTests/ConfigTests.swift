import Client
import Extensions
import Operations
import Packages
import Platform
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
    #expect(tester.screen.contains("s keeps it as a draft, X discards the changes"))
    tester.press(.escape)
    #expect(tester.screen.contains("xreplicas: 1"))
    tester.press(.escape)
    tester.type("s")
    let draft = KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n")
    #expect(tester.asked.contains(.setDraft(of: "grafana", draft)))

    // It is said when it is true.
    #expect(!tester.screen.contains("kept as a draft"))
    tester.hear(.draftKept(of: "grafana"))
    #expect(tester.status == "Your text is kept as a draft of grafana.")

    tester.type("e")
    #expect(tester.screen.contains("xreplicas: 1"))
    #expect(tester.lines[1].contains("Config of grafana 1.0.0 on museum  draft  changed"))
  }

  @Test mutating func leavingCanDiscardWhatWasWritten() {
    tester.type("x")
    tester.press(.escape)
    tester.type("X")
    #expect(tester.asked.contains(.setDraft(of: "grafana", nil)))
    #expect(tester.status == "grafana: your changes were discarded.")
    #expect(!tester.app.layers.contains { $0 is ConfigScreen })
    tester.type("e")
    #expect(!tester.screen.contains("xreplicas"))
  }

  @Test mutating func draftsAreSeenAndThrownAwayByThemselves() {
    tester.press(.escape)
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "token: abc\n", resourceVersion: "8"))))
    tester.hear(
      .recalled(Records(drafts: ["grafana": KeptDraft(text: "token: abd\na: 1\n", base: "token: abc\n")])))
    tester.type("~")
    #expect(tester.screen.contains(">grafana  +2 -1 lines other than the cluster's"))
    #expect(tester.screen.contains("+ token: •••") && tester.screen.contains("+ a: 1"))
    tester.type("x")
    #expect(tester.screen.contains("+ token: abd"))

    tester.type("X")
    #expect(tester.asked == [])
    #expect(tester.status.contains("The same key again discards it"))
    tester.type("X")
    #expect(tester.asked == [.setDraft(of: "grafana", nil)])
    #expect(tester.screen.contains("No config is kept as a draft."))
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
    #expect(tester.asked == [.setDraft(of: "grafana", KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n"))])
  }

  @Test mutating func aDraftIsKeptWhileTyping() throws {
    tester.type("x")
    let due = try #require(tester.app.nextWakeUp)
    tester.now = due
    tester.hear(.time)

    #expect(tester.asked == [.setDraft(of: "grafana", KeptDraft(text: "xreplicas: 1\n", base: "replicas: 1\n"))])
    #expect(tester.app.nextWakeUp == nil)
  }

  @Test mutating func whatAnotherSavedMeanwhileIsPutTogetherWithWhatIsWritten() {
    tester.press(.end, .backspace)
    tester.type("5\nx: 1")
    tester.hear(
      .installations(
        .applied(.sample("grafana", version: "1.0.0", config: "replicas: 9\nlogin: on\n", resourceVersion: "8"))))
    #expect(tester.lines[1].contains("changed in the cluster meanwhile"))
    tester.press(.control("s"))
    #expect(tester.status == "The cluster's config has changed since: put both together first.")
    #expect(tester.screen.contains("> 1/1 both changed this; taken: ?"))
    #expect(tester.screen.contains("theirs replicas: 9") && tester.screen.contains("mine   replicas: 5"))
    tester.press(.enter)
    #expect(tester.status.hasPrefix("1 place waits for a word"))

    tester.type("b")
    #expect(tester.screen.contains("everything is decided: enter takes it"))
    tester.press(.enter, .control("s"))
    #expect(tester.screen.contains("Configure: grafana on museum"))
    tester.type("a")
    // Nothing of ours stands in what is saved, and nothing of theirs is lost.
    #expect(tester.changes == [.configure(config: "replicas: 9\nlogin: on\nreplicas: 5\nx: 1\n")])
  }

  @Test mutating func whatOnlyOneHasChangedIsMergedByItself() {
    tester.press(.escape)
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "a: 1\nb: 2\nc: 3\n", resourceVersion: "8")))
    )
    tester.type("e")
    tester.press(.end, .backspace)
    tester.type("9")
    tester.hear(
      .installations(.applied(.sample("grafana", version: "1.0.0", config: "a: 1\nb: 2\nc: 7\n", resourceVersion: "9")))
    )
    tester.press(.function(5))
    #expect(tester.screen.contains("1/2 changed here; taken: mine"))
    #expect(tester.screen.contains("2/2 changed there; taken: theirs"))
    tester.press(.escape)
    #expect(tester.lines[1].contains("changed in the cluster meanwhile"))

    tester.press(.function(5), .enter, .control("s"))
    tester.type("a")
    #expect(tester.changes == [.configure(config: "a: 9\nb: 2\nc: 7\n")])
  }

  @Test mutating func secretsAreMaskedWhereTwoTextsArePutTogether() {
    tester.type("token: mine\n")
    tester.hear(
      .installations(
        .applied(.sample("grafana", version: "1.0.0", config: "token: theirs\nreplicas: 1\n", resourceVersion: "8"))))
    tester.press(.function(5))
    #expect(tester.screen.contains("token: •••") && !tester.screen.contains("token: theirs"))
    tester.type("x")
    #expect(tester.screen.contains("token: theirs"))
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

  @Test mutating func aTextMayBeEditedByTheUsersOwnEditor() {
    tester.press(.control("o"))
    #expect(tester.app.request == .editOutside("replicas: 1\n", of: "grafana"))
    tester.hear(.edited("grafana", .text("replicas: 7\n")))
    #expect(tester.screen.contains("replicas: 7"))
    tester.hear(.edited("grafana", .refused("What was edited is not taken: line 2: byte 3 is not UTF-8.")))
    #expect(tester.screen.contains("replicas: 7"))
    #expect(tester.status.contains("line 2: byte 3 is not UTF-8"))
  }
}
