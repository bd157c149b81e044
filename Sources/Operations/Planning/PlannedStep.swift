import Client
package import Extensions
import KubernetesAPI
import Manifest
package import Platform

/// One change to one extension, as a part of a plan of several.
package struct PlannedStep: Hashable, Sendable {
  package var name: String
  package var change: Change

  package init(_ change: Change, _ name: String) {
    self.name = name
    self.change = change
  }
}

extension PlanContext {
  /// The same cluster once `step` has come to its end: what the plan of a later step is made in.
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

/// Steps that are still to come after one that is under way: each is sent when the one before has succeeded.
package struct StepQueue: Hashable, Sendable {
  /// What is waited for.
  package private(set) var awaited: String
  /// What comes then, the next first, as the user has agreed to it.
  package private(set) var plans: [Plan]

  /// `plans` after the change of `name`.
  package init(after name: String, _ plans: [Plan]) {
    awaited = name
    self.plans = plans
  }

  /// What comes of the end of the change of `awaited`.
  package enum Next: Hashable, Sendable {
    case send(Plan)
    /// The next is not sent, and why.
    case stop(Plan, reason: Sentence)
    case finished
  }

  /// Takes the next step, unless the one before has failed or the step would be another than was agreed to.
  package mutating func next(hasSucceeded: Bool, in context: (String) -> PlanContext?) -> Next {
    guard let agreed = plans.first else { return .finished }
    plans.removeFirst()
    guard hasSucceeded else { return .stop(agreed, reason: "\(awaited) has failed") }
    guard let fresh = context(agreed.name).map({ Plan.make(agreed.change, for: agreed.name, in: $0) }) else {
      return .stop(agreed, reason: "what the cluster can do is not known")
    }
    if let problem = fresh.problems.first(where: \.isBlocking) { return .stop(agreed, reason: problem.sentence) }
    guard agreed.agreesTo(fresh) else { return .stop(agreed, reason: "the cluster has changed meanwhile") }
    awaited = agreed.name
    return .send(fresh)
  }
}
