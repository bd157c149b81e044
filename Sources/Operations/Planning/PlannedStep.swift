import Client
package import Extensions
import KubernetesAPI
import Manifest
package import Platform

/// A change of one extension, as part of a plan for several.
package struct PlannedStep: Hashable, Sendable {
  package var name: String
  package var change: Change

  package init(_ change: Change, _ name: String) {
    self.name = name
    self.change = change
  }
}

extension PlanContext {
  /// The context after `step` has succeeded, in which a later step can be planned.
  package func after(_ step: PlannedStep) -> PlanContext {
    let write = step.change.write(to: step.name, installation: installation(of: step.name), in: capabilities)
    guard case .create(_, let object) = write else { return self }
    let status: Value = [
      "state": "Installed", "version": .string(step.change.version ?? ""), "enabled": true,
      "configHash": .string(ConfigHash.of(step.change.config ?? "")),
    ]
    var later = self
    later.installations.insert(Installation(Object(object.value.setting(["status"], to: status))))
    return later
  }
}

/// The steps that follow a change in progress; each is sent when the one before has succeeded.
package struct StepQueue: Hashable, Sendable {
  /// The extension whose change must end next.
  package private(set) var awaited: String
  /// The remaining plans that the user has confirmed, in order.
  package private(set) var plans: [Plan]

  /// Queues `plans` after the change of `name`.
  package init(after name: String, _ plans: [Plan]) {
    awaited = name
    self.plans = plans
  }

  /// What follows from the end of the change of `awaited`.
  ///
  /// Indirect, because the code that copies large payloads is much of a program's size.
  package indirect enum Next: Hashable, Sendable {
    case send(Plan)
    /// The next plan is not sent, and why.
    case stop(Plan, reason: Sentence)
    case finished
  }

  /// Takes the next plan, unless the change before it has failed, or it would now do something else than the user
  /// confirmed.
  package mutating func next(hasSucceeded: Bool, in context: (String) -> PlanContext?) -> Next {
    guard let agreed = plans.first else { return .finished }
    plans.removeFirst()
    guard hasSucceeded else { return .stop(agreed, reason: "\(awaited) has failed") }
    guard let fresh = context(agreed.name).map({ Plan.make(agreed.change, for: agreed.name, in: $0) }) else {
      return .stop(agreed, reason: "what the cluster can do is not known")
    }
    if let problem = fresh.problems.first(where: \.isBlocking) { return .stop(agreed, reason: problem.sentence) }
    guard agreed.confirmationCovers(fresh) else { return .stop(agreed, reason: "the cluster has changed meanwhile") }
    awaited = agreed.name
    return .send(fresh)
  }
}
