package import Extensions
import Platform

/// What a user is about to do, as guardrails judge it and the journal tells it.
///
/// It goes with the task that does it, so that a write knows what it is for without being told by every caller.
package struct Deed: Sendable {
  /// What it is called: the verb of the command, and of the change that it makes; guardrails may name any of them.
  package var verbs: [String]
  /// The extensions that it is known to be about.
  package var names: [String]
  /// What was given as a reason, or empty.
  package var reason: String
  /// Whether the user has typed what a guardrail has typed.
  package var isTyped: Bool { shared.withLock { $0.isTyped } }
  private let shared = Locked<(isTyped: Bool, targets: Set<String>)>((false, []))

  /// The deed that the present task is part of.
  @TaskLocal package static var current: Deed?

  package init(_ verbs: [String], names: [String] = [], reason: String = "") {
    (self.verbs, self.names, self.reason) = (verbs, names, reason)
  }

  /// Notes that the user has typed it out.
  package func noteTyped() { shared.withLock { $0.isTyped = true } }

  /// Counts `target` among what it has written to, and returns how many that are.
  func count(_ target: String) -> Int {
    shared.withLock { shared in
      shared.targets.insert(target)
      return shared.targets.count
    }
  }

  /// The same deed, which makes `change` as well.
  package func making(_ change: Change) -> Deed {
    var deed = self
    let verb = change.kind.verb
    if !deed.verbs.contains(verb) { deed.verbs.append(verb) }
    return deed
  }

  /// Runs `body` as a part of this deed.
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
  /// What guardrails call it: its command, or itself where it is reached by an option of another's.
  package var verb: String { row.command?.name ?? rawValue }
}
