package import Operations

/// The other clusters that this console can open, as the program that opened it provides them.
package struct Elsewhere: Sendable {
  /// Returns the clusters, or why they cannot be read.
  package var list: @Sendable () -> Result<[ClusterPlace], ReadFailure>
  /// Opens a session, or returns why that failed.
  package var open: @Sendable (ClusterPlace) async -> Result<Session, ReadFailure>

  package init(
    list: @escaping @Sendable () -> Result<[ClusterPlace], ReadFailure>,
    open: @escaping @Sendable (ClusterPlace) async -> Result<Session, ReadFailure>
  ) {
    (self.list, self.open) = (list, open)
  }
}

/// A new session, with which the console continues instead of the present one.
package final class Move: Sendable {
  let session: Session

  init(to session: Session) { self.session = session }
}

extension Move: Hashable {
  /// Compares identities.
  package static func == (left: Move, right: Move) -> Bool { left === right }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
