package import Operations

/// The other clusters that this console can open, as the program that opened it provides them.
package struct OtherClusters: Sendable {
  /// Returns the clusters, or why they cannot be read.
  package var list: @Sendable () -> Result<[ClusterChoice], ReadFailure>
  /// Opens a session, or returns why that failed.
  package var open: @Sendable (ClusterChoice) async -> Result<Session, ReadFailure>

  package init(
    list: @escaping @Sendable () -> Result<[ClusterChoice], ReadFailure>,
    open: @escaping @Sendable (ClusterChoice) async -> Result<Session, ReadFailure>
  ) {
    (self.list, self.open) = (list, open)
  }
}

/// A new session, with which the console continues instead of the present one.
package final class SessionSwitch: Sendable {
  let session: Session

  init(to session: Session) { self.session = session }
}

extension SessionSwitch: Hashable {
  /// Compares identities.
  package static func == (left: SessionSwitch, right: SessionSwitch) -> Bool { left === right }

  /// Hashes what equality compares.
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
