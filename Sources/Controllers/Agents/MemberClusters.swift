import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// The APIs of the member clusters, each with places of its own, and which of them do not answer.
///
/// A cluster that gave no answer is asked by one agent at a time, after a delay that grows; for the others of that
/// cluster this costs nothing, and of other clusters none ever waits for it.
final class MemberClusters: Sendable {
  /// How many agents are worked on at once in one cluster.
  private static let places = 4
  /// How long one request may take to find out that a cluster does not answer.
  private static let probe = Duration.seconds(30)

  private struct Entry {
    var kubeconfig: String
    var cluster: Cluster
    var slots = Slots(places)
    var failures = 0
    var problem = ""
    var pausedUntil: ContinuousClock.Instant?
    var hasAnswered = false
  }

  private let home: Cluster
  private let settings: ControllerSettings
  private let entries = Locked<[String: Entry]>([:])

  init(home: Cluster, settings: ControllerSettings) {
    self.home = home
    self.settings = settings
  }

  /// What there is to reach a cluster by.
  struct Access: Sendable {
    var cluster: Cluster
    var slots: Slots
    /// How long it is not asked, and what was the matter.
    var pause: (Duration, String)?
  }

  /// The API of the cluster whose object `member` is, or `nil` where its kubeconfig leads nowhere.
  func access(to member: Object) -> Access? {
    let text = member.spec[path: "connection", "kubeconfig"]?.string ?? ""
    return entries.withLock { entries in
      if entries[member.name]?.kubeconfig != text {
        guard let cluster = cluster(of: member, text) else { return nil }
        entries[member.name] = Entry(kubeconfig: text, cluster: cluster)
      }
      guard let entry = entries[member.name] else { return nil }
      var access = Access(cluster: entry.cluster, slots: entry.slots)
      guard let until = entry.pausedUntil else { return access }
      let now = ContinuousClock.now
      if until > now { access.pause = (now.duration(to: until), entry.problem) }
      // The others wait for what this one finds out.
      if until <= now { entries[member.name]?.pausedUntil = now + Self.probe }
      return access
    }
  }

  /// Notes that the cluster called `name` has answered.
  func succeed(_ name: String) {
    entries.withLock { entries in
      guard var entry = entries[name] else { return }
      (entry.failures, entry.problem, entry.pausedUntil, entry.hasAnswered) = (0, "", nil, true)
      entries[name] = entry
    }
  }

  /// Notes that it has not, and gives how long it is left alone.
  func fail(_ name: String, _ problem: String) -> Duration {
    entries.withLock { entries in
      let failures = (entries[name]?.failures ?? 0) + 1
      let delay = min(settings.patience, settings.patience / 16 * Double(1 << min(failures, 5)))
      entries[name]?.failures = failures
      entries[name]?.problem = problem
      entries[name]?.pausedUntil = ContinuousClock.now + delay
      entries[name]?.hasAnswered = false
      return delay
    }
  }

  /// Whether it answered when it was last asked.
  func answers(_ name: String) -> Bool { entries.withLock { $0[name]?.hasAnswered == true } }

  /// Forgets how a cluster is reached that is not there any more.
  func forget(_ name: String) { entries.withLock { $0[name] = nil } }

  private func cluster(of member: Object, _ text: String) -> Cluster? {
    if MemberCluster(member).isHost { return home }
    guard let bytes = Base64.decode(text), var connection = Connection(carried: bytes) else { return nil }
    (connection.connectTimeout, connection.requestTimeout) = (5, 20)
    var cluster = Cluster(transport: fenced(settings.memberTransport(connection)))
    cluster.fieldManager = home.fieldManager
    // One that is busy is left alone for a while: this agent waits, and holds no place.
    cluster.readAttempts = 1
    return cluster
  }

  /// What is sent to a member under a lease ends with it too.
  private func fenced(_ transport: any Transport) -> any Transport {
    (home.transport as? FencedTransport)?.around(transport) ?? transport
  }
}

/// Hears when a cluster gives no answer, or none of its own.
final class AnswerWatch: Transport {
  private let inner: any Transport
  private let heard = Locked<String?>(nil)
  private let answers = Locked(0)

  init(_ inner: any Transport) { self.inner = inner }

  /// What is the matter with the cluster, or `nil`.
  var problem: String? { heard.withLock { $0 } }

  /// Whether it has been asked, and has answered.
  var hasAnswered: Bool { problem == nil && answers.withLock { $0 > 0 } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    do {
      let response = try await inner.send(request)
      answers.withLock { $0 += 1 }
      if [401, 502, 503, 504].contains(response.status) { note("it answers \(response.status)") }
      return response
    } catch {
      // A caller that ends this asks no more, and knows nothing of the cluster; neither does a lease that is over.
      if error != .cancelled, !Task.isCancelled { note(Self.words(error)) }
      throw error
    }
  }

  /// Without what only the user of a client can do about it.
  private static func words(_ error: TransportError) -> String {
    switch error {
    case .unreachable(let host, let reason): "\(host) cannot be reached (\(reason))"
    case .timedOut(let seconds): "its API sent nothing for \(seconds) s"
    default: ClusterError.transport(error).problem(at: "its API").english
    }
  }

  private func note(_ problem: String) { heard.withLock { $0 = problem } }
}
