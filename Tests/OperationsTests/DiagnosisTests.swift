import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

/// Each trouble that is known, from a state as it was recorded on the real controllers.
@Suite struct DiagnosisTests {
  /// An installation as shipped KubeSphere has it, with all around it in order; `change` puts something wrong.
  func findings(
    _ state: String, version: String = "1.1.0", spec: Mapping = [:], status: Mapping = [:], metadata: Mapping = [:],
    name: String = "whizard", _ change: (inout ExaminedInstallation) -> Void = { _ in }
  ) -> [Finding] {
    var fields: Mapping = [
      "state": .string(state), "version": .string(version), "enabled": true, "configHash": .string(ConfigHash.of("")),
      "jobName": "helm-upgrade-1", "releaseName": "whizard", "targetNamespace": "extension-whizard",
      "stateHistory": [["state": .string(state), "lastTransitionTime": "2026-11-26T10:00:00Z"]],
    ]
    for pair in status.pairs { fields[pair.key] = pair.value }
    var whole: Mapping = ["extension": ["name": "whizard", "version": .string(version)], "enabled": true]
    for pair in spec.pairs { whole[pair.key] = pair.value }
    var object = Object(
      Dialect.installPlan.installations, name: name,
      ["spec": .mapping(whole), "status": fields.isEmpty ? .null : .mapping(fields)])
    object.value = object.value.setting(["metadata", "creationTimestamp"], to: "2026-11-26T09:00:00Z")
    for pair in metadata.pairs { object.value = object.value.setting(["metadata", pair.key], to: pair.value) }
    var file = ExaminedInstallation(object, dialect: .installPlan, now: Timestamp(secondsSince1970: now))
    let kept = ExtensionVersion(
      Object(
        Dialect.installPlan.extensionVersions, name: "whizard-\(version)",
        labels: [Dialect.installPlan.extensionLabel: "whizard"], ["spec": ["version": .string(version)]]),
      dialect: .installPlan)
    file.version = .there(kept)
    file.offered = [version]
    file.extension = .there(Sample.extension(state: state))
    file.job = .there(.init(isActive: false, isComplete: true))
    file.releases = .there([release(1, version)])
    change(&file)
    return Diagnosis.findings(in: file)
  }

