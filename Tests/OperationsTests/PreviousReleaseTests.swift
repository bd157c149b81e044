import Extensions
import KubernetesAPI
import Manifest
import Testing

@testable import Operations

/// What ran before a change, as the object itself tells it.
@Suite struct RanBeforeTests {
  private func running(
    _ note: String?, wanted: String = "2.0.0", state: String = "UpgradeFailed", former: String = "",
    states: [(String, String)] = []
  ) -> String {
    var installation = Sample.installation(state, wanted: wanted, tried: wanted)
    installation.notes = ["ksx.dev/changed-by": "ada", "ksx.dev/changed-at": "2026-01-01T10:00:00Z"]
    installation.notes["ksx.dev/ran-before"] = note
    installation.history = states.map { .init(state: InstallationState($0.0), time: $0.1) }
    return ExtensionStatus("whizard", nil, installation, former: former).running
  }

  @Test func itIsKnownWithoutTheHistoryOfThisComputerAndBetterThanThat() {
    #expect(running("1.1.0 before 2.0.0") == "1.1.0")
    #expect(running("1.1.0 before 2.0.0", former: "1.0.0") == "1.1.0")
    #expect(running("1.1.0 before 2.0.0", state: "Upgrading") == "1.1.0")
  }

  @Test func anotherWriterWhoAsksForAnotherVersionMakesTheNoteVoid() {
    #expect(running("1.1.0 before 2.0.0", wanted: "3.0.0") == "")
    #expect(running("1.1.0 before 2.0.0", wanted: "3.0.0", former: "2.0.0") == "2.0.0")
    #expect(running("garbage", former: "1.0.0") == "1.0.0")
  }

  // Another writer may have asked for other versions, and for this one again.
  @Test func onceSomethingHasRunSinceTheNoteSaysNothing() {
    let states = [
      ("Upgrading", "2026-01-01T10:00:05Z"), ("Installed", "2026-01-01T10:01:00Z"),
      ("UpgradeFailed", "2026-01-02T10:00:00Z"),
    ]

    #expect(running("1.1.0 before 2.0.0", states: states) == "")
    #expect(running("1.1.0 before 2.0.0", former: "1.0.0", states: states) == "1.0.0")
    #expect(running("1.1.0 before 2.0.0", states: [("Installed", "2025-12-31T10:00:00Z")]) == "1.1.0")
  }

  @Test func theWriteTakesAFormerNoteAwayWhereNothingRan() {
    let patch = Write.patch(Dialect.installPlan.installations, name: "whizard", ["spec": ["enabled": true]])
    let own = Authorship(author: Author(name: "ada"), words: "upgrade to 2.0.0", time: "t")
    func note(_ authorship: Authorship) -> Value? {
      guard case .patch(_, _, _, let body) = patch.signed(authorship) else { return nil }
      return body[path: "metadata", "annotations", "ksx.dev/ran-before"]
    }

    #expect(note(own) == nil)
    let before = Sample.installation("Upgrading", wanted: "2.0.0", tried: "2.0.0")
    #expect(note(own.noting(.noted(of: before, running: "1.1.0"), before: "2.0.0")) == "1.1.0 before 2.0.0")
    #expect(note(own.noting(.noted(of: before, running: ""), before: "2.0.0")) == .null)
  }

  @Test func theVersionThatIsLeftBehindIsNotedUntilSomethingElseHasRun() {
    func note(_ state: String, _ wanted: String, asking version: String) -> Value? {
      let before = Sample.installation(state, wanted: wanted, tried: wanted)
      return PreviousRelease.noted(of: before, running: "1.1.0").annotations(wanted: version, at: "t")[
        "ksx.dev/went-back-from"]
    }

    #expect(note("UpgradeFailed", "2.0.0", asking: "1.1.0") == "2.0.0 to 1.1.0")
    #expect(note("Upgrading", "2.0.0", asking: "1.1.0") == "2.0.0 to 1.1.0")
    // A switch or a config while it rests says nothing new of the version.
    #expect(note("UpgradeFailed", "1.1.0", asking: "1.1.0") == nil)
    #expect(note("Installed", "1.1.0", asking: "1.1.0") == .null)
    #expect(note("Installed", "1.1.0", asking: "2.0.0") == .null)
  }

  @Test func whichConfigRanIsNotedByItsFingerprint() {
    func digest(_ installation: Installation) -> String? {
      PreviousRelease.noted(of: installation, running: "1.1.0").digest
    }
    let settled = Sample.installation("Installed", wanted: "1.1.0", tried: "1.1.0", config: "a: 1\n")
    var failed = Sample.installation("UpgradeFailed", wanted: "1.1.0", tried: "1.1.0", config: "a: 2\n")
    #expect(digest(settled) == ConfigHash.of("a: 1\n"))
    // What has failed did not run: what ran is what is noted already.
    #expect(digest(failed) == nil)
    failed.notes = Self.notes("1.1.0", "a: 1\n", before: "1.1.0")
    #expect(digest(failed) == ConfigHash.of("a: 1\n"))
  }

  // A switch that is set without a plan dates the object anew.
  @Test func theNoteHasATimeOfItsOwn() {
    var installation = Sample.installation("UpgradeFailed", wanted: "2.0.0", tried: "2.0.0")
    installation.notes = Self.notes("1.1.0", "", before: "2.0.0")
    #expect(PreviousRelease.version(of: installation) == "1.1.0")
    installation.history = [.init(state: .installed, time: "2026-01-01T10:01:00Z")]
    installation.notes["ksx.dev/changed-at"] = "2026-01-02T10:00:00Z"

    #expect(PreviousRelease.version(of: installation) == nil)
  }

  /// What ksx notes on an object at ten o'clock.
  static func notes(_ version: String, _ config: String, before wanted: String) -> [String: String] {
    let ran = PreviousRelease.noted(of: RequestedSpec(version: version, config: config))
    let own: Mapping = ["ksx.dev/changed-by": "ada", "ksx.dev/changed-at": "2026-01-01T10:00:00Z"]
    let all = own.pairs + ran.annotations(wanted: wanted, at: "2026-01-01T10:00:00Z").pairs
    return Dictionary(all.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
  }
}
