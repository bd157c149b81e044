import Manifest
import Testing

@testable import Extensions
@testable import KubernetesAPI

/// Another try of what failed.
@Suite struct RetryTests {
  private func patch(_ installation: Installation, _ dialect: Dialect = .installPlan) -> Value? {
    let plan = Plan.make(.retry, for: "whizard", in: Sample.context([installation], dialect: dialect))
    guard case .patch(_, _, "whizard", let patch) = plan.write else { return nil }
    return patch
  }

  @Test(arguments: ["InstallFailed", "UpgradeFailed", "Installed"])
  func aRetryEmptiesTheFingerprintAndNothingElse(state: String) {
    let body = patch(Sample.installation(config: "a: 1 # one\n", state: state, status: ["configHash": "ff"]))

    #expect(body == ["status": ["configHash": ""], "metadata": ["resourceVersion": "7"]])
  }

  @Test func theFirstDesignKeepsNoFingerprintAndIsStartedAnewByAnEmptyState() {
    let body = patch(Sample.installation(state: "UpgradeFailed", dialect: .subscription), .subscription)

    #expect(body == ["status": ["state": ""], "metadata": ["resourceVersion": "7"]])
  }

  /// The state alone would make ten jobs a second.
  @Test func anUninstallIsRetriedWithAHistoryThatEndsInItsFailureAtTheClustersOwnTime() {
    let installation = Sample.installation(
      state: "UninstallFailed",
      status: ["stateHistory": [["state": "Uninstalling", "lastTransitionTime": "2026-11-26T10:00:00Z"]]],
      metadata: ["deletionTimestamp": "2026-11-26T09:59:00Z"])

    let last: Value = ["state": "UninstallFailed", "lastTransitionTime": "2026-11-26T10:00:00Z"]
    #expect(patch(installation)?["status"] == ["state": "", "stateHistory": [last]])
  }

  @Test(arguments: [
    ("Upgrading", "whizard is Upgrading: it is being tried. Wait for it to end, or end it with ksx cancel whizard"),
    ("Preparing", "whizard is Preparing: it is being tried. Wait for it to end, or end it with ksx cancel whizard"),
    ("", "the controllers have not begun with whizard: there is nothing to try again"),
    ("Uninstalled", "whizard is Uninstalled, in which the controllers take up no retry"),
  ])
  func whatIsNotOverOrNotBegunIsNotRetried(state: String, reason: String) {
    let plan = Plan.make(.retry, for: "whizard", in: Sample.context([Sample.installation(state: state)]))

    #expect(plan.problems.filter(\.isBlocking).map(\.text) == [reason])
  }

  @Test(arguments: [
    ("InstallFailed", "what makes it succeed, or ksx uninstall whizard"),
    (
      "UpgradeFailed",
      "another version: ksx rollback whizard. Where it stands still, ksx doctor whizard says what helps"
    ),
  ])
  func aLoopIsToldWithWhatEndsIt(failure: String, way: String) {
    let words = ["Preparing", failure, "Preparing", failure, "Preparing", failure, "Preparing"]
    let states = words.map { ["state": .string($0), "lastTransitionTime": "2026-11-26T10:00:00Z"] as Value }
    let looping = Sample.installation(state: "Preparing", status: ["stateHistory": .sequence(states)])
    let plan = Plan.make(.retry, for: "whizard", in: Sample.context([looping]))

    #expect(
      plan.problems.filter(\.isBlocking).map(\.text) == [
        "whizard is Preparing: it fails and is tried again and again. What ends that is \(way)"
      ])
  }

  @Test func thePlanSaysWhatIsAppliedAgain() {
    let failed = Sample.installation(state: "UpgradeFailed")
    let plan = Plan.make(.retry, for: "whizard", in: Sample.context([failed]))

    #expect(plan.text.hasPrefix("~ version 1.0.0 with its config, which is UpgradeFailed, is applied again"))
    #expect(!plan.isBlocked)
    let well = Plan.make(.retry, for: "whizard", in: Sample.context([Sample.installation()]))
    #expect(well.problems.map(\.text) == ["whizard is Installed: nothing has failed"])
  }

  @Test func controllersThatKnowNoRetryAreNotAskedForOne() {
    var context = Sample.context([Sample.installation(state: "InstallFailed")], dialect: .subscription)
    context.capabilities = Capabilities(assuming: Dialect(era: .scheduledSubscription))

    #expect(Plan.make(.retry, for: "whizard", in: context).isBlocked)
  }
}
