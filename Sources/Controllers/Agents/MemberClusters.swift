import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// The API clients of member clusters, each with its own slots, and which clusters do not answer.
///
/// After a failure, one agent at a time tries the cluster again, after a delay that grows; the other agents of that
/// cluster send no requests, and agents of other clusters never wait.
final class MemberClusters: Sendable {
  /// Agents that are reconciled concurrently in one cluster.
  private static let maximumConcurrency = 4
  /// How long one attempt may take to find out that a cluster does not answer.
  private static let probe = Duration.seconds(30)

  private struct Entry {
    var kubeconfig: String
    var cluster: Cluster
    var slots = Slots(maximumConcurrency)
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

  /// How to reach a cluster.
  struct Access: Sendable {
    var cluster: Cluster
    var slots: Slots
    /// How long the cluster is not tried again, and its problem; `nil` if it may be tried.
    var pause: (Duration, String)?
  }

  /// Access to the cluster of the object `member`; `nil` if its kubeconfig is unusable.
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
      // Other agents wait for the result of this attempt.
      if until <= now { entries[member.name]?.pausedUntil = now + Self.probe }
      return access
    }
  }

  /// Records that the cluster called `name` has answered.
  func succeed(_ name: String) {
    entries.withLock { entries in
      guard var entry = entries[name] else { return }
      (entry.failures, entry.problem, entry.pausedUntil, entry.hasAnswered) = (0, "", nil, true)
      entries[name] = entry
    }
  }

  /// Records that it has not, and returns after what delay it is tried again.
  func fail(_ name: String, _ problem: String) -> Duration {
    entries.withLock { entries in
      let failures = (entries[name]?.failures ?? 0) + 1
      let delay = min(settings.retryDelay, settings.retryDelay / 16 * Double(1 << min(failures, 5)))
      entries[name]?.failures = failures
      entries[name]?.problem = problem
      entries[name]?.pausedUntil = ContinuousClock.now + delay
      entries[name]?.hasAnswered = false
      return delay
    }
  }

  /// Whether it answered the last request.
  func answers(_ name: String) -> Bool { entries.withLock { $0[name]?.hasAnswered == true } }

  /// Removes a cluster that no longer exists.
  func forget(_ name: String) { entries.withLock { $0[name] = nil } }

  private func cluster(of member: Object, _ text: String) -> Cluster? {
    if MemberCluster(member).isHost { return home }
    guard let bytes = Base64.decode(text), var connection = Connection(carried: bytes) else { return nil }
    (connection.connectTimeout, connection.requestTimeout) = (5, 20)
    var cluster = Cluster(transport: fenced(settings.memberTransport(connection)))
    cluster.fieldManager = home.fieldManager
    // Reads are not retried here: after a failure the agent gives up its slot, and the cluster is paused.
    cluster.readAttempts = 1
    return cluster
  }

  /// Writes to a member end with the lease too.
  private func fenced(_ transport: any Transport) -> any Transport {
    (home.transport as? FencedTransport)?.around(transport) ?? transport
  }
}

/// Detects whether a cluster answers; 401, and the 502, 503 and 504 of a proxy, count as no answer.
final class AnswerWatch: Transport {
  private let inner: any Transport
  private let heard = Locked<String?>(nil)
  private let answers = Locked(0)

  init(_ inner: any Transport) { self.inner = inner }

  /// The problem of the cluster; `nil` if there is none.
  var problem: String? { heard.withLock { $0 } }

  /// Whether the cluster has answered every request, and there was one.
  var hasAnswered: Bool { problem == nil && answers.withLock { $0 > 0 } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    do {
      let response = try await inner.send(request)
      answers.withLock { $0 += 1 }
      if [401, 502, 503, 504].contains(response.status) { note("it answers \(response.status)") }
      return response
    } catch {
      // A cancelled request says nothing about the cluster, and neither does one that failed because the lease was
      // lost.
      if error != .cancelled, !Task.isCancelled { note(Self.words(error)) }
      throw error
    }
  }

  /// The error without hints that only apply to a client's user.
  private static func words(_ error: TransportError) -> String {
    switch error {
    case .unreachable(let host, let reason): "\(host) cannot be reached (\(reason))"
    case .timedOut(let seconds): "its API sent nothing for \(seconds) s"
    default: ClusterError.transport(error).problem(at: "its API").english
    }
  }

  private func note(_ problem: String) { heard.withLock { $0 = problem } }
}
