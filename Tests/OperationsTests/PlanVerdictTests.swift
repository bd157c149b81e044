import Client
import Extensions
import KubernetesAPI
import Platform
import Testing

@testable import Operations

/// What is said of a plan beside its title, and what other writers do under it.
@Suite struct PlanStandingTests {
  private let present = Sample.installation("Installed", wanted: "1.0.0", tried: "1.0.0", config: "a: 1\n")

  private func context(_ installations: [Installation]) -> PlanContext {
    PlanContext(
      capabilities: Capabilities(assuming: .installPlan), cluster: "museum",
      extensions: ["whizard": Sample.extension()], installations: Installations(installations), versions: [:])
  }

  private func standing(_ answer: ClusterError??, at answered: Double = 0, now: Double, lost: Double? = nil) -> String {
    let plan = Plan.make(.disable, for: "whizard", in: context([present]))
    var dryRun = DryRun(of: plan)
    if let answer { dryRun.answer(answer, at: answered) }
    return PlanVerdict(plan, dryRun, lostSince: lost, at: now).text.english
  }

  @Test func aVerdictHasItsAgeAndHoldsNoLongerThanTheConnection() {
    #expect(standing(nil, now: 0) == "asking the server …")
    #expect(standing(.some(nil), now: 30) == "ready")
    #expect(standing(.some(nil), now: 200) == "ready 3 min ago")
    #expect(standing(.some(nil), now: 35, lost: 20) == "ready 30 s ago, no connection")
    #expect(standing(.refused(Status(code: 422, message: "no")), now: 1) == "the server refuses it")
    #expect(standing(.refused(Status(code: 503, message: "no")), now: 1) == "not known: no dry run")
    let absent = Plan.make(.disable, for: "whizard", in: context([]))
    #expect(PlanVerdict(absent, nil, at: 0).text == "blocked")
    #expect(PlanVerdict(absent, nil, isReadOnly: true, at: 0).text == "blocked")
  }

  @Test func theAgeIsToldAnewOnlyWhenItsTextChanges() {
    let plan = Plan.make(.disable, for: "whizard", in: context([present]))
    var dryRun = DryRun(of: plan)
    #expect(PlanVerdict(plan, dryRun, at: 0).nextChange == nil)
    dryRun.answer(nil, at: 0)
    #expect(PlanVerdict(plan, dryRun, at: 20).nextChange == 40)
    #expect(PlanVerdict(plan, dryRun, lostSince: 10, at: 22).nextChange == 8)
  }

  @Test func anotherWritersChangeIsToldAndAControllersStatusIsNot() {
    var later = present
    later.resourceVersion = "99"
    #expect(ForeignChange(from: present, to: later) == nil)
    later = Sample.installation("Upgrading", wanted: "1.0.0", tried: "1.0.0", config: "a: 1\n")
    #expect(ForeignChange(from: present, to: later) == nil)

    later.version = "1.1.0"
    later.notes = ["ksx.dev/changed-by": "ada", "ksx.dev/changed-at": "t2"]
    #expect(
      ForeignChange(from: present, to: later)?.sentence(of: "whizard")
        == "whizard changed under this plan: 1.0.0 → 1.1.0 by ada. Look again.")
    // A note that stood there before is not of this change.
    var noted = present
    noted.notes = later.notes
    #expect(ForeignChange(from: noted, to: later)?.words == "1.0.0 → 1.1.0")
    later = present
    later.config = "a: 2\n"
    later.isEnabled = false
    #expect(ForeignChange(from: present, to: later)?.words == "another config, disabled")
    #expect(ForeignChange(from: present, to: nil)?.words == "uninstalled")
    #expect(ForeignChange(from: nil, to: present)?.words == "installed, version 1.0.0")
    later = present
    later.isBeingDeleted = true
    #expect(ForeignChange(from: present, to: later)?.words == "being uninstalled")
  }

  @Test func aStepThatFollowsIsPlannedForWhatTheOneBeforeLeaves() {
    let first = PlannedStep(.install(version: "1.1.0", config: ""), "whizard")

    let later = context([]).after(first)

    #expect(later.installation(of: "whizard")?.observed.state == .installed)
    #expect(later.installation(of: "whizard")?.version == "1.1.0")
    #expect(Plan.make(.disable, for: "whizard", in: later).problems.filter(\.isBlocking) == [])
  }

  @Test func theNextStepIsSentOnlyAfterASuccessAndAsItWasAgreedTo() {
    let agreed = Plan.make(.disable, for: "whizard", in: context([present]))
    var queue = StepQueue(after: "first", [agreed])
    #expect(queue.next(hasSucceeded: true) { _ in context([present]) } == .send(agreed))
    #expect(queue.awaited == "whizard")
    #expect(queue.next(hasSucceeded: true) { _ in context([present]) } == .finished)

    queue = StepQueue(after: "first", [agreed])
    #expect(
      queue.next(hasSucceeded: false) { _ in context([present]) } == .stop(agreed, reason: "first has failed"))
    queue = StepQueue(after: "first", [agreed])
    guard case .stop(_, let reason) = queue.next(hasSucceeded: true, in: { _ in context([]) }) else {
      Issue.record("what is no longer there is not disabled")
      return
    }
    #expect(reason.english.contains("not installed"))
  }
}