  @Test func whatNeedsAKindThatIsNotThereIsLedBackBeforeItIsTriedAgain() {
    func remedies(_ message: String) -> [String] {
      let found = findings("UpgradeFailed", status: ["conditions": [["message": .string(message)]]]) { file in
        file.releases = .there([release(1, "1.0.0"), release(2, "1.1.0", "failed")])
      }
      return found.first { $0.cause == .upgradeFailed }?.remedies.map(\.name.english) ?? []
    }

    #expect(
      remedies("the cluster does not serve Policy of a.b") == [
        "read why", "set the version to 1.0.0", "bring Policy, then retry",
      ])
    #expect(remedies("timed out") == ["read why", "retry", "set the version to 1.0.0"])
  }

  /// Ten minutes after the last state.
  var now: Int { Timestamp.seconds("2026-11-26T10:10:00Z") ?? 0 }

  let going: Mapping = ["deletionTimestamp": "2026-11-26T10:01:00Z"]

  func release(_ revision: Int, _ version: String, _ status: String = "deployed", time: String = "")
    -> HelmRelease
  {
    let secret = Object(
      .secrets, name: "s", namespace: "extension-whizard",
      labels: ["owner": "helm", "name": "whizard", "status": status, "version": "\(revision)"])
    guard var release = HelmRelease(secret: secret) else { fatalError("the labels are helm's") }
    release.chartVersion = version
    release.time = time.isEmpty ? "2026-11-26T10:00:00Z" : time
    return release
  }

  func states(_ words: [String], every seconds: Int = 1, until end: Int) -> Value {
    .sequence(
      words.enumerated().map { place, word in
        let time = end - (words.count - 1 - place) * seconds
        return ["state": .string(word), "lastTransitionTime": .string(Timestamp.text(time))]
      })
  }

  func causes(_ findings: [Finding]) -> [Finding.Cause] { findings.map(\.cause) }

  func remedies(_ findings: [Finding]) -> [String] { findings.first?.remedies.map(\.name.english) ?? [] }

  /// The body of the first request of the first remedy.
  func body(_ findings: [Finding]) -> String {
    guard case .send(let request)? = findings.first?.remedies.first?.steps.first, case .merge(let body) = request.action
    else { return "" }
    return JSON.text(body)
  }

  @Test func whatIsInOrderIsFoundToBe() {
    #expect(findings("Installed").isEmpty)
    #expect(findings("Upgrading") { $0.job = .there(.init(isActive: true, isComplete: false)) }.isEmpty)
  }

  // Rows a to d of what was tried: preparing, jobs and clocks.

  @Test func preparingWithoutAJobForLongIsForEver() {
    let stuck = findings("Preparing") { $0.job = .missing }
    #expect(causes(stuck) == [.preparingForEver])
    #expect(body(stuck) == #"{"status":{"state":"","stateHistory":null,"jobName":"","configHash":""}}"#)
    #expect(remedies(stuck) == ["start over", "resync with helm's release"])
    #expect(
      remedies(findings("Preparing") { ($0.job, $0.releases) = (.missing, .there([])) }) == ["start over", "uninstall"])
    let young = findings("Preparing", status: ["stateHistory": states(["Preparing"], until: now - 60)]) {
      $0.job = .missing
    }
    #expect(young.isEmpty)
  }

  @Test func aJobThatIsGoneIsWaitedForInVain() {
    let gone = findings("Upgrading") { $0.job = .missing }
    #expect(causes(gone) == [.jobGone])
    #expect(remedies(gone) == ["start over", "uninstall"])
  }

  @Test func aPodThatNeverRunsIsNamedWithItsReason() {
    let stuck = findings("Installing") {
      $0.job = .there(.init(isActive: true, isComplete: false, waiting: "ImagePullBackOff: no such image"))
    }
    #expect(causes(stuck) == [.podNeverRuns])
    #expect(stuck.first?.text.hasSuffix("ImagePullBackOff: no such image") == true)
    #expect(body(stuck) == #"{"spec":{"activeDeadlineSeconds":1}}"#)
  }

  @Test func whatTheExecutorsClockPutsBeforeTheLastStateIsPassedOver() {
    let behind = findings("Upgrading") { $0.releases = .there([release(2, "1.1.0", time: "2026-11-26T09:55:00Z")]) }
    #expect(causes(behind) == [.executorClockBehind])
    #expect(body(behind) == #"{"status":{"stateHistory":null}}"#)
    #expect(behind.first?.text.contains("300 s before") == true)
  }

  @Test func aStateFromTheFutureIsNotBelieved() {
    let ahead = findings("Installed", status: ["stateHistory": states(["Installed"], until: now + 900)])
    #expect(causes(ahead) == [.clockAhead])
    #expect(body(ahead) == #"{"status":{"stateHistory":null}}"#)
  }

  // Rows e, f, p, q: versions.

  @Test func aDeletionWithoutItsVersionStands() {
    let stuck = findings("Installed", metadata: going) { ($0.version, $0.offered) = (.missing, ["1.2.0", "1.0.0"]) }
    #expect(causes(stuck) == [.versionGoneTerminating])
    #expect(remedies(stuck) == ["set the version to 1.2.0", "put a stand-in for the version"])
  }

  @Test func anUnknownVersionIsPassedOverWithoutAWord() {
    let unknown = findings("", status: ["state": ""]) {
      ($0.version, $0.offered, $0.hasStatus) = (.missing, ["1.0.0"], false)
    }
    #expect(causes(unknown) == [.versionUnknown])
    let late = findings("", status: ["state": ""]) { $0.hasStatus = false }
    #expect(causes(late) == [.notNoticed])
    #expect(body(late) == #"{"metadata":{"annotations":{"ksx.dev/nudge":"1"}}}"#)
    let second = findings("", status: ["state": ""], metadata: ["resourceVersion": "8"]) { $0.hasStatus = false }
    #expect(body(second) == #"{"metadata":{"annotations":{"ksx.dev/nudge":"8"}}}"#, "the same again wakes no one")
    let stopped = findings("", status: ["state": ""]) { ($0.hasStatus, $0.untouched) = (false, 1) }
    #expect(causes(stopped) == [.repositoryHangs])
  }

  @Test func aVersionThatVanishedFromItsRepositoryKeepsChangesFromBeingCarriedOut() {
    let gone = findings("Installed") { ($0.version, $0.offered) = (.missing, ["1.2.0"]) }
    #expect(causes(gone) == [.versionGone])
    let repository = findings("Installed") { ($0.version, $0.offered, $0.extension) = (.missing, [], .missing) }
    #expect(repository.first?.text.hasPrefix("its extension and its versions are gone") == true)
  }

  @Test func whereTheRepositoryIsGoneItIsToBeAddedAgain() {
    let failed = findings("UpgradeFailed") {
      ($0.version, $0.offered, $0.isRepositoryGone) = (.missing, [], true)
      $0.extension = .there(Sample.extension(state: "UpgradeFailed"))
    }
    #expect(causes(failed) == [.versionGone])
    #expect(failed[0].text.hasSuffix("without it no change can be carried out"))
    #expect(failed[0].remedies.map(\.name.english) == ["add the repository again"])
    #expect(failed[0].evidence.last?.object.hasPrefix("Repository ") == true)
    guard case .manual(let words)? = failed[0].remedies[0].steps.first else {
      Issue.record("no request adds a repository whose address is not known")
      return
    }
    #expect(words.english.hasPrefix("ksx repo add "))

    let unknown = findings("Installed") { ($0.version, $0.offered, $0.extension) = (.missing, [], .missing) }
    #expect(remedies(unknown) == ["add the repository again"])
  }

  @Test func anExtensionThatWasMadeAnewSaysThatItIsNotInstalled() {
    let stale = findings("Installed") { $0.extension = .there(Sample.extension(state: "")) }
    #expect(causes(stale) == [.mirrorStale])
    #expect(stale[0].remedies.map(\.cost.english) == ["the history of states is forgotten"])
    #expect(body(stale) == #"{"status":{"stateHistory":null}}"#)
  }

  // Rows g, h: failures and loops.

  @Test func aFailureIsToldWithItsReasonAndTheWayBack() {
    let failed = findings(
      "UpgradeFailed", status: ["conditions": [["message": "Job has reached the specified backoff limit"]]]
    ) { $0.releases = .there([release(1, "1.0.0"), release(2, "1.1.0", "failed")]) }
    #expect(causes(failed) == [.upgradeFailed])
    #expect(failed.first?.text == "1.1.0 failed: Job has reached the specified backoff limit")
    #expect(remedies(failed) == ["read why", "retry", "set the version to 1.0.0"])
    #expect(causes(findings("InstallFailed") { $0.releases = .there([]) }) == [.installFailed])
  }

  @Test func anUpgradeThatIsTriedWithoutEndIsNoSimpleFailure() {
    let words = ["Preparing", "Upgrading", "UpgradeFailed", "Preparing", "Upgrading", "UpgradeFailed"]
    let loop = findings("UpgradeFailed", status: ["stateHistory": states(words, until: now - 1)]) {
      $0.releases = .there([release(1, "1.0.0")])
    }
    #expect(causes(loop) == [.upgradeLoop])
    #expect(remedies(loop) == ["go back to 1.0.0, then retry"])
    let chart = findings(
      "InstallFailed",
      status: [
        "stateHistory": states(
          ["Preparing", "InstallFailed", "Preparing", "InstallFailed", "Preparing", "InstallFailed"], until: now),
        "conditions": [["message": "Failed to install extension: failed to load chart data: 404 Not Found"]],
      ]
    ) { $0.releases = .there([]) }
    #expect(causes(chart) == [.chartUnreadable])
  }

  @Test func aChartOfAnotherVersionIsUpgradedAgainAndAgain() {
    let words = ["Installed", "Upgrading", "Installed", "Upgrading", "Installed", "Upgrading"]
    func found(_ releases: [HelmRelease], offered: [String] = ["1.1.0"]) -> [Finding] {
      let asked: Value = ["f:spec": ["f:extension": ["f:version": [:]]]]
      let writers: Value = [["manager": "ksx", "time": "2026-11-26T09:58:00Z", "fieldsV1": asked]]
      return findings(
        "Upgrading", status: ["stateHistory": states(words, until: now)], metadata: ["managedFields": writers]
      ) {
        ($0.releases, $0.offered) = (.there(releases), offered)
        $0.job = .there(.init(isActive: true, isComplete: false))
      }
    }
    func causes(_ releases: [HelmRelease]) -> [Finding.Cause] { self.causes(found(releases)) }

    let vain = [release(6, "1.0.9", "superseded"), release(7, "1.0.9")]
    #expect(causes(vain).first == .versionMismatch)
    #expect(remedies(found(vain)) == ["uninstall"])
    #expect(remedies(found(vain, offered: ["1.1.0", "1.0.9"])) == ["set the version to 1.0.9", "uninstall"])
    // Three changes within half a minute, of which the last is under way.
    let former = [
      release(6, "1.0.9", "superseded", time: "2026-11-26T09:57:00Z"),
      release(7, "1.0.9", time: "2026-11-26T09:57:59Z"),
    ]
    #expect(causes(former) == [])
    // helm was used by hand, and is put right.
    #expect(causes([release(6, "1.1.0", "superseded"), release(7, "1.0.9")]) == [])
  }

  @Test func aReleaseThatHelmLeftPendingIsUnlockedBeforeTheRetry() {
    let failed = findings("UpgradeFailed") { $0.releases = .there([release(3, "1.1.0", "pending-upgrade")]) }
    #expect(causes(failed) == [.helmPending])
    #expect(remedies(failed) == ["unlock helm and retry"])
    guard case .send(let request)? = failed.first?.remedies.first?.steps.first else { return }
    #expect(
      request.kubectl() == "kubectl -n extension-whizard delete secrets sh.helm.release.v1.whizard.v3 --wait=false")
    let busy = findings("Upgrading") {
      ($0.releases, $0.job) = (.there([release(3, "1.1.0", "pending-upgrade")]), .missing)
    }
    #expect(remedies(busy) == ["unlock helm and start over"])
    let working = findings("Upgrading") {
      $0.releases = .there([release(3, "1.1.0", "pending-upgrade")])
      $0.job = .there(.init(isActive: true, isComplete: false))
    }
    #expect(working.isEmpty)
  }

  // Row i: uninstalls.

  @Test func anUninstallThatFailedIsDoneAgainWithTheTimeOfItsOwnHistory() {
    let failed = findings("UninstallFailed", metadata: going)
    #expect(causes(failed) == [.uninstallFailed])
    #expect(
      body(failed)
        == #"{"status":{"state":"","stateHistory":[{"state":"UninstallFailed","lastTransitionTime":"2026-11-26T10:00:00Z"}]}}"#
    )
    #expect(causes(findings("Uninstalling", metadata: going) { $0.job = .missing }) == [.uninstallStands])
  }

  @Test func anUninstallThatWasNotAskedForIsStartedOver() {
    #expect(causes(findings("Uninstalling") { $0.releases = .there([]) }) == [.uninstallingByHand])
    let held = findings("Uninstalling") { $0.releases = .there([release(2, "1.1.0", "uninstalling")]) }
    #expect(remedies(held) == ["unlock helm and start over"])
    #expect(causes(findings("Uninstalled") { $0.releases = .there([]) }) == [.inheritedStatus])
  }

  // Rows k: agents.
}
