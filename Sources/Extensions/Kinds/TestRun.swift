package import Manifest
import Platform

/// A run of the tests in an installed chart.
///
/// It is asked for by one annotation of the installation and answered in another: every server keeps those, and who may
/// change the installation may have its tests run.
package struct TestRun: Hashable, Sendable {
  /// Holds the id of the run that is wanted.
  package static let requestAnnotation = "ksx.dev/test"
  /// Holds what came of the last one.
  package static let resultAnnotation = "ksx.dev/test-result"

  /// How far it has come.
  package enum State: String, CaseIterable, Sendable {
    case running, passed, failed
    /// It could not be run; the message says why.
    case refused
  }

  /// One test that has ended.
  package struct Outcome: Hashable, Sendable {
    /// `Pod extension-bell/bell-test`.
    package var name: String
    package var hasPassed: Bool
    /// Why it failed, or empty.
    package var message: String
    /// The end of what it wrote, or empty.
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
  /// How many tests there are.
  package var count: Int
  /// What is being waited for, or why it was refused.
  package var message: String
  /// Nothing was executed: a backend without a kubelet called the workloads done.
  package var isPlayed: Bool
  /// Those that have ended, in their order.
  package var outcomes: [Outcome]

  package init(id: String, count: Int = 0) {
    (self.id, self.count) = (id, count)
    (state, message, isPlayed, outcomes) = (.running, "", false, [])
  }

  /// It is over, one way or another.
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
      "played": .bool(isPlayed), "tests": .sequence(outcomes),
    ]
  }

  /// The result as its annotation holds it.
  package var text: String { JSON.text(value) }

  /// Reads what `text` wrote; `nil` when it is anything else.
  package init?(_ text: String) {
    guard let value = try? JSON.parse(Array(text.utf8)), let id = value["id"]?.string,
      let state = value["state"]?.string.flatMap(State.init)
    else { return nil }
    self.init(id: id, count: value["count"]?.integer ?? 0)
    self.state = state
    message = CredentialText.removed(from: value["message"]?.string ?? "")
    isPlayed = value["played"]?.bool ?? false
    outcomes = (value["tests"]?.sequence ?? []).map { outcome in
      Outcome(
        name: outcome["name"]?.string ?? "", hasPassed: outcome["passed"]?.bool ?? false,
        message: CredentialText.removed(from: outcome["message"]?.string ?? ""),
        output: CredentialText.removed(from: outcome["output"]?.string ?? ""))
    }
  }
}
