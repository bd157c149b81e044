package import Client
package import Extensions

/// One cluster and how it is reached: everything the console needs to know about where it is.
package struct Session: Sendable {
  /// What a person is told about the cluster.
  package struct Description: Hashable, Sendable {
    /// The cluster's name as the person knows it: a context, a host.
    package var cluster: String
    /// A name that is the same whenever it is the same cluster, such as its URL.
    package var identity: String
    /// Changes are refused before they are sent.
    package var isReadOnly: Bool
    /// The server's certificate is not checked.
    package var isInsecure: Bool
    /// Who the kubeconfig says this person is, or empty.
    package var user = ""
    /// What kubectl needs to reach the same cluster, for the command lines that plans show.
    package var kubectlFlags: [String] = []
    /// Stands in the header, such as `standalone`, or is empty.
    package var note: String
    /// Where there are two ways to the cluster, the one in use.
    package var way: FallbackTransport.Use?
    /// Whether there are two ways that can be compared.
    package var isComparable = false

    /// A cluster called `cluster`, known again by `identity`.
    package init(
      cluster: String, identity: String, isReadOnly: Bool = false, isInsecure: Bool = false, note: String = ""
    ) {
      self.cluster = cluster
      self.identity = identity
      self.isReadOnly = isReadOnly
      self.isInsecure = isInsecure
      self.note = note
    }
  }

  package var description: Description
  package var cluster: Cluster
  /// The cluster's dialect, when somebody has said it; otherwise it is asked for.
  package var dialect: Dialect?
  /// What was learnt of the cluster at an earlier visit: enough to begin with, however old it is.
  package var knowledge: CachedCapabilities?
  /// Told what was learnt when the cluster was asked.
  package var whenLearnt: (@Sendable (Capabilities) -> Void)?
  /// What only the gateway offers, if there is one.
  package var gateway: Gateway?
  /// The transport that takes one of two ways, if there are two that can stand in for each other.
  package var fallback: FallbackTransport? {
    didSet { description.way = fallback?.inUse }
  }
  /// Both ways, for comparing what they show.
  package var ways: FallbackTransport? {
    didSet { description.isComparable = ways != nil }
  }
  /// Where to keep what this cluster's extensions were, and drafts; `nil` keeps nothing.
  package var recordKeeper: RecordKeeper?
  /// The file that choices of theme, keymap and language are written to; `nil` keeps them for this session only.
  package var settingsFile: String?

  /// A session with `cluster`.
  package init(
    _ description: Description, cluster: Cluster, dialect: Dialect? = nil, recordKeeper: RecordKeeper? = nil
  ) {
    self.description = description
    self.cluster = cluster
    self.dialect = dialect
    self.recordKeeper = recordKeeper
  }
}
