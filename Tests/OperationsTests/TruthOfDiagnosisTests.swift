import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

// What looks like trouble, and is none or another.
extension DiagnosisTests {
  @Test func aPodThatIsJustBeingMadeIsNoTrouble() {
    func causes(after seconds: Int, _ isBeginning: Bool) -> [Finding.Cause] {
      self.causes(
        findings("Upgrading") { file in
          var job = ExaminedInstallation.ObservedJob(isActive: true, isComplete: false, waiting: "ContainerCreating")
          job.isBeginning = isBeginning
          job.created = Timestamp.text(file.now.secondsSince1970 - seconds)
          file.job = .there(job)
        })
    }

    #expect(causes(after: 59, true) == [])
    #expect(causes(after: 60, true) == [.podNeverRuns])
    #expect(causes(after: 1, false) == [.podNeverRuns])
  }

  @Test func aVersionThatWasPutBackWhileAnotherFailedIsTriedAndNotLeft() {
    let back = findings("UpgradeFailed", status: ["conditions": [["message": "backoff limit"]]]) { file in
      var job = ExaminedInstallation.ObservedJob(isActive: false, isComplete: false)
      job.version = "2.0.0"
      file.job = .there(job)
      file.former = .init(version: "1.0.0", config: "", time: "", what: "", wasInstalled: true)
    }

    #expect(back.first?.text == "2.0.0 failed; 1.1.0, requested since, was never attempted: backoff limit")
    #expect(remedies(back) == ["retry"])
  }

  /// Where a chart cannot be fetched there is no new job, and the status names the one that has succeeded before.
  @Test func aJobThatSucceededSaysNothingOfWhatFailed() {
    let reason = "failed to load chart data: 404"
    let found = findings("UpgradeFailed", status: ["conditions": [["message": .string(reason)]]]) { file in
      var job = ExaminedInstallation.ObservedJob(isActive: false, isComplete: true)
      job.version = "1.0.0"
      file.job = .there(job)
    }

    #expect(!found.contains { $0.text.contains("was never attempted") })
  }

