package import Client
package import Extensions
package import Platform

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
    /// Who the cluster takes the user for, or empty as long as that is not known.
    package var user = ""
    /// What the kubeconfig calls the credentials: its users' names are the file's own.
    package var userEntry = ""
    /// Only the cluster can say who the user is.
    package var asksForUser = false
    /// Who sits at this computer, or empty.
    package var person = ""
    /// Changes are refused before they are sent.
    package var isReadOnly = false
    /// The guardrails of this computer.
    package var guardrails = Guardrails()
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
    package var kubectlAbsence: Sentence?
    /// What ksx needs to reach the same cluster, when that is not what kubectl needs.
    package var ownFlags: [String]?

    /// Who the user is in this cluster, or what is known instead; empty where nothing is to be said of it.
    package var userText: String {
      if !user.isEmpty || !asksForUser { return user }
      return userEntry.isEmpty ? "a user not known here" : "kubeconfig entry \(userEntry)"
    }

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
  /// Who the cluster says the user is, once it was asked; empty where it does not say.
  private let identified = Locked<String?>(nil)

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
  package mutating func supervise(by given: Supervision) {
    var supervision = given
    let (described, identified) = (described, identified)
    supervision.user = { described.identified(as: identified).userText }
    self.supervision = supervision
    cluster.transport = SupervisedTransport(cluster.transport, supervision)
    self.described.isReadOnly = described.isReadOnly || supervision.guardrails.isReadOnly(supervision.place)
    self.described.guardrails = supervision.guardrails
  }

  /// Asks the cluster who the user is, where only it can say and has not been asked; no change waits for that long.
  package func identify() async {
    guard described.asksForUser, described.user.isEmpty, identified.withLock({ $0 == nil }) else { return }
    let answer = await cluster.answer(within: .seconds(2)) { () throws(ClusterError) in try await cluster.userName() }
    identified.withLock { $0 = (try? answer.get()) ?? "" }
  }

  /// How the connection stands now.
  package var status: Status {
    get {
      var status = described.identified(as: identified)
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
    let (described, identified) = (status, identified)
    fallback?.whenChanged { use in
      var status = described.identified(as: identified)
      status.way = use
      listener(status)
    }
  }
}

extension ClusterSession.Status {
  /// The same with who the cluster has said the user is.
  fileprivate func identified(as answer: Locked<String?>) -> Self {
    var status = self
    if user.isEmpty, let name = answer.withLock({ $0 }) { status.user = name }
    return status
  }
}
