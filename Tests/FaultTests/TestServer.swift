import APIServer
import Access
import Client
import Extensions
import Glibc
import HTTPServer
import KubeSphereKinds
import Manifest
import TestSupport
import Testing

@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

/// The real backend behind its real server, and a way to look at the truth without any network.
final class TestServer: Sendable {
  let api: API
  let server: Server
  let log: LoggedAPI
  private let folder = TemporaryFolder()
  private let certificate: TestCertificate?
  private let upstream: Place
  private let scheme: Scheme
  private let proxies = Locked<[FaultProxy]>([])

  enum Scheme: Hashable, Sendable { case http, https, unix }

  static let token = "planted-server-token"

  init(_ scheme: Scheme = .http, remembering changes: Int = 10_000) async throws {
    self.scheme = scheme
    api = try API(
      path: ":memory:", types: ResourceTypes(dialect: .installPlan), remembering: ChangeLog.Limit(changes: changes),
      now: { Timestamp(secondsSince1970: 1_767_225_600) })
    log = LoggedAPI(api)
    certificate = scheme == .https ? try await TestCertificate.shared : nil
    switch scheme {
    case .unix:
      upstream = .path(folder.path + "/server")
      server = try await Server.start(Authenticator(around: log), on: [.socket(path: folder.path + "/server")])
    case .http, .https:
      let shown = certificate.map { Listener.Certificate(chainFile: $0.certificatePath, keyFile: $0.keyPath) }
      server = try await Server.start(
        Authenticator(ownerToken: Self.token, around: log),
        on: [.port(host: "127.0.0.1", port: 0, certificate: shown)])
      upstream = .port(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) } ?? 0)
    }
  }

  /// Ends everything; every server must be left.
  func leave() async {
    for proxy in proxies.withLock({ $0 }) { proxy.stop() }
    await server.stop(grace: .zero)
  }

  func proxy(_ faults: @escaping @Sendable (Int) -> Fault) -> FaultProxy {
    let number = proxies.withLock { $0.count }
    let proxy = FaultProxy(to: upstream, socket: scheme == .unix ? "\(folder.path)/\(number)" : nil, faults)
    proxies.withLock { $0.append(proxy) }
    return proxy
  }

  /// A real client that reaches the server through `proxy`, or without one.
  ///
  /// Each request is given up after `timeout` seconds of silence; it is asked for them when the request is sent.
  func cluster(
    through proxy: FaultProxy? = nil, timeout: @escaping @Sendable () -> Int = { TestTimeout.seconds }
  ) -> Cluster {
    var connection =
      switch proxy?.place ?? upstream {
      case .port(let port): Connection(server: "\(scheme == .https ? "https" : "http")://127.0.0.1:\(port)")
      case .path(let path): Connection(server: "unix://" + path)
      }
    connection.tls.authority = certificate?.certificate
    if scheme != .unix { connection.credentials = FixedCredential(.bearer(Self.token)) }
    return Cluster(transport: TimeoutTransport(connection: connection, timeout: timeout))
  }

  /// The API itself.
  var truth: Cluster { Cluster(transport: InProcessTransport(AccessControl(around: api))) }

  /// How many changes have been made.
  var changes: Int { get async { api.version } }

  /// Returns when whatever was on its way has arrived or is lost.
  func drain(_ proxy: FaultProxy) async {
    proxy.stop()
    await eventually { proxy.isIdle && self.log.underWay == 0 }
  }

  func fill(_ names: [String]) async throws {
    for name in names {
      _ = try await truth.create(
        .extensions, Object(.extensions, name: name, ["spec": ["icon": .string("value of \(name)")]]))
    }
  }
}

/// The real transport with a timeout of its own for each request.
private struct TimeoutTransport: Transport {
  var connection: Connection
  let timeout: @Sendable () -> Int

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    var (connection, request) = (connection, request)
    connection.requestTimeout = timeout()
    if case .stream(let limit, _) = request.timeoutPolicy {
      request.timeoutPolicy = .stream(limit: limit, silence: timeout())
    }
    return try await CurlTransport(connection).send(request)
  }
}

/// Counts what reaches the API.
final class LoggedAPI: CallerHandler {
  private let api: AccessControl
  private let state = Locked((writes: 0, underWay: 0, targets: [String]()))

  init(_ api: API) { self.api = AccessControl(around: api) }

  /// Requests to change something, dry runs and questions among them.
  var writes: Int { state.withLock { $0.writes } }
  var underWay: Int { state.withLock { $0.underWay } }

  func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    state.withLock { state in
      state.underWay += 1
      if request.head.method != .get { state.writes += 1 }
    }
    let response = await api.respond(to: request, from: caller)
    state.withLock { $0.underWay -= 1 }
    return response
  }
}

/// Lets a few in at a time.
actor Gate {
  static let schedules = Gate(places: 6)
  static let trials = Gate(places: 6)

  private var places: Int
  private var waiters: [CheckedContinuation<Void, Never>] = []

  init(places: Int) { self.places = places }

  func enter() async {
    places -= 1
    if places < 0 { await withCheckedContinuation { waiters.append($0) } }
  }

  func leave() {
    places += 1
    if !waiters.isEmpty { waiters.removeFirst().resume() }
  }
}

extension Timing {
  /// Real time, but with short waits.
  static var impatient: Timing {
    var timing = Timing.real
    timing.sleep = { duration in try? await Task.sleep(for: min(duration / 1_000, .milliseconds(2))) }
    return timing
  }
}

extension ClientVerb {
  /// Whether `answer` is what `server` has to say after its changes.
  func isRight(_ answer: Value, in server: TestServer) async throws -> Bool {
    switch self {
    case .create: return try await server.truth.get(.extensions, "new").value == answer
    case .patch, .jsonPatch, .apply: return try await server.truth.get(.extensions, "b").value == answer
    case .createDryRun, .patchDryRun:
      let text: Value = self == .createDryRun ? "created" : "patched"
      let name: Value = self == .createDryRun ? "new" : "b"
      return answer[path: "spec", "icon"] == text && answer[path: "metadata", "name"] == name
    case .delete, .deleteDryRun: return true
    default: return try await ask(server.truth) == answer
    }
  }
}
