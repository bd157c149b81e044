import Extensions
import Platform
import Testing

@testable import Operations

/// What runs, what is wanted, what failed.
@Suite struct ExtensionStatusTests {
  private func status(_ installation: Installation?, former: String = "", _ found: Extension? = Sample.extension())
    -> [String]
  {
    let status = ExtensionStatus("whizard", found, installation, former: former)
    return [status.running, status.wanted, status.failed]
  }

  @Test func whatIsInstalledRuns() {
    #expect(status(Sample.installation("Installed")) == ["1.1.0", "1.1.0", ""])
    #expect(status(Sample.installation("Installed", tried: "1.0.0")) == ["1.0.0", "1.1.0", ""])
    #expect(status(Sample.installation("Installed", tried: "")) == ["1.1.0", "1.1.0", ""])
  }

  @Test(arguments: ["", "Preparing", "Installing"])
  func whatIsBeingInstalledDoesNotRunYet(state: String) {
    #expect(status(Sample.installation(state)) == ["", "1.1.0", ""])
  }

  @Test func whatWasThereBeforeRunsWhileItIsUpgradedAndAfterThatFailed() {
    #expect(status(Sample.installation("Upgrading"), former: "1.0.0") == ["1.0.0", "1.1.0", ""])
    #expect(status(Sample.installation("Upgrading", tried: "1.0.0")) == ["1.0.0", "1.1.0", ""])
    #expect(status(Sample.installation("UpgradeFailed"), former: "1.0.0") == ["1.0.0", "1.1.0", "1.1.0"])
    // Without a history nothing is claimed.
    #expect(status(Sample.installation("UpgradeFailed")) == ["", "1.1.0", "1.1.0"])
  }

