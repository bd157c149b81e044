import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform
import Testing

@testable import Operations

/// What is put together of an installation's past.
@Suite struct ChronicleTests {
  private func line(_ time: String, _ event: HistoryLine.Event, by author: Author? = nil) -> HistoryLine {
    HistoryLine("whizard", at: "2026-01-0\(time):00Z", event, by: author)
  }

  private func installation(
    version: String = "1.1.0", annotations: [String: String] = [:], states: [(String, String)] = [],
    managers: Value = []
  ) -> Installation {
    var object = Object(
      Dialect.installPlan.installations, name: "whizard", annotations: annotations,
      [
        "spec": ["extension": ["name": "whizard", "version": .string(version)], "config": "a: 1"],
        "status": [
          "stateHistory": .sequence(
            states.map { ["state": .string($0.1), "lastTransitionTime": .string("2026-01-0\($0.0):00Z")] })
        ],
      ])
    object.value = object.value.setting(["metadata", "managedFields"], to: managers)
    return Installation(object)
  }

  private func secret(_ revision: Int, _ version: String, _ status: String, _ time: String) -> HelmRelease? {
    let json: Value = [
      "chart": ["metadata": ["version": .string(version)]], "config": ["a": 1],
      "info": ["last_deployed": .string("2026-01-0\(time):00.123+00:00"), "description": "it says why"],
    ]
    let packed = Base64.encode(Gzip.pack(JSON.bytes(json)))
    return HelmRelease(
      secret: Object(
        .secrets, name: "s", namespace: "extension-whizard",
        labels: ["owner": "helm", "name": "whizard", "status": status, "version": "\(revision)"],
        ["data": ["release": .string(Base64.encode(Array(packed.utf8)))]]))
  }

  @Test func aChangeThatAConsoleOfThisComputerSawAsWellIsOne() {
    let (ada, release) = (Author(name: "ada"), HistoryLine.Release(version: "1.0.0", config: "a: 1"))
    let chronicle = ExtensionHistory(
      .init(lines: [
        line("2T10:00", .change(words: "upgrade to 1.1.0", former: release), by: ada),
        line("2T10:00", .outcome(.accepted, version: "1.1.0", configHash: "c1")),
        line("2T10:00", .change(words: "upgrade to 1.1.0", former: release), by: ada),
        line("2T10:02", .outcome(.done, version: "1.1.0", configHash: "c1")),
      ]))

    #expect(chronicle.entries.map(\.outcome) == ["Installed"])
  }

  @Test func whatThisComputerNotedSaysWhoWhyAndWhatCameOfIt() {
    let ada = Author(name: "ada", reason: "ticket 7")
    let chronicle = ExtensionHistory(
      .init(lines: [
        line("1T10:00", .change(words: "install 1.0.0", former: nil), by: ada),
        line("1T10:01", .outcome(.accepted, version: "1.0.0", configHash: "c1")),
        line("1T10:02", .outcome(.done, version: "1.0.0", configHash: "c1")),
        line("2T10:00", .change(words: "upgrade to 1.1.0", former: nil)),
        line("2T10:02", .outcome(.failed("no kind"), version: "1.1.0", configHash: "c1")),
      ]))

    #expect(chronicle.entries.map(\.what) == ["upgrade to 1.1.0", "install 1.0.0"])
    #expect(chronicle.entries.map(\.who) == ["this user", "ada"])
    #expect(chronicle.entries.map(\.outcome) == ["failed: no kind", "Installed"])
    #expect(chronicle.entries.last?.reason == "ticket 7")
    #expect(chronicle.lastGood?.version == "1.0.0")
  }

  @Test func whatIsAskedForNowIsNotWhatIsGoneBackTo() {
    let digest = ConfigHash.of("a: 1")
    let lines = [
      line("1T10:00", .change(words: "install 1.0.0", former: nil)),
      line("1T10:02", .outcome(.done, version: "1.0.0", configHash: digest)),
      line("2T10:00", .change(words: "upgrade to 1.1.0", former: nil)),
      line("2T10:00", .outcome(.accepted, version: "1.1.0", configHash: digest)),
      line("2T10:01", .change(words: "roll back to 1.0.0", former: nil)),
      line("2T10:05", .outcome(.done, version: "1.0.0", configHash: digest)),
    ]
    // The upgrade ended after the rollback was sent.
    let releases = [secret(22, "1.1.0", "superseded", "2T10:03")].compactMap { $0 }
    let chronicle = ExtensionHistory(
      .init(lines: lines, installation: installation(version: "1.0.0"), releases: releases))

    #expect(chronicle.lastGood?.version == "1.1.0")
  }

