package import Extensions
import Platform

/// What a user is about to do, for the guardrails to judge and the journal to record.
///
/// A task-local value, so that a write knows its purpose without every caller passing it on.
package struct IntendedAction: Sendable {
  /// The verb of the command and those of the changes that it makes; a guardrail may name any of them.
  package var verbs: [String]
  /// The extensions that it is about, as far as they are known.
  package var names: [String]
  /// The reason that the user gave, or empty.
  package var reason: String
  /// Whether the user has typed the confirmation that a guardrail demands.
  package var isConfirmedByTyping: Bool { shared.withLock { $0.isConfirmedByTyping } }
  private let shared = Locked<(isConfirmedByTyping: Bool, targets: Set<String>)>((false, []))

  /// The action that the current task is part of.
  @TaskLocal package static var current: IntendedAction?

  package init(_ verbs: [String], names: [String] = [], reason: String = "") {
    (self.verbs, self.names, self.reason) = (verbs, names, reason)
  }

  /// Records that the user has typed the confirmation.
  package func noteTyped() { shared.withLock { $0.isConfirmedByTyping = true } }

  /// Adds `target` to the objects that were written, and returns how many there are.
  func count(_ target: String) -> Int {
    shared.withLock { shared in
      shared.targets.insert(target)
      return shared.targets.count
    }
  }

  /// The same action, with the verb of `change` added.
  package func making(_ change: Change) -> IntendedAction {
    var action = self
    let verb = change.kind.verb
    if !action.verbs.contains(verb) { action.verbs.append(verb) }
    return action
  }

  /// Runs `body` with this action as `current`.
  package func carryOut<Value: Sendable, Failure: Error>(
    _ body: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result = await Self.$current.withValue(self) { () async -> Result<Value, Failure> in
      do throws(Failure) {
        return .success(try await body())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

extension ChangeKind {
  /// The verb by which guardrails name it: its command, or the kind itself if it is only an option of another command.
  package var verb: String { row.command?.name ?? rawValue }
}
