public import Client
public import Extensions

/// One cluster and how it is reached: everything the console needs to know about where it is.
public struct Session: Sendable {
  /// What a person is told about the cluster.
  public struct Description: Hashable, Sendable {
    /// The cluster's name as the person knows it: a context, a host.
    public var cluster: String
    /// A name that is the same whenever it is the same cluster, such as its URL.
    public var identity: String
    /// Changes are refused before they are sent.
    public var isReadOnly: Bool
    /// The server's certificate is not checked.
    public var isInsecure: Bool
    /// Who the kubeconfig says this person is, or empty.
    public var user = ""
    /// What kubectl needs to reach the same cluster, for the command lines that plans show.
    public var kubectlFlags: [String] = []
    /// Stands in the header, such as `standalone`, or is empty.
    public var note: String
    /// Where there are two ways to the cluster, the one in use.
    public var way: FallbackTransport.Use?
    /// Whether there are two ways that can be compared.
    public var isComparable = false

    /// A cluster called `cluster`, known again by `identity`.
    public init(
      cluster: String, identity: String, isReadOnly: Bool = false, isInsecure: Bool = false, note: String = ""
    ) {
      self.cluster = cluster
      self.identity = identity
      self.isReadOnly = isReadOnly
      self.isInsecure = isInsecure
      self.note = note
    }
  }

  public var description: Description
  public var cluster: Cluster
  /// The cluster's dialect, when somebody has said it; otherwise it is asked for.
  public var dialect: Dialect?
  /// What was learnt of the cluster at an earlier visit: enough to begin with, however old it is.
  public var knowledge: CachedCapabilities?
  /// Told what was learnt when the cluster was asked.
  public var whenLearnt: (@Sendable (Capabilities) -> Void)?
  /// What only the gateway offers, if there is one.
  public var gateway: Gateway?
  /// The transport that takes one of two ways, if there are two that can stand in for each other.
  public var fallback: FallbackTransport? {
    didSet { description.way = fallback?.inUse }
  }
  /// Both ways, for comparing what they show.
  public var ways: FallbackTransport? {
    didSet { description.isComparable = ways != nil }
  }
  /// Where to keep what this cluster's extensions were, and drafts; `nil` keeps nothing.
  public var recordKeeper: RecordKeeper?

  /// A session with `cluster`.
  public init(
    _ description: Description, cluster: Cluster, dialect: Dialect? = nil, recordKeeper: RecordKeeper? = nil
  ) {
    self.description = description
    self.cluster = cluster
    self.dialect = dialect
    self.recordKeeper = recordKeeper
  }
}
