import Client
import Extensions
import Glibc
import Platform
import TestSupport
import Testing

@testable import Operations

/// What is kept of changes, on this computer.
@Suite struct HistoryTests {
  private let folder = TemporaryFolder()
  private var history: History { History(folder: folder.path + "/state", cluster: "https://museum:6443") }

  private func change(_ version: String, config: String = "", of name: String = "whizard", wasInstalled: Bool? = nil)
    -> HistoryLine
  {
    HistoryLine(
      name, at: "2026-01-01T00:00:00Z",
      .change(
        words: "upgrade", former: HistoryLine.Release(version: version, config: config, wasInstalled: wasInstalled)))
  }

  @Test func linesAreReadBackAsTheyWereWritten() throws {
    let lines = [
      change("1.0.0", config: "# 中文\na: \"1\"\r\n", wasInstalled: true),
      HistoryLine("whizard", at: "t", .outcome(.failed("no\nchart"), version: "1.1.0", configHash: "h")),
      HistoryLine("whizard", at: "t", .change(words: "install 1.0.0", former: nil)),
      HistoryLine("whizard", at: "t", .written(config: "# why\na: 1\n")),
      HistoryLine("loki", at: "t", .outcome(.done, version: "1", configHash: "")),
    ]
    for line in lines { try history.note(line) }

    #expect(history.lines() == lines)
    #expect(History(folder: folder.path + "/state", cluster: "https://other").lines().isEmpty)
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    try history.note(change("1.0.0"))

    var status = stat()
    #expect(stat(history.path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func whatTwoProgramsWriteAtTheSameTimeIsAllThere() async throws {
    let history = history
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<4 {
        group.addTask {
          for number in 0..<25 { try history.note(change("\(writer).\(number).0")) }
        }
      }
      try await group.waitForAll()
    }

