import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform
import Testing

@testable import Operations

/// What ran before, where nothing of it is kept on this computer.
@Suite struct WayBackTests {
  private func failed(
    _ wanted: String = "2.0.0", tried: String? = nil, config: String = "a: 2\n", state: String = "UpgradeFailed",
    notes: [String: String] = [:]
  ) -> Installation {
    var installation = Sample.installation(state, wanted: wanted, tried: tried ?? wanted, config: config)
    installation.notes = notes
    return installation
  }

  private func release(
    _ revision: Int, _ version: String, _ status: String, _ config: Value = [:]
  ) -> HelmRelease {
    let json: Value = [
      "chart": ["metadata": ["version": .string(version)]], "config": config,
      "info": ["last_deployed": .string("2026-05-2\(revision)T10:00:00Z")],
    ]
    let labels = ["owner": "helm", "name": "whizard", "status": status, "version": "\(revision)"]
    let packed = Base64.encode(Gzip.pack(JSON.bytes(json)))
    let data: Mapping = ["data": ["release": .string(Base64.encode(Array(packed.utf8)))]]
    guard let release = HelmRelease(secret: Object(.secrets, name: "s", namespace: "ns", labels: labels, data)) else {
      fatalError("it is one of helm's")
    }
    return release
  }

  private func back(
    from installation: Installation, _ releases: [HelmRelease] = [], kept: ReleaseMemory = ReleaseMemory()
  ) -> ReleaseMemory.Entry? {
    let deployed = DeployedRelease.all(releases, nil, of: installation)
    return kept.completed(by: installation, nil, deployed).target(from: installation)
  }

  @Test func theObjectTellsTheVersionAndWhetherItsConfigIsThePresentOne() {
    let same = failed(config: "a: 1\n", notes: RanBeforeTests.notes("1.1.0", "a: 1\n", before: "2.0.0"))
    let other = failed(notes: RanBeforeTests.notes("1.1.0", "a: 1\n", before: "2.0.0"))

    #expect(back(from: same)?.version == "1.1.0")
    #expect(back(from: same)?.origin == .kept)
    #expect(back(from: other)?.version == "1.1.0")
    #expect(back(from: other)?.config == "a: 2\n")
    #expect(back(from: other)?.origin == .present)
    #expect(ReleaseMemory().completed(by: failed()) == ReleaseMemory())
  }

  /// A rollback that the controllers have not carried out yet leads to the same version when it is asked for again.
  @Test(arguments: ["Preparing", "Upgrading", "UpgradeFailed"])
  func theSameWayBackOnceMoreGoesNoFurther(state: String) {
    var kept = ReleaseMemory()
    kept.remember(.init(version: "1.0.0", config: "a: 1\n", time: "t1", what: "", wasInstalled: true))
    kept.remember(.init(version: "1.1.0", config: "a: 1\n", time: "t2", what: "", wasInstalled: true))
    kept.remember(.init(version: "2.0.0", config: "a: 1\n", time: "t3", what: "", wasInstalled: false))

    #expect(kept.target(from: failed("1.1.0", config: "a: 1\n", state: state))?.version == "1.1.0")
    #expect(kept.target(from: failed("2.0.0", config: "a: 1\n", state: state))?.version == "1.1.0")
    #expect(kept.target(from: failed("1.1.0", config: "a: 1\n", state: "Installed"))?.version == "1.0.0")
  }

  @Test func anEntryOfThisComputerThatRanIsTakenAndNotOneThatCameLater() {
    var kept = ReleaseMemory()
    kept.remember(.init(version: "1.1.0", config: "a: 1\n", time: "t1", what: ""))
    kept.remember(.init(version: "1.1.0", config: "a: 9\n", time: "t2", what: "", wasInstalled: true))
    let installation = failed("1.1.0", notes: RanBeforeTests.notes("1.1.0", "a: 1\n", before: "1.1.0"))

    #expect(back(from: installation, kept: kept)?.config == "a: 1\n")
  }

  @Test func helmTellsTheConfigThatRanWithoutWhatTheControllersGiveIt() {
    let forced: Mapping = ["tags": ["extension": true, "agent": false], "global": ["imageRegistry": "r"]]
    let releases = [
      release(1, "1.1.0", "deployed", .mapping(Mapping(forced.pairs + [.init(key: "a", value: 1)]))),
      release(2, "1.1.0", "failed", .mapping(Mapping(forced.pairs + [.init(key: "a", value: 2)]))),
    ]

    let entry = back(from: failed("1.1.0"), releases)
    #expect(entry?.version == "1.1.0")
    #expect(entry?.config == "a: 1\n")
    #expect(entry?.origin == .helm)
    // Where helm wrote nothing of what failed, what is usually forced is left out.
    #expect(back(from: failed("2.0.0"), [releases[0]])?.config == "a: 1\n")
  }

