package import Client
package import Extensions

/// One cluster, and how it is reached: the only description of a connection, for the console and the commands.
package struct ClusterSession: Sendable {
  /// What a user is told of the cluster and of the way to it.
  package struct Status: Hashable, Sendable {
    /// The cluster's name as the user knows it: a context, a host, `standalone`.
    package var cluster: String
    /// The server as it may be shown.
    package var server: String
    /// What is the same whenever it is the same cluster, such as its URL: files go by this.
    package var identity: String
    /// Who the kubeconfig or the profile says the user is, or empty.
    package var user = ""
    /// Who sits at this computer, or empty.
    package var person = ""
    /// Changes are refused before they are sent.
    package var isReadOnly = false
    /// The changes whose confirmation a guardrail has typed.
    package var typedKinds: Set<ChangeKind> = []
    /// The changes that a guardrail denies, and why.
    package var deniedKinds: [ChangeKind: String] = [:]
    /// The server's certificate is not checked.
    package var isInsecure = false
    /// Where there are two ways to the cluster, the one in use.
    package var way: FallbackTransport.Use?
    /// Whether there are two ways that can be compared.
    package var isComparable = false
    /// The server is one that `restart` can start again.
    package var isRestartable = false
    /// Stands in the header, such as `standalone`, or is empty.
    package var note = ""
    /// What in the user's own files is read, but perhaps not as it was meant.
    package var warnings: [String] = []
    /// What kubectl needs to reach the same cluster, for the command lines that plans show.
    package var kubectlFlags: [String] = []
    /// Why no kubectl reaches the cluster as ksx does, or `nil`.
    package var kubectlAbsence: String?
    /// What ksx needs to reach the same cluster, when that is not what kubectl needs.
    package var ownFlags: [String]?

    /// A cluster called `cluster` at `server`, known again by `identity`, or else by the server.
    package init(cluster: String, server: String, identity: String? = nil) {
      self.cluster = cluster
      self.server = server
      self.identity = identity ?? server
    }
  }

  package var cluster: Cluster
  /// What the cluster calls an installation, when that has been said; otherwise it is asked for.
  package var dialect: Dialect?
  /// What only the gateway offers, if there is one.
  package var gateway: GatewayAPI?
  /// The login at the gateway, if it takes one.
  package var login: GatewaySession?
  /// The transport that takes one of two ways, if there are two that can stand in for each other.
  package var fallback: FallbackTransport?
  /// Both ways, for comparing what they show, if there are two.
  package var ways: FallbackTransport?
  /// What is asked before every write, where anything is.
  package private(set) var supervision: Supervision?
  /// Starts the server again where it is one of this computer's own; says why not, or `nil`.
  package var restart: (@Sendable () async -> String?)?
  private var described: Status

  /// A session with `cluster`.
  package init(_ status: Status, cluster: Cluster, dialect: Dialect? = nil) {
    described = status
    self.cluster = cluster
    self.dialect = dialect
  }

  /// The ways that a profile names.
  package init(_ profile: OpenProfile, _ status: Status) {
    self.init(status, cluster: profile.cluster)
    gateway = profile.gateway
    login = profile.session
    fallback = profile.fallback
    ways = profile.ways
    described.isInsecure = profile.isInsecure
  }

  /// Lets no write through that `supervision` refuses, and has each written down.
  package mutating func supervise(by supervision: Supervision) {
    self.supervision = supervision
    cluster.transport = SupervisedTransport(cluster.transport, supervision)
    described.isReadOnly = described.isReadOnly || supervision.guardrails.isReadOnly(supervision.place)
    for kind in ChangeKind.allCases {
      described.deniedKinds[kind] = supervision.guardrails.denial(of: kind.verb, at: supervision.place)
    }
    described.typedKinds = Set(
      ChangeKind.allCases.filter { supervision.guardrails.mustBeTyped([$0.verb], at: supervision.place) })
  }

  /// How the connection stands now.
  package var status: Status {
    get {
      var status = described
      status.way = fallback?.inUse
      status.isComparable = ways != nil
      if isByGatewayAlone { status.note = "gateway" }
      return status
    }
    set { described = newValue }
  }

  /// Whether everything goes by a gateway.
  package var isByGatewayAlone: Bool { gateway != nil && ways == nil }

  /// Has `listener` hear, from any thread, of every status that the transport publishes.
  package func whenStatusChanges(_ listener: @escaping @Sendable (Status) -> Void) {
    let described = status
    fallback?.whenChanged { use in
      var status = described
      status.way = use
      listener(status)
    }
  }
}