  /// The version that is put back while another one fails may rest untried behind the failure of that one.
  @Test(arguments: [("a: 1", "2026-01-02T00:00:00Z", ""), ("a: 2", "2026-01-02T00:00:00Z", "1.0.0")])
  func whatIsAskedForAgainIsNotCalledFailed(config: String, time: String, failed: String) {
    var installation = Sample.installation("UpgradeFailed", wanted: "1.0.0", tried: "1.0.0", config: config)
    installation.notes = [
      "ksx.dev/ran-before": "1.0.0 before 1.0.0",
      "ksx.dev/ran-before-config": "\(ConfigHash.of("a: 1")) at \(time)",
    ]
    let status = ExtensionStatus("whizard", Sample.extension(), installation)

    #expect(status.failed == failed)
    #expect(
      status.pending.map(\.english)
        == (failed.isEmpty ? ["1.0.0 ran before and is asked for again: ksx doctor whizard says what failed"] : []))
  }

  @Test func whatFailedIsNamedThoughWhatRanIsAskedForAgain() {
    var installation = Sample.installation("UpgradeFailed", wanted: "1.0.0", tried: "1.0.0", config: "a: 1")
    installation.notes = [
      "ksx.dev/ran-before": "1.0.0 before 1.0.0",
      "ksx.dev/ran-before-config": "\(ConfigHash.of("a: 1")) at 2026-01-02T00:00:00Z",
      "ksx.dev/went-back-from": "2.0.0 to 1.0.0",
    ]
    func words() -> [String] {
      let status = ExtensionStatus("whizard", Sample.extension(), installation)
      return [status.running, status.wanted, status.failed] + status.pending.map(\.english)
    }

    #expect(
      words() == [
        "1.0.0", "1.0.0", "2.0.0",
        "1.0.0 ran before, is asked for again and was not tried: what failed is 2.0.0",
      ])
    installation.history = [.init(state: .preparing, time: "2026-01-02T00:00:04Z")]
    #expect(words() == ["1.0.0", "1.0.0", "1.0.0"])
    // The note is about another version.
    installation.history = []
    installation.notes["ksx.dev/went-back-from"] = "2.0.0 to 1.1.0"
    #expect(words()[2] == "")
  }

  /// By kubectl, or by controllers that have written older annotations back.
  @Test func whatIsPutBackWithoutANoteRuns() {
    var installation = Sample.installation("UpgradeFailed", wanted: "1.0.0", tried: "1.0.0", config: "a: 1")
    installation.notes = [
      "ksx.dev/ran-before": "1.0.0 before 2.0.0", "ksx.dev/ran-before-config": " at 2026-01-02T00:00:00Z",
    ]
    #expect(status(installation, former: "0.9.0")[0] == "1.0.0")
    // The other one has been Installed since.
    installation.history = [.init(state: .installed, time: "2026-01-02T00:00:04Z")]
    #expect(status(installation, former: "0.9.0")[0] == "0.9.0")
  }

  /// The status names what runs as long as no Job was made for what is wanted.
  @Test func whatFailsWithoutEndBeforeItHasAJobIsWhatIsWanted() {
    let installation = Sample.installation(
      "UpgradeFailed", wanted: "2.0.0", tried: "1.0.0",
      history: ["Installed"] + Array(repeating: "UpgradeFailed", count: 3))
    #expect(status(installation, former: "1.0.0") == ["1.0.0", "2.0.0", "2.0.0"])
  }

  /// The states of a loop have replaced the one in which it was Installed.
  @Test(arguments: ["Preparing", "UpgradeFailed"])
  func whatRunsBehindALoopIsToldWithoutAHistory(state: String) {
    let states = (1...5).flatMap { _ in ["Preparing", "UpgradeFailed"] }
    let looping = Sample.installation(state, wanted: "2.0.0", tried: "1.0.0", history: states)
    #expect(status(looping)[0] == "1.0.0")
    // The beginning of a first installation is still there.
    let first = Sample.installation(state, wanted: "2.0.0", tried: "1.0.0", history: ["Preparing", "InstallFailed"])
    #expect(status(first)[0] == "")
  }

  @Test func aFirstInstallThatFailedRunsNothing() {
    #expect(status(Sample.installation("InstallFailed")) == ["", "1.1.0", "1.1.0"])
  }

  /// Neither does what comes after it, until something was installed; a history without its beginning says nothing.
  @Test(arguments: ["Upgrading", "UpgradeFailed", "Uninstalling", "UninstallFailed"])
  func afterAFirstInstallThatFailedNothingRuns(state: String) {
    func running(_ history: [String]) -> String {
      status(Sample.installation(state, tried: "1.0.0", history: history + [state]), former: "0.9.0")[0]
    }
    #expect(running(["Preparing", "Installing", "InstallFailed"]) == "")
    #expect(running(["Preparing", "Installing", "Installed"]) == "1.0.0")
    #expect(running(["Upgrading"]) == "1.0.0")
    #expect(running(["Preparing"] + Array(repeating: "InstallFailed", count: 9)) == "1.0.0")
  }

  @Test func withoutItsInstallationTheExtensionIsTakenAtItsWord() {
    #expect(status(nil, Sample.extension(installed: "1.0.0", state: "Installed")) == ["1.0.0", "", ""])
    #expect(status(nil, Sample.extension(installed: "1.0.0", state: "InstallFailed")) == ["", "", "1.0.0"])
    #expect(status(nil) == ["", "", ""])
  }

  @Test func whatTheFirstDesignSaysRunsNeedsNoHistory() {
    func status(_ state: String, _ word: String, runs: String = "1.0.0") -> [String] {
      self.status(Sample.installation(state, tried: ""), Sample.extension(running: runs, word))
    }
    #expect(status("Upgrading", "pending-upgrade") == ["1.0.0", "1.1.0", ""])
    #expect(status("UpgradeFailed", "failed") == ["1.0.0", "1.1.0", "1.1.0"])
    #expect(status("InstallFailed", "failed", runs: "") == ["", "1.1.0", "1.1.0"])
    // No controller has taken it up, or the Extension has not heard of the end yet.
    #expect(status("Installed", "deployed") == ["1.0.0", "1.1.0", ""])
    #expect(status("Installed", "pending-upgrade") == ["1.1.0", "1.1.0", ""])
    #expect(self.status(nil, Sample.extension(running: "1.0.0", "failed")) == ["1.0.0", "", ""])
  }

  @Test func aVersionIsNotedByWhatItIs() {
    let status = ExtensionStatus("whizard", nil, Sample.installation("UpgradeFailed"), former: "1.0.0")

    #expect(status.notes(on: "1.0.0") == ["running"])
    #expect(status.notes(on: "1.1.0") == ["wanted", "failed"])
    #expect(status.fullWord == "UpgradeFailed, no longer offered")
  }

  @Test(arguments: [(true, "Installed"), (false, "Installed, disabled")])
  func whatIsInstalledAndDoesNotServeSaysSo(isEnabled: Bool, word: String) {
    var installation = Sample.installation("Installed")
    installation.isEnabled = isEnabled
    installation.observed.appliedEnabled = isEnabled
    let status = ExtensionStatus("whizard", Sample.extension(), installation)

    #expect([status.titleWord.english, status.fullWord.english, status.word] == [word, word, "Installed"])
  }

  @Test func everyInstallationIsARow() {
    let installations = Installations([Sample.installation("Installed", name: "whizard-1.1.0")])

    #expect(ExtensionRow.all([], installations, language: "en").map(\.name) == ["whizard"])
    #expect(ExtensionRow.all([Sample.extension()], installations, language: "en").map(\.status.running) == ["1.1.0"])
  }

  @Test(arguments: [("Installed", true), ("Upgrading", false), ("UpgradeFailed", false)])
  func thereIsAnUpdateWhereItCanBeUpgraded(state: String, hasUpdate: Bool) {
    let row = ExtensionRow(
      "whizard", Sample.extension(recommended: "1.2.0"), Sample.installation(state, wanted: "1.0.0", tried: "1.0.0"),
      nil, language: "en")

    #expect(row.hasUpdate == hasUpdate)
    #expect(ExtensionFilter("update").accepts(FilterSubject(row, nil), at: Timestamp.now()) == hasUpdate)
  }
}
