import Platform
import TestSupport
import Testing

@testable import Operations

/// What may be done to which cluster, and when.
@Suite struct GuardrailsTests {
  private static let production = Guardrails.Scope(context: "prod-east", server: "https://10.0.0.1:6443")
  /// A Thursday.
  private static let evening = Timestamp(secondsSince1970: Timestamp.seconds("2026-11-26T20:14:00Z") ?? 0)

  private func guardrails(_ yaml: String) -> Guardrails {
    var guardrails = Guardrails()
    guardrails.rules = Guardrails.rules(in: "theme: dark\nguardrails:\n" + yaml, "f")
    return guardrails
  }

  private func refusal(
    _ yaml: String, _ verbs: [String] = ["upgrade"], _ names: [String] = ["a"], at place: Guardrails.Scope = production
  ) -> String? {
    guardrails(yaml).refusal(of: IntendedAction(verbs, names: names), at: place, now: Self.evening)?.english
  }

  @Test(arguments: [
    ("- read-only: true", "prod-east is read-only (f)"),
    ("- {contexts: [\"prod-*\"], deny: [upgrade]}", "upgrade is denied in prod-east (f)"),
    ("- {contexts: dev, deny: [upgrade]}", nil),
    // Another name for the same server is no way around.
    ("- {contexts: dev, servers: \"https://10.*\", deny: [upgrade]}", "upgrade is denied in prod-east (f)"),
    ("- deny: [uninstall]", nil),
    ("- at-most: 1", nil),
    (
      "- windows: [{days: mon-fri, from: \"09:00\", to: \"17:00\", zone: UTC}]",
      "changes of prod-east are made mon, tue, wed, thu, fri 09:00–17:00 UTC only (f), and now it is thu 20:14 there"
    ),
    ("- windows: [{days: thu, from: \"20:00\", to: \"21:00\", zone: UTC}]", nil),
    ("- windows: [{days: [wed], from: \"22:00\", to: \"20:15\", zone: UTC}]", nil),
    (
      "- windows: [{from: \"22:00\", to: \"20:14\", zone: UTC}]",
      "changes of prod-east are made daily 22:00–20:14 UTC only (f), and now it is thu 20:14 there"
    ),
    (
      "- windows: [{days: fri-mon, zone: UTC}]",
      "changes of prod-east are made mon, fri, sat, sun 00:00–00:00 UTC only (f), and now it is thu 20:14 there"
    ),
  ])
  func aRuleSaysNoAndWhy(yaml: String, sentence: String?) {
    #expect(refusal(yaml) == sentence)
  }

  @Test(arguments: ["Guardrails", "guardrail", "guard-rails", "guardrials"])
  func aMisspeltNameDoesNotTakeTheGuardAway(key: String) {
    var guardrails = Guardrails()
    guardrails.rules = Guardrails.rules(in: "theme: dark\n\(key): [{deny: [enable]}]\n", "f")

    let refusal = guardrails.refusal(
      of: IntendedAction(["enable"], names: ["a"]), at: Self.production, now: Self.evening)?
      .english

    #expect(refusal?.contains("guardrails are meant") == true, "\(refusal ?? "")")
    #expect(Guardrails.rules(in: "theme: dark\nkeymap: vi\n", "f").isEmpty)
  }

  @Test func moreObjectsThanAreLetAreTooMany() {
    #expect(
      refusal("- at-most: 2", ["upgrade"], ["a", "b", "c"])
        == "it is about 3 objects, and at most 2 may be changed at once in prod-east (f)")
    #expect(refusal("- at-most: 3", ["upgrade"], ["a", "b", "c"]) == nil)
  }

  @Test func aWordDeniesAllThatBeginsWithItAndWhatACommandDoesInTheEnd() {
    #expect(refusal("- deny: safe-mode", ["safe-mode on"])?.hasPrefix("safe-mode on is denied") == true)
    #expect(refusal("- deny: [uninstall]", ["apply", "uninstall"])?.hasPrefix("uninstall is denied") == true)
  }

  @Test func whatIsTypedIsSaidByVerb() {
    let rules = guardrails("- typed: [disable]\n- {contexts: x, typed: all}")

    #expect(rules.mustBeTyped(["disable"], at: Self.production))
    #expect(!rules.mustBeTyped(["upgrade"], at: Self.production))
    #expect(rules.mustBeTyped(["upgrade"], at: .init(context: "x", server: "")))
  }

  @Test(arguments: [
    (
      "- denny: [x]",
      "line 3, column 3: there is no setting denny; there are contexts, servers, read-only, deny, typed, at-most, windows"
    ),
    ("- deny: [upgrad]", "line 3, column 9: upgrad changes nothing that ksx knows of; did you mean upgrade?"),
    ("- windows: [{from: 9}]", "line 3, column 20: a time is such as \"09:30\", not 9"),
    (
      "- windows: [{zone: Nowhere/Town}]", "line 3, column 20: the time zone Nowhere/Town is not known on this computer"
    ),
    (
      "- {deny: [uninstall], deny: [enable]}",
      "line 3, column 23: the key deny comes twice: line 3 has it too, and the last counts"
    ),
    (
      "- deny: [uninstall]\nguardrails: []",
      "line 4, column 1: the key guardrails comes twice: line 2 has it too, and the last counts"
    ),
    (
      "---\nguardrails: [{read-only: true}]",
      "line 4, column 1: only the first document is read: there is one file for all settings"
    ), ("- contexts: ~", "line 3, column 13: this is a text, or a list of texts"),
    ("- at-most: 0", "line 3, column 12: at-most is a number"), ("  x: 1", "line 3, column 3: guardrails are a list"),
  ])
  func aFileThatCannotBeUnderstoodLetsNothingBeChanged(yaml: String, problem: String) {
    #expect(refusal(yaml) == "f cannot be understood, and so nothing is changed: \(problem)")
    #expect(guardrails(yaml).isReadOnly(Self.production))
  }

  @Test func bothFilesHoldAndTheUsersTakesNothingAway() throws {
    let folder = TemporaryFolder()
    let (root, user) = (folder.path + "/root.yaml", folder.path + "/user.yaml")
    try Files.write(Array("guardrails: [{deny: [uninstall]}]".utf8), to: root)
    try Files.write(Array("guardrails: [{deny: []}, {at-most: 1}]".utf8), to: user)
    let both = Guardrails.load(root: root, user: user)

    #expect(both.rules.count == 3)
    #expect(
      both.refusal(of: IntendedAction(["uninstall"]), at: Self.production, now: Self.evening)?.english.contains(root)
        == true)
    #expect(Guardrails.load(root: folder.path + "/none", user: folder.path + "/none").rules.isEmpty)
    #expect(Guardrails.load(root: folder.path, user: folder.path + "/none").isReadOnly(Self.production))
  }

  @Test(arguments: [
    ("*", "", true), ("a*c", "abbc", true), ("a*c", "abbd", false), ("a?c", "abc", true), ("a*b*c", "a1b2b3c", true),
    ("", "a", false), ("prod-*", "prod", false), ("**x", "yx", true),
  ])
  func aStarStandsForAnythingAndAQuestionMarkForOne(pattern: String, text: String, matches: Bool) {
    #expect(Wildcard.matches(pattern, text) == matches)
  }
}
