import Client
package import Extensions
package import Operations

/// What the console is opened with: the connection, and what this computer remembers of the cluster.
package struct Session: Sendable {
  package var connection: ClusterSession
  /// What was learnt of the cluster at an earlier visit: enough to begin with, however old it is.
  package var knowledge: CachedCapabilities?
  /// Told what was learnt when the cluster was asked.
  package var whenLearnt: (@Sendable (Capabilities) -> Void)?
  /// Where to keep what this cluster's extensions were, and drafts; `nil` keeps nothing.
  package var recordKeeper: RecordKeeper?
  /// The file that choices of theme, keymap and language are written to; `nil` keeps them for this session only.
  package var settingsFile: String?

  /// Where else the console can go; `nil` goes nowhere.
  package var elsewhere: Elsewhere?

  /// A session over `connection`.
  package init(_ connection: ClusterSession, recordKeeper: RecordKeeper? = nil) {
    self.connection = connection
    self.recordKeeper = recordKeeper
  }
}
