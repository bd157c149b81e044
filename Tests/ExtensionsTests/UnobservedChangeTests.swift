import Client
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Extensions

/// What the controllers have not taken up, though they had the time.
@Suite struct UntakenChangeTests {
  private static let now = Timestamp(secondsSince1970: Timestamp.seconds("2026-01-01T10:01:00Z") ?? 0)

  /// An installation of 1.0.0 that was last said to be Installed at ten, and in whose spec `field` was written later.
  private func installation(
    _ dialect: Dialect, writing field: String = "enabled", at time: String = "2026-01-01T10:00:30Z",
    _ change: (inout Installation) -> Void = { _ in }
  ) -> Installation {
    let said: Value = ["type": "Installed", "message": "done", "lastTransitionTime": "2026-01-01T10:00:00Z"]
    var status: Mapping = ["state": "Installed", "conditions": [said]]
    if dialect.name == .installPlan {
      (status["version"], status["enabled"], status["configHash"]) = ("1.0.0", true, .string(ConfigHash.of("")))
    } else {
      let account = LastAttempt(version: "1.0.0", config: "", isEnabled: true)
      status["conditions"] = .sequence([said] + account.conditions(since: "2026-01-01T10:00:00Z"))
    }
    var installation = Installation(
      Object(
        dialect.installations, name: "whizard",
        [
          "spec": ["extension": ["name": "whizard", "version": "1.0.0"], "enabled": true],
          "status": .mapping(status),
        ]))
    installation.created = "2026-01-01T09:00:00Z"
    installation.writers = [FieldWriter(manager: "kubectl", time: time, fields: [field])]
    change(&installation)
    return installation
  }

  private func fields(_ installation: Installation) -> [String] {
    installation.unobservedChanges(at: Self.now).map(\.field)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aChangeThatStandsBesideAnOldStatusIsUntaken(dialect: Dialect) {
    #expect(fields(installation(dialect)) == [])
    #expect(fields(installation(dialect) { $0.isEnabled = false }) == ["spec.enabled"])
    let upgrade = installation(dialect, writing: "extension") { $0.version = "1.1.0" }
    #expect(fields(upgrade) == ["spec.extension.version"])
    #expect(upgrade.unobservedChanges(at: Self.now).map(\.seconds) == [30])
    #expect(fields(installation(dialect, writing: "config") { $0.config = "a: 1" }) == ["spec.config"])
  }

  @Test func whatIsNewOrAnsweredOrUnderWayIsNot() {
    func off(_ time: String, _ change: (inout Installation) -> Void = { _ in }) -> [String] {
      fields(
        installation(.installPlan, at: time) {
          $0.isEnabled = false
          change(&$0)
        })
    }
    #expect(off("2026-01-01T10:00:55Z") == [])
    #expect(off("2026-01-01T10:00:30Z") == ["spec.enabled"])
    #expect(off("2026-01-01T10:00:30Z") { $0.conditionTime = "2026-01-01T10:00:31Z" } == [])
    #expect(off("2026-01-01T10:00:30Z") { $0.state = .upgrading } == [])
    // Nothing says when it was asked for.
    #expect(off("") == [])
    #expect(off("2026-01-01T09:59:00Z") { $0.notes["ksx.dev/changed-at"] = "2026-01-01T10:00:30Z" } == ["spec.enabled"])
    #expect(off("") { $0.notes["ksx.dev/changed-at"] = "2026-01-01T10:00:30Z" } == ["spec.enabled"])
  }

  @Test func whatWasNeverLookedAtOrIsNotDeletedIsUntaken() {
    let bare = Installation(
      Object(Dialect.installPlan.installations, name: "whizard", ["spec": ["extension": ["name": "whizard"]]]))
    var made = bare
    made.created = "2026-01-01T10:00:00Z"
    #expect(fields(made) == ["spec"])

    let going = installation(.installPlan) { ($0.isBeingDeleted, $0.deleted) = (true, "2026-01-01T10:00:30Z") }
    #expect(fields(going) == ["metadata.deletionTimestamp"])
  }

  @Test func theAccountInTheConditionsIsReadBack() throws {
    let account = LastAttempt(version: "1.0.0", config: "b: 2\na: 1\n", isEnabled: false)
    #expect(LastAttempt(account.conditions(since: "t")) == account)
    // How a config is written says nothing; what it says does.
    #expect(account.configHash == LastAttempt.fingerprint("b: 2 # two\na: 1"))
    #expect(account.configHash != LastAttempt.fingerprint("b: 3\na: 1"))
    #expect(LastAttempt.fingerprint("") == LastAttempt.fingerprint("{}\n"))
    #expect(LastAttempt([["type": "Installed", "message": "version 1.0.0, revision 1"]]) == nil)
  }
}