  @Test func anothersChangeAFewSecondsLaterIsOneOfItsOwn() {
    func entries(_ seconds: Int, _ config: String) -> [String] {
      let own = [
        line("1T10:00", .change(words: "configure", former: nil), by: Author(name: "ada")),
        line("1T10:00", .outcome(.done, version: "1.1.0", configHash: ConfigHash.of(config))),
      ]
      let notes = [
        "ksx.dev/changed-by": "ada", "ksx.dev/change": "configure", "ksx.dev/reason": "other",
        "ksx.dev/changed-at": "2026-01-01T10:00:0\(seconds)Z",
      ]
      return ExtensionHistory(.init(lines: own, installation: installation(annotations: notes))).entries.map(\.reason)
    }

    #expect(entries(4, "b: 2") == ["other", ""])
    #expect(entries(4, "a: 1") == [""])
    #expect(entries(1, "b: 2") == [""])
  }

  @Test func changesInTheSameMomentAreAllThere() {
    let config = (1...3).map { "c\($0)" }
    let chronicle = ExtensionHistory(
      .init(
        lines: config.flatMap { hash in
          [
            line("1T10:00", .change(words: "configure", former: nil)),
            line("1T10:00", .outcome(.accepted, version: "1.0.0", configHash: hash)),
          ]
        }))

    #expect(chronicle.entries.map(\.digest) == ["c3", "c2", "c1"])
  }

  @Test func whatWasCancelledIsNotCalledInstalledForWhatRunsAgain() {
    let chronicle = ExtensionHistory(
      .init(
        lines: [
          line("2T10:00", .change(words: "upgrade to 1.1.0", former: nil)),
          line("2T10:00", .outcome(.accepted, version: "1.1.0", configHash: "c")),
          line("2T10:05", .change(words: "cancel", former: nil)),
          line("2T10:05", .outcome(.accepted, version: "1.0.0", configHash: "c")),
          // Of the user who waited for the upgrade meanwhile.
          line("2T10:06", .outcome(.failed("it was changed again meanwhile"), version: "1.1.0", configHash: "c")),
        ],
        installation: installation(
          version: "1.0.0",
          states: [
            ("1T09:00", "Installed"), ("2T10:00", "Upgrading"), ("2T10:05", "Preparing"), ("2T10:07", "Installed"),
          ]
        )))

    #expect(chronicle.entries.map(\.what) == ["cancel", "upgrade to 1.1.0", "state Installed"])
    #expect(chronicle.entries.map(\.outcome) == ["Installed", "cancelled", "Installed"])
    #expect(chronicle.entries.map(\.version) == ["1.0.0", "1.1.0", ""])
  }

  @Test func aCancelIsNotCalledFailedForTheEndOfWhatItCancelled() {
    let chronicle = ExtensionHistory(
      .init(
        lines: [
          line("2T10:05", .change(words: "cancel", former: nil)),
          line("2T10:05", .outcome(.accepted, version: "1.0.0", configHash: "c")),
        ],
        installation: installation(
          version: "1.0.0",
          states: [("2T10:00", "Upgrading"), ("2T10:06", "UpgradeFailed"), ("2T10:07", "Installed")])))

    #expect(chronicle.entries.map(\.outcome) == ["Installed"])
    #expect(chronicle.entries.first?.wasInstalled == true)
  }

  /// KubeSphere's controllers do nothing for a version that is put back while another one fails.
  @Test(arguments: [
    (["Preparing", "UpgradeFailed"], "not tried: what failed is 2.0.0: no kind", Bool?.none),
    // It was tried since, and failed in its turn.
    (["UpgradeFailed", "Preparing", "UpgradeFailed"], "failed: no kind", false),
  ])
  func aWayBackThatRestsUntriedHasNotFailed(states: [String], outcome: String, wasInstalled: Bool?) {
    let digest = ConfigHash.of("a: 1")
    var resting = installation(
      annotations: [
        "ksx.dev/changed-by": "ada", "ksx.dev/ran-before": "1.1.0 before 1.1.0",
        "ksx.dev/ran-before-config": "\(digest) at 2026-01-02T10:05:00Z",
        "ksx.dev/went-back-from": "2.0.0 to 1.1.0",
      ],
      states: zip(["2T10:04", "2T10:06", "2T10:07"], states).map { ($0, $1) })
    resting.observed.state = .upgradeFailed
    resting.message = "no kind"
    let chronicle = ExtensionHistory(
      .init(
        lines: [
          line("2T10:00", .change(words: "upgrade to 2.0.0", former: nil)),
          line("2T10:00", .outcome(.accepted, version: "2.0.0", configHash: digest)),
          line("2T10:05", .change(words: "roll back to 1.1.0", former: nil)),
          line("2T10:05", .outcome(.accepted, version: "1.1.0", configHash: digest)),
        ],
        installation: resting))

    #expect(chronicle.entries.first?.what == "roll back to 1.1.0")
    #expect(chronicle.entries.first?.outcome.english == outcome)
    #expect(chronicle.entries.first?.wasInstalled == wasInstalled)
  }

