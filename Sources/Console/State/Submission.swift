import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

/// A change from its confirmation by a key until the API server answers.
///
/// It belongs to the state rather than to the screen that began it, because closing the plan does not cancel the write.
///
///     sending ──accepted──▶ (gone)
///        │ ▲
///     409│ │the object changed, the plan means the same
///        ▼ │
///     outdated ──the plan means something else──▶ (gone)      any other failure: refused
struct Submission: Hashable, Sendable {
  enum Progress: Hashable, Sendable {
    /// The API server has not answered yet.
    case sending
    /// The write conflicted with a faster one, whose watch event has not arrived yet.
    case outdated
    case refused
  }

  private(set) var plan: Plan
  private(set) var progress = Progress.sending
  /// The resource version of the installation for which the write was made.
  private(set) var version: String?
  private var conflicts = 0
  /// Why the API server did not accept the change, as a sentence.
  var refusal: String?

  /// The number of conflicts in a row that are tolerated; one more counts as a refusal.
  static let tolerance = 3

  init(_ plan: Plan, to version: String?) {
    self.plan = plan
    self.version = version
  }

  /// Whether the answer of the API server is still pending.
  var isUnderWay: Bool { progress != .refused }

  /// Records `failure`; returns whether the change is to be sent again for the object as it is then.
  ///
  /// A controller that merely updated the object's status is no reason to ask the user again.
  mutating func fail(_ failure: ClusterError) -> Bool {
    guard case .refused(let status) = failure, status.isConflict, conflicts < Self.tolerance
    else {
      progress = .refused
      return false
    }
    conflicts += 1
    progress = .outdated
    return true
  }

  /// Records that `plan` is sent instead of the outdated one.
  mutating func sendAgain(_ plan: Plan, to version: String?) {
    (self.plan, self.version, progress) = (plan, version, .sending)
  }
}

extension ConsoleState {
  /// The submission of a change to `name` that the API server has not answered yet.
  func underWay(_ name: String) -> Submission? {
    submissions[name].flatMap { $0.isUnderWay ? $0 : nil }
  }

  /// Sends `plan`, which the user has confirmed.
  mutating func submit(_ plan: Plan) {
    let before = market.installed.of(plan.name)
    submissions[plan.name] = Submission(plan, to: before?.resourceVersion)
    cancelled[plan.name] = nil
    operations.begin(plan.change, on: plan.name, before: before, isTyped: plan.requiresTypedName)
    say(.note, "\(plan.name): \(plan.change.phrase) is being sent …", about: plan.name)
    begin(.apply(plan))
  }

  /// Sends an outdated change again, if it still means what the user has agreed to.
  mutating func submitAgain(_ name: String) {
    guard var submission = submissions[name], submission.progress == .outdated,
      market.installed.of(name)?.resourceVersion != submission.version, let context = planContext(for: name)
    else { return }
    let fresh = Plan.make(submission.plan.change, for: name, in: context)
    guard submission.plan.confirmationCovers(fresh), !fresh.isBlocked else {
      submissions[name] = nil
      operations.abandon(name)
      announce(.warning, "Another writer changed \(name) first. Look again; nothing was changed by you.", about: name)
      return
    }
    submission.sendAgain(fresh, to: market.installed.of(name)?.resourceVersion)
    submissions[name] = submission
    begin(.apply(fresh))
  }
}