    let versions = history.lines().compactMap { line in
      if case .change(_, let former?) = line.event { former.version } else { nil }
    }
    #expect(versions.count == 100)
    #expect(Set(versions).count == 100)
  }

  @Test func halfALineSpoilsNoOther() throws {
    try history.note(change("1.0.0"))
    try Files.append(Array(#"{"time":"t","extension":"whi"#.utf8), to: history.path)
    try history.note(change("1.1.0"))

    #expect(history.lines() == [change("1.0.0"), change("1.1.0")])
  }

  @Test func whatEarlierVersionsKeptIsTakenOverAndPutAside() throws {
    let old = folder.path + "/state/history/\(ConfigHash.of("https://museum:6443"))-whizard.json"
    let text = #"""
      {"cluster":"https://museum:6443","extension":"whizard","entries":[
        {"version":"0.9.0","config":"a: 1\n","time":"2025-01-01T00:00:00Z","what":"upgrade to 1.0.0"}]}
      """#
    try Files.makeDirectory(folder.path + "/state/history")
    try Files.write(Array(text.utf8), to: old)

    #expect(history.releases(of: "whizard").entries.map(\.config) == ["a: 1\n"])
    try history.note(change("1.0.0"))
    #expect(history.releases(of: "whizard").entries.map(\.version) == ["0.9.0", "1.0.0"])
    #expect(!Files.exists(old))
    #expect(try Files.names(in: folder.path + "/state/history/old").count == 1)
  }

  @Test func aFileThatGrewTooLongKeepsTheNewestLinesOfEachExtension() throws {
    let config = String(repeating: "x", count: 1 << 20)
    try history.note(change("0.0.1", of: "loki"))
    for number in 0..<20 { try history.note(change("1.0.\(number)", config: config)) }

    #expect(try Files.read(history.path).count <= History.limit)
    #expect(history.releases(of: "loki").entries.map(\.version) == ["0.0.1"])
    #expect(history.releases(of: "whizard").entries.last?.version == "1.0.19")
  }
}

@Suite struct ReleaseMemoryTests {
  private func entry(
    _ version: String, _ config: String = "", _ time: String = "t", wasInstalled: Bool? = nil
  ) -> ReleaseMemory.Entry {
    ReleaseMemory.Entry(version: version, config: config, time: time, what: "upgrade", wasInstalled: wasInstalled)
  }

  @Test func aRollbackGoesToWhatWasThereBefore() {
    var memory = ReleaseMemory()
    memory.remember(entry("1.0.0", "a: 1"))
    memory.remember(entry("1.1.0", "a: 2"))
    let now = Sample.installation("Installed", wanted: "1.1.0", config: "a: 2")

    #expect(memory.target(from: now) == entry("1.0.0", "a: 1"))
    #expect(memory.target(from: now, version: "1.1.0")?.config == "a: 2")
    #expect(memory.target(from: now, version: "0.9.0") == nil)
  }

  @Test func aRollbackGoesToTheNewestThatWasInstalledAndNotToWhatFailedSince() {
    var memory = ReleaseMemory()
    memory.remember(entry("0.9.0", wasInstalled: true))
    memory.remember(entry("1.0.0", wasInstalled: true))
    memory.remember(entry("1.1.0", "a: 1", wasInstalled: false))
    memory.remember(entry("1.1.0", "a: 2", wasInstalled: false))

    #expect(memory.target(from: Sample.installation("UpgradeFailed", config: "a: 3"))?.version == "1.0.0")
    #expect(memory.lastInstalled == "1.0.0")
  }

  /// What was cancelled at this version, or had another config, is no way back from what runs.
  @Test func aVersionThatRunsIsNotGoneBackToWithAnotherConfig() {
    var memory = ReleaseMemory()
    memory.remember(entry("1.1.0", "", wasInstalled: true))
    memory.remember(entry("1.1.0", "a: 9", wasInstalled: false))
    let now = Sample.installation("Installed", wanted: "1.1.0", config: "a: 2")

    #expect(memory.target(from: now, version: "1.1.0")?.config == "a: 2")
    #expect(memory.target(from: now, version: "v1.1.0", digest: entry("1.1.0").digest)?.config == "")
    #expect(memory.target(from: now)?.config == "")
  }

  @Test func whatWasUninstalledIsNoWayBackOfWhatIsInstalledLater() {
    var memory = ReleaseMemory()
    memory.remember(entry("1.0.0", "a: 1", wasInstalled: true))
    memory.add(HistoryLine("whizard", at: "t", .spec(before: RequestedSpec(version: "1.0.0"), after: nil)))
    let first = Sample.installation("Installing", wanted: "1.0.0", tried: "1.0.0")
    let failed = Sample.installation("InstallFailed", wanted: "1.0.0")

    #expect(Cancellation.former(to: first, memory) == nil)
    #expect(memory.target(from: failed) == nil)
    #expect(memory.lastInstalled.isEmpty)
    // Who names it means it.
    #expect(memory.target(from: failed, version: "1.0.0")?.config == "a: 1")
  }

  /// A rollback that was sent while 2.0.0 failed is left as if it had failed itself.
  @Test func aRollbackThatWasNotTriedIsGoneOnWith() {
    var memory = ReleaseMemory()
    memory.remember(entry("1.0.0", wasInstalled: true))
    memory.remember(entry("1.1.0", "a: 2", wasInstalled: true))
    memory.remember(entry("2.0.0", "a: 2", wasInstalled: false))
    let resting = Sample.installation("UpgradeFailed", wanted: "1.1.0", config: "a: 2")

    #expect(memory.target(from: resting)?.version == "1.1.0")
    #expect(memory.worked(before: resting)?.version == "1.0.0")
    // With another config 1.1.0 is not what ran.
    let changed = Sample.installation("UpgradeFailed", wanted: "1.1.0", config: "a: 3")
    #expect(memory.target(from: changed)?.config == "a: 2")
  }

  /// 1.1.0, which worked, after 1.2.0 that did not: there is nothing to go back to.
  @Test func aRollbackDoesNotOfferWhatFailedUnlessItsVersionIsAskedFor() {
    var memory = ReleaseMemory()
    memory.remember(entry("1.1.0", wasInstalled: true))
    memory.remember(entry("1.2.0", wasInstalled: false))
    memory.remember(entry("1.1.0", "bad: config", wasInstalled: false))
    let now = Sample.installation("Installed", wanted: "1.1.0")

    #expect(memory.target(from: now) == nil)
    #expect(memory.failed(before: now).map(\.version) == ["1.1.0", "1.2.0"])
    #expect(memory.target(from: now, version: "1.2.0")?.wasInstalled == false)
  }

  @Test func whatFailedOnceAndWasInstalledBeforeIsAWayBack() {
    var memory = ReleaseMemory()
    memory.note(wasInstalled: true, version: "1.0.0", configHash: ConfigHash.of(""))
    memory.remember(entry("1.0.0", wasInstalled: false))

    #expect(memory.target(from: Sample.installation("Upgrading"))?.version == "1.0.0")
  }

  /// The version of the status is put back after a failure, so that it does not look like one of this version.
  @Test func aReleaseThatIsLeftFailedIsKnownToHaveFailed() {
    let failed = Sample.installation("UpgradeFailed", wanted: "1.1.0", tried: "1.0.0")

    #expect(HistoryLine.Release(failed).wasInstalled == false)
    #expect(HistoryLine.Release(Sample.installation("Upgrading", wanted: "1.1.0", tried: "1.0.0")).wasInstalled == nil)
  }

  @Test func howAChangeEndedIsKnownOfItsReleaseLater() {
    var memory = ReleaseMemory()
    memory.add(HistoryLine("whizard", at: "t", .outcome(.done, version: "1.1.0", configHash: ConfigHash.of("a: 1"))))
    #expect(memory.lastInstalled == "1.1.0")
    memory.remember(entry("1.1.0", "a: 1"))

    #expect(memory.entries.first?.wasInstalled == true)
  }

  @Test func whatWasInstalledHereIsAWayBackThoughOthersHaveChangedItSince() {
    var memory = ReleaseMemory()
    memory.add(
      HistoryLine("whizard", at: "t", .spec(before: nil, after: RequestedSpec(version: "1.0.0", config: "a: 1"))))
    memory.add(HistoryLine("whizard", at: "u", .outcome(.done, version: "1.0.0", configHash: ConfigHash.of("a: 1"))))

    let present = Sample.installation("Installed", wanted: "1.0.0", tried: "1.0.0", config: "a: 1")
    let changed = Sample.installation("Installed", wanted: "1.2.0", tried: "1.2.0", config: "a: 1")
    #expect(memory.target(from: present) == nil)
    #expect(memory.target(from: changed)?.version == "1.0.0")
  }

  @Test func theSameAgainIsRememberedOnce() {
    var memory = ReleaseMemory()
    memory.remember(entry("1.0.0", "", "monday"))
    memory.remember(entry("1.0.0", "", "tuesday"))

    #expect(memory.entries == [entry("1.0.0", "", "tuesday")])
  }

  @Test func theOldestAreForgotten() {
    var memory = ReleaseMemory()
    for patch in 0...ReleaseMemory.capacity { memory.remember(entry("1.0.\(patch)")) }

    #expect(memory.entries.count == ReleaseMemory.capacity)
    #expect(memory.entries.first?.version == "1.0.1")
  }
}