  /// The fields of a release of helm 4.2.4, which helm 3 does not write.
  @Test func aReleaseThatHelm4MadeIsReadToo() throws {
    let json = """
      {"name": "whizard", "info": {"last_deployed": "2026-05-21T10:00:00.247462843Z", "description": "Install complete",
      "status": "deployed"}, "chart": {"metadata": {"name": "whizard", "version": "1.1.0", "appVersion": "7"}, "lock": null,
      "values": null, "schema": null, "schemamodtime": "0001-01-01T00:00:00Z", "modtime": "2026-05-21T10:00:00.9Z"},
      "config": {"a": {"b": 1}}, "manifest": "---\\n", "version": 1, "namespace": "ns", "apply_method": "ssa"}
      """
    let packed = Base64.encode(Gzip.pack(Array(json.utf8)))
    let labels = ["owner": "helm", "name": "whizard", "status": "deployed", "version": "1"]
    let secret = Object(
      .secrets, name: "sh.helm.release.v1.whizard.v1", namespace: "ns", labels: labels,
      ["data": ["release": .string(Base64.encode(Array(packed.utf8)))]])

    let release = try #require(HelmRelease(secret: secret))

    #expect(release.chartVersion == "1.1.0" && release.appVersion == "7" && release.time == "2026-05-21T10:00:00Z")
    #expect(release.config == ["a": ["b": 1]] && release.summary == "Install complete")
  }

  @Test func aConfigThatWasNotChangedSinceKeepsItsComments() {
    let text = "# why: see ticket 7\na: 1 # one\n"
    let entry = back(
      from: failed("2.0.0", config: text), [release(1, "1.1.0", "deployed", ["a": 1]), release(2, "2.0.0", "failed")])

    #expect(entry?.version == "1.1.0" && entry?.config == text)
    #expect(entry?.origin == .kept)
  }

  @Test func aTextThatWasKeptHereGoesBeforeHelmsValues() {
    var kept = ReleaseMemory()
    kept.remember(.init(version: "1.1.0", config: "a: 1 # mine\n", time: "t", what: ""))

    let entry = back(from: failed("1.1.0"), [release(1, "1.1.0", "deployed", ["a": 1])], kept: kept)

    #expect(entry?.config == "a: 1 # mine\n")
    #expect(entry?.wasInstalled == true)
  }

  @Test func whatIsInstalledGoesBackToTheRevisionBefore() {
    let releases = [
      release(1, "1.1.0", "superseded", ["a": 1]), release(2, "2.0.0", "deployed", ["a": 2]),
    ]
    let installation = failed(state: "Installed")

    #expect(back(from: installation, releases)?.version == "1.1.0")
    #expect(back(from: installation, releases)?.time == "2026-05-22T10:00:00Z")
  }

  @Test func aStandaloneBackendKeepsTheTextOfWhatRan() {
    let json: Value = ["deployed": ["version": "1.1.0", "config": "a: 1 # one\n"]]
    let data: Mapping = ["data": ["release": .string(Base64.encode(Gzip.pack(JSON.bytes(json))))]]
    let record = Object(.secrets, name: Installation.recordName(of: "whizard"), namespace: "ns", data)
    let installation = failed("1.1.0")

    let deployed = DeployedRelease.all([], record, of: installation)
    let entry = ReleaseMemory().completed(by: installation, nil, deployed).target(from: installation)

    #expect(entry?.config == "a: 1 # one\n")
    #expect(entry?.origin == .kept)
  }

  @Test func afterACancelTheObjectItselfTellsWhatRan() {
    let notes = RanBeforeTests.notes("1.1.0", "a: 1\n", before: "1.1.0")
    for state in ["Upgrading", "UpgradeFailed"] {
      // The controllers still note the version of the attempt that was ended.
      let installation = failed("1.1.0", tried: "2.0.0", config: "a: 1\n", state: state, notes: notes)
      let memory = ReleaseMemory().completed(by: installation)

      #expect(ExtensionStatus("whizard", nil, installation).running == "1.1.0")
      #expect(
        Cancellation(installation, memory).former == RequestedSpec(version: "1.1.0", config: "a: 1\n"), "\(state)")
      // What has failed is another version, so that this one has not been tried again.
      #expect(memory.target(from: installation)?.version == "1.1.0")
    }
  }

  @Test func aCancelSaysWhichConfigItGoesBackToWhereThatIsNotKnown() {
    let installation = failed(state: "Upgrading", notes: RanBeforeTests.notes("1.1.0", "a: 1\n", before: "2.0.0"))
    func effects(_ memory: ReleaseMemory) -> [String] {
      Cancellation(installation, memory.completed(by: installation)).effects(.init(installation)).map(\.text)
    }
    var kept = ReleaseMemory()
    kept.remember(.init(version: "1.1.0", config: "a: 1\n", time: "t", what: "", wasInstalled: true))
    let note = "config: the present one is kept, for the one it had is not known here"

    #expect(effects(ReleaseMemory()).contains(note))
    #expect(!effects(kept).contains(note))
    #expect(effects(kept).contains("config: as it was before"))
  }
}
