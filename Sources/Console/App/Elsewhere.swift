package import Operations

/// The other places that this console can go to, found by the program that opened it.
package struct Elsewhere: Sendable {
  /// The places, or why they cannot be read.
  package var list: @Sendable () -> Result<[ClusterPlace], ReadFailure>
  /// A session there, or why none can be opened.
  package var open: @Sendable (ClusterPlace) async -> Result<Session, ReadFailure>

  package init(
    list: @escaping @Sendable () -> Result<[ClusterPlace], ReadFailure>,
    open: @escaping @Sendable (ClusterPlace) async -> Result<Session, ReadFailure>
  ) {
    (self.list, self.open) = (list, open)
  }
}

/// A session that the console goes on with, in place of the one it has.
package final class Move: Sendable {
  let session: Session

  init(to session: Session) { self.session = session }
}

extension Move: Hashable {
  /// Each is its own.
  package static func == (left: Move, right: Move) -> Bool { left === right }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
