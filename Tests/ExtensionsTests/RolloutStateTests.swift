import Manifest
import Platform
import Testing

@testable import Extensions
@testable import Platform

@Suite struct RolloutStateTests {
  @Test func theHashIsTheControllers() {
    #expect(ConfigHash.of("# a comment\nreplicas: 1\n") == "3cc3735848a56662")
    #expect(ConfigHash.of("") == "cbf29ce484222325")
  }

  @Test func trailingBlanksDoNotCount() {
    #expect(ConfigHash.trimmed("a: 1 \t\r\nb: 2\n") == "a: 1\nb: 2\n")
    // What Go's unicode.IsSpace takes.
    #expect(ConfigHash.trimmed("a: 1\u{b}\u{c}\u{85}\u{a0}\u{2003}\u{3000}\nb: 2\u{feff}") == "a: 1\nb: 2\u{feff}")
  }

  private func installation(_ state: String, _ version: String, enabled: Bool = true, config: String = "a: 1")
    -> Installation
  {
    Sample.installation(
      "whizard", "1.1.0", config: "a: 1", enabled: enabled, state: state,
      status: [
        "version": .string(version), "enabled": true, "configHash": .string(ConfigHash.of(config)),
        "conditions": [["message": "helm says no"]],
      ])
  }

  @Test func installedIsDoneOnlyWithTheVersionTheConfigAndTheSwitchAskedFor() {
    #expect(installation("Installed", "1.1.0").rolloutState == .settled)
    #expect(installation("Installed", "1.0.0").rolloutState == .underWay)
    #expect(installation("Installed", "1.1.0", config: "a: 2").rolloutState == .underWay)
    #expect(installation("Installed", "1.1.0", enabled: false).rolloutState == .underWay)
    #expect(installation("Upgrading", "1.1.0").rolloutState == .underWay)
  }

  @Test func anOldFailureIsNotOneOfTheNewVersion() {
    #expect(installation("UpgradeFailed", "1.0.0").rolloutState == .underWay)
    #expect(installation("UpgradeFailed", "1.1.0").rolloutState == .failed("helm says no"))
  }

  @Test func aClusterThatKeepsNoRecordIsTakenAtItsWord() {
    #expect(Sample.installation(state: "installed", dialect: .subscription).isSettled)
  }

  @Test func whereNoVersionIsKeptAnOlderConditionSaysNothingOfANewChange() {
    let before = subscription("1.0.0", "Installed", "Install complete", "10:00:00")

    #expect(subscription("1.1.0", "Installed", "Install complete", "10:00:00").rolloutState(since: before) == .underWay)
    #expect(subscription("1.1.0", "Upgrading", "Install complete", "10:00:00").rolloutState(since: before) == .underWay)
    #expect(subscription("1.1.0", "Installed", "Upgrade complete", "10:00:09").rolloutState(since: before) == .settled)
    #expect(subscription("1.1.0", "UpgradeFailed", "no", "10:00:09").rolloutState(since: before) == .failed("no"))
    #expect(subscription("1.0.0", "Installed", "Install complete", "10:00:00").rolloutState(since: before) == .settled)
  }

  private func subscription(_ version: String, _ state: String, _ message: String, _ time: String) -> Installation {
    let condition: Value = ["message": .string(message), "lastTransitionTime": .string("2026-11-22T\(time)Z")]
    return Sample.installation(
      "whizard", version, state: state, dialect: .subscription, status: ["conditions": [condition]])
  }
}

@Suite struct ShellTests {
  @Test(arguments: [
    ("plain-1.0_@%+=:,./", "plain-1.0_@%+=:,./"), ("", "''"), ("a b", "'a b'"), ("$(x)`y`", "'$(x)`y`'"),
    ("it's", #"'it'\''s'"#), ("'\u{301}x", "''\\''\u{301}x'"), ("a\nb", "'a\nb'"), ("~", "'~'"), ("é", "'é'"),
  ])
  func aWordIsReadBackAsItIs(word: String, quoted: String) {
    #expect(Shell.quoted(word).unicodeScalars.elementsEqual(quoted.unicodeScalars))
  }
}
