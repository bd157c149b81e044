package import Client
package import Extensions
package import Platform

/// A cluster and its connection, for console and commands alike.
package struct ClusterSession: Sendable {
  /// What the user sees about the cluster and the connection.
  package struct Status: Hashable, Sendable {
    /// The cluster's name as the user knows it: a context, a host, `standalone`.
    package var cluster: String
    /// The server, without credentials.
    package var server: String
    /// A stable identifier of the cluster, such as its URL; local files are named after it.
    package var identity: String
    /// The user that the cluster authenticated, or empty until that is known.
    package var user = ""
    /// The name of the kubeconfig's user entry, which need not be that of the user.
    package var userEntry = ""
    /// Whether only the cluster can say who the user is.
    package var asksForUser = false
    /// The user of this computer, or empty.
    package var person = ""
    /// Whether changes are refused before they are sent.
    package var isReadOnly = false
    /// The guardrails of this computer.
    package var guardrails = Guardrails()
    /// Whether the server's certificate is not verified.
    package var isInsecure = false
    /// The connection in use, if there are two.
    package var way: FallbackTransport.Use?
    /// Whether there are two connections that can be compared.
    package var isComparable = false
    /// Whether `restart` can restart the server.
    package var isRestartable = false
    /// A note for the header, such as `standalone`, or empty.
    package var note = ""
    /// Warnings about the user's own files.
    package var warnings: [Sentence] = []
    /// The flags that kubectl needs to reach the same cluster, for the commands that plans show.
    package var kubectlFlags: [String] = []
    /// Why kubectl cannot reach the cluster as ksx does; `nil` if it can.
    package var kubectlAbsence: Sentence?
    /// The flags that ksx needs to reach the same cluster, if they differ from kubectl's.
    package var ownFlags: [String]?

    /// The user in this cluster, or what is known instead; empty if there is nothing to show.
    package var userText: String {
      if !user.isEmpty || !asksForUser { return user }
      return userEntry.isEmpty ? "a user not known here" : "kubeconfig entry \(userEntry)"
    }

    /// A cluster at `server`, identified by `identity` or, without one, by the server.
    package init(cluster: String, server: String, identity: String? = nil) {
      self.cluster = cluster
      self.server = server
      self.identity = identity ?? server
    }
  }

  package var cluster: Cluster
  /// The dialect, if the user has set it; otherwise it is discovered.
  package var dialect: Dialect?
  /// The API of the gateway, if there is one.
  package var gateway: GatewayAPI?
  /// The session at the gateway, if it requires a login.
  package var login: GatewaySession?
  /// The transport over two connections, if there are two that can replace each other.
  package var fallback: FallbackTransport?
  /// Both connections, for comparing what they show, if there are two.
  package var ways: FallbackTransport?
  /// Checks every write, if anything is to be checked.
  package private(set) var supervision: Supervision?
  /// Restarts a server that runs on this computer; returns why that failed, or `nil`.
  package var restart: (@Sendable () async -> Sentence?)?
  private var described: Status
  /// The user that the cluster authenticated, once it was asked; empty if it does not say.
  private let identified = Locked<String?>(nil)

  /// A session with `cluster`.
  package init(_ status: Status, cluster: Cluster, dialect: Dialect? = nil) {
    described = status
    self.cluster = cluster
    self.dialect = dialect
  }

  /// A session over the connections of a profile.
  package init(_ profile: OpenProfile, _ status: Status) {
    self.init(status, cluster: profile.cluster)
    gateway = profile.gateway
    login = profile.session
    fallback = profile.fallback
    ways = profile.ways
    described.isInsecure = profile.isInsecure
  }

  /// Makes `supervision` check and record every write.
  package mutating func supervise(by given: Supervision) {
    var supervision = given
    let (described, identified) = (described, identified)
    supervision.user = { described.identified(as: identified).userText }
    self.supervision = supervision
    cluster.transport = SupervisedTransport(cluster.transport, supervision)
    self.described.isReadOnly = described.isReadOnly || supervision.guardrails.isReadOnly(supervision.scope)
    self.described.guardrails = supervision.guardrails
  }

  /// Asks the cluster who the user is, if only it can say and has not been asked; waits at most 2 s, so as not to delay
  /// changes.
  package func identify() async {
    guard described.asksForUser, described.user.isEmpty, identified.withLock({ $0 == nil }) else { return }
    let answer = await cluster.answer(within: .seconds(2)) { () throws(ClusterError) in try await cluster.userName() }
    identified.withLock { $0 = (try? answer.get()) ?? "" }
  }

  /// The present status of the connection.
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

  /// Whether all requests are sent through a gateway.
  package var isByGatewayAlone: Bool { gateway != nil && ways == nil }

  /// Calls `listener`, from any thread, with every status that the transport publishes.
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
  /// The same status, with the user that the cluster authenticated.
  fileprivate func identified(as answer: Locked<String?>) -> Self {
    var status = self
    if user.isEmpty, let name = answer.withLock({ $0 }) { status.user = name }
    return status
  }
}