  @Test func whatRunsIsNotCalledFailedForAnAttemptThatHadNoJob() {
    let reason = "failed to load chart data: 404"
    let status: Mapping = ["conditions": [["message": .string(reason)]], "configHash": .string(ConfigHash.of(""))]
    let found = findings("UpgradeFailed", status: status) { file in
      file.job = .there(.init(isActive: false, isComplete: true))
      file.releases = .there([release(1, "1.0.0"), release(2, "1.1.0", "deployed")])
    }

    #expect(
      found.first?.text
        == "an attempt failed before it had a job, and 1.1.0, which is asked for, still runs: \(reason)")
    #expect(remedies(found) == ["resync with helm's release"])
  }

  @Test func whatRestsAfterManyTriesIsNoLoop() {
    let words = ["Preparing", "Upgrading", "UpgradeFailed", "Preparing", "Upgrading", "UpgradeFailed"]
    func causes(since seconds: Int, _ newest: String) -> [Finding.Cause] {
      self.causes(
        findings("UpgradeFailed", status: ["stateHistory": states(words, until: now - seconds)]) {
          $0.releases = .there([release(1, "1.0.0"), release(2, "1.1.0", newest)])
        })
    }

    #expect(causes(since: 14, "superseded") == [.upgradeLoop])
    #expect(causes(since: 15, "superseded") == [.upgradeFailed])
    // helm has noted it, and the controllers try that a few times.
    #expect(causes(since: 1, "failed") == [.upgradeFailed])
  }

  @Test func aLoopThatAnInstalledHasEndedIsNoLoop() {
    let mended = ["UpgradeFailed", "Preparing", "UpgradeFailed", "Upgrading", "Installed", "Preparing", "Upgrading"]
    let put = ["Preparing", "UpgradeFailed", "Preparing", "UpgradeFailed", "Preparing", "Upgrading", "UpgradeFailed"]
    let fields: Value = ["f:spec": ["f:extension": ["f:version": [:]]]]
    let asked: Value = [["manager": "ksx", "time": .string(Timestamp.text(now - 1)), "fieldsV1": fields]]
    func causes(_ words: [String], _ metadata: Mapping = [:]) -> [Finding.Cause] {
      self.causes(
        findings("Upgrading", status: ["stateHistory": states(words, until: now - 2)], metadata: metadata) {
          $0.releases = .there([release(1, "1.0.0")])
        })
    }

    #expect(!causes(mended).contains(.upgradeLoop))
    #expect(causes(put).contains(.upgradeLoop))
    // Another version was asked for since.
    #expect(!causes(put, ["managedFields": asked]).contains(.upgradeLoop))
  }

  @Test func whatWasAskedForBeforeItsVersionWasThereIsNudged() {
    let asked: Value = ["f:spec": ["f:config": [:]]]
    let writers: Value = [["manager": "ksx", "time": "2026-11-26T10:05:00Z", "fieldsV1": asked]]
    func found(created time: String) -> [Finding] {
      findings("Installed", spec: ["config": "a: 2"], metadata: ["managedFields": writers]) { file in
        guard case .there(var version) = file.version else { return }
        version.created = time
        file.version = .there(version)
      }
    }
    func causes(created time: String) -> [Finding.Cause] { self.causes(found(created: time)) }

    #expect(causes(created: "2026-11-26T10:06:00Z") == [.notNoticed])
    #expect(found(created: "2026-11-26T10:06:00Z")[0].evidence.last?.value == "2026-11-26T10:06:00Z")
    #expect(causes(created: "2026-11-26T09:00:00Z") == [])
  }

  @Test func aNamespaceThatGoesAwayIsNamedWithWhatHoldsIt() {
    let found = findings("", status: ["state": ""]) { file in
      file.hasStatus = false
      file.leavingNamespace = Object(
        .namespaces, name: "extension-whizard",
        [
          "status": [
            "phase": "Terminating",
            "conditions": [
              ["type": "NamespaceFinalizersRemaining", "status": "True", "message": "x.example/stuck in 1 resource"],
              ["type": "NamespaceDeletionContentFailure", "status": "False", "message": "none"],
            ],
          ]
        ])
    }

    #expect(causes(found) == [.namespaceTerminating])
    #expect(found.first?.evidence.map(\.value.english) == ["Terminating", "x.example/stuck in 1 resource"])
  }

  @Test func aRepositoryThatOwnsNothingIsTold() {
    let read = Object(
      Dialect.installPlan.repositories, name: "twin", ["status": ["lastSyncTime": "2026-11-26T10:00:00Z"]])
    func causes(_ extensions: [Extension]?) -> [Finding.Cause] {
      RepositoryFile(read, events: [], extensions, .installPlan, Timestamp(secondsSince1970: now)).findings.map(\.cause)
    }
    var own = Sample.extension()
    own.repository = "twin"

    #expect(causes([]) == [.repositoryOwnsNothing])
    #expect(causes([Sample.extension()]) == [.repositoryOwnsNothing])
    #expect(causes([own]) == [])
    #expect(causes(nil) == [])
  }

  @Test func whatIsServedAndDoesNotAnswerIsAFinding() {
    let object = Object(
      Dialect.installPlan.apiServices, name: "v1.a.example", labels: ["kubesphere.io/extension-ref": "whizard"],
      ["spec": ["group": "a.example", "version": "v1"], "status": ["state": "Available"]])
    let served = ServedObject(object, kind: "APIService", dialect: .installPlan)
    func finding(_ outcome: Probe.Outcome) -> Finding? {
      Finding(Probe(object: served, target: "/kapis/a.example/v1", outcome: outcome))
    }

    #expect(finding(.silent("refused (502)"))?.cause == .noAnswer)
    #expect(finding(.silent("refused (502)"))?.evidence.first?.field == "GET /kapis/a.example/v1")
    #expect(finding(.answers(200)) == nil)
    #expect(finding(.notAsked("no path")) == nil)
  }
}
