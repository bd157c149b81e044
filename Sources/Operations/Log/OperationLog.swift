import Extensions
package import KubernetesAPI
import Manifest

/// What the controllers of a standalone backend have noted of an installation.
///
/// They run no job of helm's, so this is all the log there is of what they did.
package struct OperationLog: Hashable, Sendable {
  package struct Line: Hashable, Sendable {
    /// RFC 3339.
    package var time: String
    package var text: String
  }

  /// What belongs together, from its beginning on; the newest last.
  package private(set) var operations: [[Line]] = []

  /// Reads the status of an installation; the first design keeps no states before the present one, but conditions.
  package init(_ object: Object) {
    // Newest first, one of each type (docs/KUBESPHERE.md: Reconciling).
    let conditions = (object.status["conditions"]?.sequence ?? []).map(Condition.init).reversed()
    let history = Installation(object).history
    var steps = history.map { Step(state: $0.state, time: $0.time) }
    if steps.isEmpty { steps = conditions.map { Step(state: $0.state, time: $0.time) } }
    for condition in conditions {
      let places = steps.indices.filter { steps[$0].state == condition.state }
      let place = places.last { steps[$0].time == condition.time } ?? places.last
      if let place { steps[place].reason = condition.message }
    }
    for step in steps { add(step) }
  }

  private struct Step {
    var state: InstallationState
    var time: String
    var reason = ""
  }

  private mutating func add(_ step: Step) {
    let last = operations.last?.last?.text ?? ""
    // An installation that was given up goes back by preparing anew.
    let begins = step.state == .preparing || (step.state == .uninstalling && !last.hasPrefix(step.state.word))
    if begins || operations.isEmpty { operations.append([]) }
    let text = [step.state.word, step.reason].filter { !$0.isEmpty }.joined(separator: ": ")
    operations[operations.count - 1].append(Line(time: step.time, text: text))
  }

  private struct Condition {
    let time: String
    let message: String
    /// The state that it tells of.
    let state: InstallationState

    init(_ value: Value) {
      time = value["lastTransitionTime"]?.string ?? ""
      message = value["message"]?.string ?? ""
      let isTrue = value["status"]?.string == "True"
      if value["type"]?.string == "Initialized" {
        state = .preparing
      } else {
        state = isTrue ? .installed : InstallationState(value["reason"]?.string ?? "")
      }
    }
  }
}
