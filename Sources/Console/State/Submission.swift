import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

/// A change on its way from the key that confirmed it to the cluster's answer.
///
/// It belongs to the state and not to the screen that began it: closing the plan does not take a write back.
///
///     sending ──accepted──▶ (gone)
///        │ ▲
///     409│ │news of the object that mean the same
///        ▼ │
///     outdated ──news that mean something else──▶ (gone)      any other failure: refused
struct Submission: Hashable, Sendable {
  enum Progress: Hashable, Sendable {
    /// The cluster has not answered yet.
    case sending
    /// Another writer was faster; the news of what it did is on its way.
    case outdated
    case refused
  }

  private(set) var plan: Plan
  private(set) var progress = Progress.sending
  /// The version of the installation that the write was made for.
  private(set) var version: String?
  private var conflicts = 0
  /// Why the cluster did not take it, as a sentence.
  var refusal: String?

  /// More conflicts in a row are told as a refusal.
  static let tolerance = 3

  init(_ plan: Plan, to version: String?) {
    self.plan = plan
    self.version = version
  }

  /// The cluster's answer is still to come.
  var isUnderWay: Bool { progress != .refused }

  /// Notes `failure`; whether the change shall be sent again for what the cluster has then.
  ///
  /// A controller that noted its progress meanwhile is no reason to ask the user again.
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

  /// `plan` is sent in place of the one that was outdated.
  mutating func sendAgain(_ plan: Plan, to version: String?) {
    (self.plan, self.version, progress) = (plan, version, .sending)
  }
}

extension ConsoleState {
  /// The submission of a change to `name` that the cluster has not answered yet.
  func underWay(_ name: String) -> Submission? {
    submissions[name].flatMap { $0.isUnderWay ? $0 : nil }
  }

  /// Sends `plan`, which the user has confirmed.
  mutating func submit(_ plan: Plan) {
    let before = market.installed.of(plan.name)
    submissions[plan.name] = Submission(plan, to: before?.resourceVersion)
    operations.begin(plan.change, on: plan.name, before: before, isTyped: plan.asksTheName)
    say(.note, "\(plan.name): \(plan.change.words) is being sent …", about: plan.name)
    begin(.apply(plan))
  }

  /// Sends what was outdated again, if it still means what the user has agreed to.
  mutating func submitAgain(_ name: String) {
    guard var submission = submissions[name], submission.progress == .outdated,
      market.installed.of(name)?.resourceVersion != submission.version, let context = planContext(for: name)
    else { return }
    let fresh = Plan.make(submission.plan.change, for: name, in: context)
    guard submission.plan.agreesTo(fresh), !fresh.isBlocked else {
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