  @Test func whatWasThereBeforeAnUninstallIsNotGoneBackTo() {
    let lines = [
      line("1T10:00", .change(words: "install 1.0.0", former: nil)),
      line("1T10:02", .outcome(.done, version: "1.0.0", configHash: "c")),
      line("2T10:00", .change(words: "uninstall", former: .init(version: "1.0.0", config: "c"))),
      line("2T10:01", .outcome(.done, version: "1.0.0", configHash: "c")),
      line("3T10:00", .change(words: "install 1.1.0", former: nil)),
      line("3T10:01", .outcome(.failed("no"), version: "1.1.0", configHash: "d")),
    ]

    #expect(ExtensionHistory(.init(lines: lines, installation: installation())).lastGood == nil)
  }

  @Test func whatAFailureSaysIsOneLine() {
    let chronicle = ExtensionHistory(
      .init(lines: [
        line("1T10:00", .change(words: "install 1.0.0", former: nil)),
        line("1T10:02", .outcome(.failed("1 error occurred:\n\t* no int32\n\n"), version: "1.0.0", configHash: "c")),
      ]))

    #expect(chronicle.entries.map(\.outcome) == ["failed: 1 error occurred: * no int32"])
  }

  @Test func theNoteOnTheObjectIsAnothersChangeAndNotTheSameTwice() {
    let note = [
      "ksx.dev/changed-by": "bob", "ksx.dev/change": "upgrade to 1.1.0", "ksx.dev/changed-at": "2026-01-02T10:00:02Z",
    ]
    let own = [line("2T10:00", .change(words: "upgrade to 1.1.0", former: nil))]

    #expect(
      ExtensionHistory(.init(lines: own, installation: installation(annotations: note))).entries.map(\.who) == [
        "this user"
      ])
    let others = ExtensionHistory(.init(lines: [], installation: installation(annotations: note))).entries
    #expect(others.map(\.who) == ["bob"])
    #expect(others.map(\.digest) == [ConfigHash.of("a: 1")])
  }

  @Test func statesSayWhatCameOfWhatNobodyWaitedFor() {
    let chronicle = ExtensionHistory(
      .init(
        lines: [
          line("2T10:00", .change(words: "upgrade to 1.1.0", former: nil)),
          line("2T10:00", .outcome(.accepted, version: "1.1.0", configHash: "c")),
        ],
        installation: installation(states: [
          ("1T09:00", "Installed"), ("2T10:01", "Upgrading"), ("2T10:02", "UpgradeFailed"),
        ])))

    #expect(chronicle.entries.map(\.what) == ["upgrade to 1.1.0", "state Installed"])
    #expect(chronicle.entries.map(\.outcome) == ["UpgradeFailed", "Installed"])
  }

  @Test func aRevisionOfHelmIsWhatCameOfAChangeOrAChangeOfItsOwn() throws {
    let releases = try [
      #require(secret(1, "1.0.0", "superseded", "1T10:01")), #require(secret(2, "1.1.0", "failed", "3T10:00")),
    ]
    let chronicle = ExtensionHistory(
      .init(
        lines: [
          line("1T10:00", .change(words: "install 1.0.0", former: nil)),
          line("1T10:00", .outcome(.accepted, version: "1.0.0", configHash: "c")),
        ], releases: releases))

    #expect(chronicle.entries.map(\.what) == ["helm revision 2", "install 1.0.0"])
    #expect(chronicle.entries.map(\.outcome) == ["failed: it says why", "Installed, helm revision 1"])
    #expect(chronicle.entries.map(\.who) == ["person not recorded", "this user"])
  }

  @Test func aChangeWithoutKsxThatAConsoleSawIsOneWithItsManagerAndItsEnd() throws {
    var seen = line(
      "2T10:00",
      .change(words: "version 3.0.0", former: HistoryLine.Release(version: "1.1.0", config: "a: 1")),
      by: Author(name: "person not recorded"))
    seen.isSeen = true
    let manager: Value = [
      "manager": "kubectl-patch", "time": "2026-01-02T10:00:00Z",
      "fieldsV1": ["f:spec": ["f:extension": ["f:version": [:]]]],
    ]
    let sources = ExtensionHistory.Sources(
      lines: [seen], installation: installation(version: "3.0.0", managers: [manager]),
      releases: [try #require(secret(23, "3.0.0", "failed", "2T10:00"))])
    let entries = ExtensionHistory(sources).entries

    #expect(entries.map(\.who.english) == ["by kubectl-patch, person not recorded"])
    #expect(entries.map(\.outcome.english) == ["failed: it says why"])
  }

  /// The annotations of ksx stay on the object when another program changes it.
  @Test func whatAnotherProgramAskedForAndWhatCameOfItIsNotThatOfTheLastChangeByKsx() {
    let notes = [
      "ksx.dev/changed-by": "ada", "ksx.dev/change": "configure", "ksx.dev/changed-at": "2026-01-02T10:00:00Z",
    ]
    let managers: Value = [
      [
        "manager": "kubectl-patch", "time": "2026-01-02T11:00:00Z",
        "fieldsV1": ["f:spec": ["f:extension": ["f:version": [:]]]],
      ]
    ]
    let states = [("2T10:01", "Installed"), ("2T11:01", "UpgradeFailed")]
    let found = installation(version: "3.0.0", annotations: notes, states: states, managers: managers)
    let entries = ExtensionHistory(.init(lines: [], installation: found)).entries

    #expect(entries.map(\.what) == ["wrote version", "configure"])
    #expect(entries.map(\.version) == ["3.0.0", ""])
    #expect(entries.map(\.outcome) == ["UpgradeFailed", "Installed"])
    #expect(entries[1].digest == ConfigHash.of("a: 1"))
  }

  @Test func ownersOfFieldsAreManagersAndNoPersons() {
    let managers: Value = [
      ["manager": "kubectl-edit", "time": "2026-01-03T10:00:00Z", "fieldsV1": ["f:spec": ["f:config": [:]]]],
      ["manager": "controller-manager", "time": "2026-01-03T10:00:09Z", "fieldsV1": ["f:status": [:]]],
    ]
    let entries = ExtensionHistory(.init(lines: [], installation: installation(managers: managers))).entries

    #expect(entries.map(\.who) == ["by kubectl-edit, person not recorded"])
    #expect(entries.map(\.what) == ["wrote config"])
    #expect(entries.map(\.outcome) == [""])
  }

  @Test func whoChangedItLastIsNotWhomKsxNotedBefore() {
    func last(_ time: String, _ fields: Value) -> LastChange? {
      let authorship = Authorship(
        author: Author(name: "ada", reason: "more"), words: "configure", time: "2026-01-03T10:00:00Z")
      let patch = Write.patch(Dialect.installPlan.installations, name: "w", [:]).signed(authorship)
      guard case .patch(_, _, _, let body) = patch else { return nil }
      let notes = body[path: "metadata", "annotations"]?.mapping?.pairs ?? []
      let managers: Value = [["manager": "kubectl-patch", "time": .string(time), "fieldsV1": ["f:spec": fields]]]
      return LastChange(
        installation(
          annotations: Dictionary(notes.compactMap { pair in pair.value.string.map { (pair.key, $0) } }) { $1 },
          managers: managers))
    }

    let other = last("2026-01-03T10:00:04Z", ["f:extension": [:]])
    #expect(other?.who == "by kubectl-patch, person not recorded" && other?.what.english == "wrote version")
    #expect(other?.time == "2026-01-03T10:00:04Z" && other?.reason == "")
    // All that a manager has written since it came, and not what it wrote last.
    #expect(
      last("2026-01-03T10:00:04Z", ["f:extension": [:], "f:enabled": [:]])?.what.english
        == "wrote one or more of enabled, version")
    let own = last("2026-01-03T09:00:00Z", ["f:extension": [:]])
    #expect(own?.who == "by ada" && own?.what.english == "configure" && own?.reason == "more")
  }

  @Test func aWriteSaysWhoMadeItAndLeavesNoFormerReason() {
    let patch = Write.patch(Dialect.installPlan.installations, name: "whizard", ["spec": ["enabled": false]])
    let signed = patch.signed(Authorship(author: Author(name: "ada"), words: "disable", time: "t"))

    guard case .patch(_, _, _, let body) = signed else {
      Issue.record("it is no patch any more")
      return
    }
    #expect(body[path: "metadata", "annotations", "ksx.dev/changed-by"] == "ada")
    #expect(body[path: "metadata", "annotations", "ksx.dev/reason"] == .null)
    #expect(body[path: "spec", "enabled"] == false)
  }

  @Test func aPersonAtASharedAccountIsNamedWithIt() {
    var status = ClusterSession.Status(cluster: "c", server: "s")
    status.user = "kubernetes-admin"
    #expect(Author(status).name == "kubernetes-admin")
    status.person = "ada"
    #expect(Author(status).name == "ada as kubernetes-admin")
    status.user = "ada"
    #expect(Author(status).name == "ada")
  }

  @Test func whoIsNotKnownToTheClusterIsSaidToBeSo() {
    var status = ClusterSession.Status(cluster: "c", server: "s")
    (status.person, status.userEntry, status.asksForUser) = ("ada", "admin", true)
    #expect(Author(status).name == "ada as kubeconfig entry admin")
    status.userEntry = ""
    #expect(Author(status).name == "ada as a user not known here")
    status.user = "system:admin"
    #expect(Author(status).name == "ada as system:admin")
  }
}
