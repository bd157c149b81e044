import Manifest
import Testing

@testable import Extensions
@testable import Platform

@Suite struct ReleaseMemoryTests {
  private func entry(_ version: String, _ config: String = "", _ time: String = "t") -> ReleaseMemory.Entry {
    ReleaseMemory.Entry(version: version, config: config, time: time, what: "upgrade")
  }

  @Test func aRollbackGoesToWhatWasThereBefore() {
    var memory = ReleaseMemory(cluster: "https://a", extension: "whizard")
    memory.remember(entry("1.0.0", "a: 1"))
    memory.remember(entry("1.1.0", "a: 2"))
    let now = Sample.installation("whizard", "1.1.0", config: "a: 2")

    #expect(memory.target(from: now) == entry("1.0.0", "a: 1"))
    #expect(memory.target(from: now, version: "1.1.0") == entry("1.1.0", "a: 2"))
    #expect(memory.target(from: now, version: "0.9.0") == nil)
  }

  @Test func theSameAgainIsRememberedOnce() {
    var memory = ReleaseMemory(cluster: "c", extension: "e")
    memory.remember(entry("1.0.0", "", "monday"))
    memory.remember(entry("1.0.0", "", "tuesday"))

    #expect(memory.entries == [entry("1.0.0", "", "tuesday")])
  }

  @Test func theOldestAreForgotten() {
    var memory = ReleaseMemory(cluster: "c", extension: "e")
    for patch in 0...ReleaseMemory.capacity { memory.remember(entry("1.0.\(patch)")) }

    #expect(memory.entries.count == ReleaseMemory.capacity)
    #expect(memory.entries.first?.version == "1.0.1")
  }

  @Test func itIsReadBackAsItWasWritten() throws {
    var memory = ReleaseMemory(cluster: "https://a", extension: "whizard")
    memory.remember(entry("1.0.0", "# 中文\na: \"1\"\r\n"))

    #expect(try ReleaseMemory(json: memory.json) == memory)
  }

  @Test func aNameThatIsNoFileNameBecomesOne() {
    #expect(ReleaseMemory.fileName(cluster: "https://a/b", extension: "whizard").hasSuffix("-whizard.json"))
    #expect(!ReleaseMemory.fileName(cluster: "c", extension: "../../x").contains("/"))
  }
}

@Suite struct SettlementTests {
  @Test func theHashIsTheControllers() {
    #expect(ConfigHash.of("# a comment\nreplicas: 1\n") == "3cc3735848a56662")
    #expect(ConfigHash.of("") == "cbf29ce484222325")
  }

  @Test func trailingBlanksDoNotCount() {
    #expect(ConfigHash.trimmed("a: 1 \t\r\nb: 2\n") == "a: 1\nb: 2\n")
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
    #expect(installation("Installed", "1.1.0").settlement == .settled)
    #expect(installation("Installed", "1.0.0").settlement == .underWay)
    #expect(installation("Installed", "1.1.0", config: "a: 2").settlement == .underWay)
    #expect(installation("Installed", "1.1.0", enabled: false).settlement == .underWay)
    #expect(installation("Upgrading", "1.1.0").settlement == .underWay)
  }

  @Test func anOldFailureIsNotOneOfTheNewVersion() {
    #expect(installation("UpgradeFailed", "1.0.0").settlement == .underWay)
    #expect(installation("UpgradeFailed", "1.1.0").settlement == .failed("helm says no"))
  }

  @Test func aClusterThatKeepsNoRecordIsTakenAtItsWord() {
    #expect(Sample.installation(state: "installed", dialect: .subscription).isSettled)
  }

  @Test func whereNoVersionIsKeptAnOlderConditionSaysNothingOfANewChange() {
    let before = subscription("1.0.0", "Installed", "Install complete", "10:00:00")

    #expect(subscription("1.1.0", "Installed", "Install complete", "10:00:00").settlement(since: before) == .underWay)
    #expect(subscription("1.1.0", "Upgrading", "Install complete", "10:00:00").settlement(since: before) == .underWay)
    #expect(subscription("1.1.0", "Installed", "Upgrade complete", "10:00:09").settlement(since: before) == .settled)
    #expect(subscription("1.1.0", "UpgradeFailed", "no", "10:00:09").settlement(since: before) == .failed("no"))
    #expect(subscription("1.0.0", "Installed", "Install complete", "10:00:00").settlement(since: before) == .settled)
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
