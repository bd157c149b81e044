package import Manifest
import Platform

/// A run of the tests in an installed chart.
///
/// One annotation of the installation requests it, another contains the result: every server stores annotations, and a
/// user who may change the installation may run its tests.
package struct TestRun: Hashable, Sendable {
  /// Contains the id of the requested run.
  package static let requestAnnotation = "ksx.dev/test"
  /// Contains the result of the last run.
  package static let resultAnnotation = "ksx.dev/test-result"

  /// The progress of a run.
  package enum State: String, CaseIterable, Sendable {
    case running, passed, failed
    /// It could not run; `message` says why.
    case refused
  }

  /// One test that has ended.
  package struct Outcome: Hashable, Sendable {
    /// `Pod extension-bell/bell-test`.
    package var name: String
    package var hasPassed: Bool
    /// Why it failed, or empty.
    package var message: String
    /// The end of its output, or empty.
    package var output: String

    package init(name: String, hasPassed: Bool, message: String = "", output: String = "") {
      self.name = name
      self.hasPassed = hasPassed
      self.message = message
      self.output = output
    }
  }

  package var id: String
  package var state: State
  /// The number of tests.
  package var count: Int
  /// What the run waits for, or why it was refused.
  package var message: String
  /// Whether nothing was executed: a backend without a kubelet only marked the workloads as done.
  package var isSimulated: Bool
  /// The tests that have ended, in their order.
  package var outcomes: [Outcome]

  package init(id: String, count: Int = 0) {
    (self.id, self.count) = (id, count)
    (state, message, isSimulated, outcomes) = (.running, "", false, [])
  }

  /// Whether the run has ended, with any result.
  package var hasEnded: Bool { state != .running }

  /// `passed, 2 of 2`.
  package var words: String {
    let passed = outcomes.count { $0.hasPassed }
    return state == .refused ? "refused: \(message)" : "\(state.rawValue), \(passed) of \(count)"
  }
}

extension TestRun {
  package var value: Value {
    let outcomes = outcomes.map { outcome -> Value in
      [
        "name": .string(outcome.name), "passed": .bool(outcome.hasPassed), "message": .string(outcome.message),
        "output": .string(outcome.output),
      ]
    }
    return [
      "id": .string(id), "state": .string(state.rawValue), "count": .integer(count), "message": .string(message),
      "played": .bool(isSimulated), "tests": .sequence(outcomes),
    ]
  }

  /// The value of the result annotation.
  package var text: String { JSON.text(value) }

  /// Parses the result of `text`; `nil` for anything else.
  package init?(_ text: String) {
    guard let value = try? JSON.parse(Array(text.utf8)), let id = value["id"]?.string,
      let state = value["state"]?.string.flatMap(State.init)
    else { return nil }
    self.init(id: id, count: value["count"]?.integer ?? 0)
    self.state = state
    message = CredentialText.removed(from: value["message"]?.string ?? "")
    isSimulated = value["played"]?.bool ?? false
    outcomes = (value["tests"]?.sequence ?? []).map { outcome in
      Outcome(
        name: outcome["name"]?.string ?? "", hasPassed: outcome["passed"]?.bool ?? false,
        message: CredentialText.removed(from: outcome["message"]?.string ?? ""),
        output: CredentialText.removed(from: outcome["output"]?.string ?? ""))
    }
  }
}
