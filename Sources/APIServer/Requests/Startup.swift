import Platform

/// The startup tasks that have not finished, which `/readyz` reports.
///
/// The API responds meanwhile, but objects that these tasks create may be missing.
package final class Startup: Sendable {
  private let pending = Locked<[String]>([])

  init() {}

  /// Adds a startup task.
  package func begin(_ task: String) { pending.withLock { $0.append(task) } }

  /// Marks a startup task as finished.
  package func end(_ task: String) { pending.withLock { $0.removeAll { $0 == task } } }

  /// The tasks that have not finished.
  var tasks: [String] { pending.withLock { $0 } }
}
