import Client
package import Extensions
package import Operations

/// What the console is opened with: the connection, and what this computer has stored about the cluster.
package struct Session: Sendable {
  package var connection: ClusterSession
  /// The cached capabilities of the cluster; sufficient to begin with, however old.
  package var knowledge: CachedCapabilities?
  /// Called with the capabilities whenever they were discovered.
  package var whenLearnt: (@Sendable (Capabilities) -> Void)?
  /// Stores the history and drafts of this cluster; `nil` stores nothing.
  package var recordKeeper: RecordKeeper?
  /// The file that changed settings are written to; `nil` keeps them for this session only.
  package var settingsFile: String?

  /// The other clusters that the console can open; `nil` for none.
  package var otherClusters: OtherClusters?

  /// A session over `connection`.
  package init(_ connection: ClusterSession, recordKeeper: RecordKeeper? = nil) {
    self.connection = connection
    self.recordKeeper = recordKeeper
  }
}
