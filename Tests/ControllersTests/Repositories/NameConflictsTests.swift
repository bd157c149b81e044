import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Charts
@testable import Controllers

/// Two repositories that offer the same: the second has it once the first has it no more.
@Suite struct NameContestTests {
  private let fixture: ControllerFixture
  private let first: ScratchFolder
  private let second: ScratchFolder

  init() throws {
    fixture = try ControllerFixture(.installPlan)
    first = try ScratchFolder()
    second = try ScratchFolder()
    for folder in [first, second] {
      try ChartRepository(folder: folder.path).write(Catalogue.packages(of: ["log-lens", "cert-clock"]))
    }
  }

  private func add(_ name: String, _ folder: ScratchFolder) async throws {
    let spec: Mapping = ["url": .string("file://" + folder.path), "depth": 0]
    _ = try await fixture.cluster.create(
      fixture.dialect.repositories, Object(fixture.dialect.repositories, name: name, ["spec": .mapping(spec)]))
  }

  private func wait(forOwner owner: String, of name: String = "log-lens") async throws {
    let dialect = fixture.dialect
    try await fixture.wait("\(name) does not come to \(owner)") {
      let versions = try await fixture.cluster.list(dialect.extensionVersions)
      let isListed = versions.contains {
        $0.labels[dialect.repositoryLabel] == owner && $0.labels[dialect.extensionLabel] == name
      }
      let found = try await fixture.cluster.find(dialect.extensions, name)
      return isListed && found?.labels[dialect.repositoryLabel] == owner
    }
  }

  /// Adds both, the first of which has published everything, and has written that down, before the second is read.
  private func addBoth() async throws {
    for (name, folder) in [("first", first), ("second", second)] {
      try await add(name, folder)
      try await fixture.wait("\(name) is not read") {
        try await fixture.cluster.get(fixture.dialect.repositories, name).status["lastSyncTime"] != nil
      }
      for offered in ["log-lens", "cert-clock"] { try await wait(forOwner: "first", of: offered) }
    }
  }

  private func withBoth(_ body: () async throws -> Void) async throws {
    defer { for folder in [first, second] { folder.remove() } }
    try await fixture.withControllers {
      try await addBoth()
      try await body()
    }
  }

  @Test func anExtensionThatIsDeletedIsOfferedByTheOtherRepository() async throws {
    try await withBoth {
      try await fixture.cluster.delete(fixture.dialect.extensions, "log-lens")

      try await wait(forOwner: "second")
      let other = try await fixture.cluster.get(fixture.dialect.extensions, "cert-clock")
      #expect(other.labels[fixture.dialect.repositoryLabel] == "first")
    }
  }

  @Test func whatARepositoryOfferedIsOfferedByTheOtherWhenItIsDeleted() async throws {
    try await withBoth {
      try await fixture.change("cert-clock", .install(version: "1.0.0", config: ""))
      try await fixture.wait(for: "cert-clock") { $0.observed.state == .installed }
      try await fixture.cluster.delete(fixture.dialect.repositories, "first")

      try await wait(forOwner: "second")
      // What was installed stays, and is the other's.
      try await wait(forOwner: "second", of: "cert-clock")
      let kept = try await fixture.cluster.get(fixture.dialect.extensions, "cert-clock")
      #expect(kept.annotations[Publisher.goneAnnotation] == nil)
      try await fixture.wait("its versions are not the other's") {
        let versions = try await fixture.cluster.list(fixture.dialect.extensionVersions)
        return versions.allSatisfy { $0.labels[fixture.dialect.repositoryLabel] == "second" }
      }
    }
  }

  @Test func whatCameFreeWhileNoControllerRanIsOfferedWhenOneDoes() async throws {
    defer { for folder in [first, second] { folder.remove() } }
    try await fixture.withControllers { try await addBoth() }
    try await fixture.cluster.delete(fixture.dialect.extensions, "log-lens")

    try await fixture.withControllers { try await wait(forOwner: "second") }
  }

  @Test func whatComesFreeTogetherIsTakenTogetherAndNotForEverPutOff() {
    let (memory, start) = (RepositoryMemory(), ContinuousClock.now)
    _ = memory.noteRead("a", syncKey: "", interval: .seconds(900), from: start)
    memory.readSoon("a", now: start)
    #expect(memory.isReadPending("a"))
    #expect(memory.remainingDelay("a", syncKey: "", now: start) == .seconds(1))
    // Each of many that go does not begin the wait anew beyond a bound.
    for second in 1...20 { memory.readSoon("a", now: start + .seconds(second)) }
    #expect(memory.remainingDelay("a", syncKey: "", now: start + .seconds(20)) == .zero)
  }

  @Test func whatComesFreeDuringAReadingIsReadOnceMoreAndEverLaterWhereThatDoesNotHelp() {
    let (memory, start) = (RepositoryMemory(), ContinuousClock.now)
    memory.readSoon("a", now: start + .seconds(5))
    #expect(memory.noteRead("a", syncKey: "", interval: .seconds(900), from: start) == .seconds(1))
    #expect(memory.noteRead("a", syncKey: "", interval: .seconds(900), from: start) == .seconds(2))
    #expect(memory.noteRead("a", syncKey: "", interval: .seconds(900), from: start + .seconds(6)) == .seconds(900))
    #expect(!memory.isReadPending("a"))
  }
}
