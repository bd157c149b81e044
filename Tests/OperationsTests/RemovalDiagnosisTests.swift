import Extensions
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Operations

// A deletion that does not come to its end, and what holds it.
extension DiagnosisTests {
  private static let protection: Value = "kubesphere.io/installplan-protection"

  /// An installation that ksxd keeps and that is being deleted for ten minutes.
  private func kept(_ dialect: Dialect, _ state: String, _ message: String, finalizers: [Value] = [Self.protection])
    -> [Finding]
  {
    let condition: Value = ["message": .string(message), "lastTransitionTime": "2026-11-26T10:09:00Z"]
    var object = Object(
      dialect.installations, name: "whizard",
      [
        "spec": ["extension": ["name": "whizard", "version": "1.1.0"], "enabled": true],
        "status": ["state": .string(state), "conditions": message.isEmpty ? [] : [condition]],
      ])
    for (key, value) in [
      ("deletionTimestamp", "2026-11-26T10:00:00Z"), ("finalizers", .sequence(finalizers)),
      ("annotations", .mapping([Installation.standaloneAnnotation: "extension-whizard"])),
    ] as [(String, Value)] {
      object.value = object.value.setting(["metadata", key], to: value)
    }
    var file = ExaminedInstallation(object, dialect: dialect, now: Timestamp(secondsSince1970: now))
    // Without it ksxd uninstalls all the same.
    file.version = .missing
    return Diagnosis.findings(in: file)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatFinalizersHoldIsNamedWithTheLineThatLetsItGo(dialect: Dialect) {
    for (state, message) in [
      ("UninstallFailed", "still there after 600 s: JSBundle bell (held by its finalizers a.b/c, d.e/f) and 2 more"),
      (
        "Uninstalling", "waiting for Job extension-bell/last, JSBundle bell (held by its finalizers a.b/c, d.e/f) to go"
      ),
    ] {
      let found = kept(dialect, state, message)
      #expect(causes(found) == [.uninstallHeld])
      #expect(found.first?.text == "its uninstall waits for JSBundle bell, which the finalizers a.b/c, d.e/f hold")
      #expect(
        found.first?.evidence.map(\.field) == ["status.state", "metadata.deletionTimestamp", "status.conditions"])
      #expect(remedies(found) == ["have that program take it off", "take its finalizers off", "remove by force"])
      let line = #"kubectl patch jsbundle bell --type=merge -p '{"metadata":{"finalizers":null}}'"#
      #expect(found.first?.remedies[1].steps == [.manual(Sentence(verbatim: line))])
    }
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aHookThatFailedBeforeARemovalIsDeletedToBeRunAgain(dialect: Dialect) {
    let found = kept(
      dialect, "UninstallFailed",
      "pre-delete hook Job extension-whizard/drain failed: BackoffLimitExceeded; it said: no; once it is deleted it is run again"
    )

    #expect(causes(found) == [.uninstallHeld])
    #expect(remedies(found) == ["read why", "run the hook again", "remove by force"])
    #expect(
      found.first?.remedies[1].steps == [.manual(Sentence(verbatim: "kubectl -n extension-whizard delete job drain"))])
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anUninstallThatIsRefusedSaysSoAndOneOfAMomentAgoNothing(dialect: Dialect) {
    let found = kept(dialect, "UninstallFailed", "services \"x\" is forbidden")
    #expect(causes(found) == [.uninstallHeld])
    #expect(found.first?.text.hasSuffix("services \"x\" is forbidden") == true)
    #expect(causes(kept(dialect, "Installed", "")) == [])
  }

  @Test func aFinalizerOfAnotherProgramIsNamedAndTakenOffAlone() {
    let metadata: Mapping = ["deletionTimestamp": "2026-11-26T10:00:00Z", "finalizers": ["a.b/c"]]
    let found = findings("Uninstalled", metadata: metadata)
    #expect(causes(found) == [.uninstallHeld])
    #expect(remedies(found) == ["have that program take it off", "take the finalizers off"])
    #expect(causes(kept(.subscription, "Uninstalled", "", finalizers: ["a.b/c"])) == [.uninstallHeld])
    // As long as its controller is not done, the others are not what holds it.
    #expect(
      causes(kept(.subscription, "Installed", "", finalizers: ["a.b/c", "subscription.extensions.kubesphere.io"])) == []
    )
  }

  @Test func aDeletionInTheForegroundNamesWhatItWaitsFor() {
    let metadata: Mapping = ["deletionTimestamp": "2026-11-26T10:00:00Z", "finalizers": ["foregroundDeletion"]]
    let found = findings("Uninstalled", metadata: metadata) { $0.dependants = ["Job extension-whizard/helm-1"] }

    #expect(causes(found) == [.uninstallHeld])
    #expect(found.first?.evidence.last?.object == "Job extension-whizard/helm-1")
  }

  @Test func aFailedUninstallTellsItsJobAndItsRelease() {
    let failure = "Job has reached the specified backoff limit"
    let failed = findings("UninstallFailed", metadata: going) {
      $0.job = .there(
        .init(
          Object(["status": ["conditions": [["type": "Failed", "status": "True", "message": .string(failure)]]]]),
          pods: []))
      $0.releases = .there([release(2, "1.1.0", "uninstalling")])
    }
    #expect(causes(failed) == [.uninstallFailed])
    #expect(failed.first?.evidence.suffix(2).map(\.value.english) == [failure, "uninstalling"])
    #expect(remedies(failed) == ["uninstall again", "remove by force", "read why"])
  }

  @Test func anUninstallWhoseJobHasEndedAndThatStandsIsFound() {
    let failed = findings("Uninstalling", metadata: going) {
      $0.job = .there(
        .init(Object(["status": ["conditions": [["type": "Failed", "status": "True", "message": "no"]]]]), pods: []))
    }
    #expect(causes(failed) == [.uninstallStands])
    #expect(remedies(failed) == ["uninstall again", "remove by force", "read why"])
    let done = findings("Uninstalling", metadata: going) { $0.releases = .there([]) }
    #expect(causes(done) == [.uninstallStands])
    #expect(remedies(done) == ["nudge", "remove by force"])
  }
}
