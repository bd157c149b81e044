import Platform

/// What is still under way after the start: a client that wants all of it asks `/readyz`.
///
/// The API answers meanwhile; only what others put into it is not complete.
package final class Startup: Sendable {
  private let pending = Locked<[String]>([])

  init() {}

  /// Says that `task` belongs to the start.
  package func begin(_ task: String) { pending.withLock { $0.append(task) } }

  /// Says that `task` is over.
  package func end(_ task: String) { pending.withLock { $0.removeAll { $0 == task } } }

  /// What is not over yet.
  var tasks: [String] { pending.withLock { $0 } }
}
