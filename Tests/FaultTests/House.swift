import Client
import Extensions
import Glibc
import Manifest
import Testing

@testable import Backend

/// The real backend behind its real server, and a way to look at the truth without any network.
final class House: Sendable {
  let api: API
  let server: Server
  let log: LoggedAPI
  private let directory: String
  private let upstream: Place
  private let scheme: Scheme
  private let proxies = Locked<[FaultProxy]>([])

  enum Scheme: Hashable, Sendable { case http, https, unix }

  static let token = "planted-house-token"

  init(_ scheme: Scheme = .http, remembering changes: Int = 10_000) async throws {
    self.scheme = scheme
    api = try API(
      path: ":memory:", types: ResourceTypes(dialect: .installPlan), remembering: History.Limit(changes: changes),
      now: { Timestamp(secondsSince1970: 1_767_225_600) })
    log = LoggedAPI(api)
    directory = "/tmp/ksx-fault-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    mkdir(directory, 0o700)
    switch scheme {
    case .unix:
      upstream = .path(directory + "/server")
      server = try await Server.start(log, on: [.socket(path: directory + "/server")])
    case .http, .https:
      let certificate =
        scheme == .https
        ? Listener.Certificate(
          chainFile: try TestCertificate.shared.get().path, keyFile: try TestCertificate.shared.get().keyPath)
        : nil
      server = try await Server.start(
        log, on: [.port(host: "127.0.0.1", port: 0, token: Self.token, certificate: certificate)])
      upstream = .port(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) } ?? 0)
    }
  }

  /// Ends everything; every house must be left.
  func leave() async {
    for proxy in proxies.withLock({ $0 }) { proxy.stop() }
    await server.stop(grace: .zero)
    if let names = try? Files.names(in: directory) { for name in names { unlink("\(directory)/\(name)") } }
    rmdir(directory)
  }

  func proxy(_ faults: @escaping @Sendable (Int) -> Fault) -> FaultProxy {
    let number = proxies.withLock { $0.count }
    let proxy = FaultProxy(to: upstream, socket: scheme == .unix ? "\(directory)/\(number)" : nil, faults)
    proxies.withLock { $0.append(proxy) }
    return proxy
  }

  /// A real client that reaches the server through `proxy`, or without one.
  func cluster(through proxy: FaultProxy? = nil, patience seconds: Int = 1) -> Cluster {
    var connection =
      switch proxy?.place ?? upstream {
      case .port(let port): Connection(server: "\(scheme == .https ? "https" : "http")://127.0.0.1:\(port)")
      case .path(let path): Connection(server: "unix://" + path)
      }
    connection.requestTimeout = seconds
    if scheme == .https { connection.tls.authority = try? TestCertificate.shared.get().certificate }
    if scheme != .unix { connection.credentials = FixedCredential(.bearer(Self.token)) }
    return Cluster(transport: CurlTransport(connection))
  }

  /// The API itself.
  var truth: Cluster { Cluster(transport: InProcessTransport(api)) }

  /// How many changes have been made.
  var changes: Int { get async { await api.version } }

  /// Returns when whatever was on its way has arrived or is lost.
  func settle(_ proxy: FaultProxy) async {
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

/// Counts what reaches the API.
final class LoggedAPI: Handler {
  private let api: API
  private let state = Locked((writes: 0, underWay: 0, targets: [String]()))

  init(_ api: API) { self.api = api }

  /// Requests to change something, dry runs and questions among them.
  var writes: Int { state.withLock { $0.writes } }
  var underWay: Int { state.withLock { $0.underWay } }

  func respond(to request: HTTPRequest, as user: User) async -> HTTPResponse {
    state.withLock { state in
      state.underWay += 1
      if request.method != .get { state.writes += 1 }
    }
    let response = await api.respond(to: request, as: user)
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

/// Waits until `condition` holds, and records an issue when it does not within half a minute.
@discardableResult
func eventually(
  _ comment: Comment = "it did not come to pass", _ condition: () async -> Bool,
  sourceLocation: SourceLocation = #_sourceLocation
) async -> Bool {
  let deadline = ContinuousClock.now + .seconds(30)
  while !(await condition()) {
    if ContinuousClock.now > deadline {
      Issue.record(comment, sourceLocation: sourceLocation)
      return false
    }
    try? await Task.sleep(for: .milliseconds(1))
  }
  return true
}

extension Resource {
  static let extensions = Dialect.installPlan.extensions
}

extension Timing {
  /// Real time, but nobody is kept waiting long.
  static var impatient: Timing {
    var timing = Timing.real
    timing.sleep = { duration in try? await Task.sleep(for: min(duration / 1_000, .milliseconds(2))) }
    return timing
  }
}

/// A certificate for this machine, made once.
struct TestCertificate: Sendable {
  var path: String
  var keyPath: String
  var certificate: [UInt8]

  static let isAvailable = Environment.current.locate("openssl") != nil

  static let shared: Result<TestCertificate, any Error> = Result {
    let base = "/tmp/ksx-fault-certificate-\(getpid())"
    let command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
      + " -addext subjectAltName=IP:127.0.0.1 -keyout \(base).key -out \(base).pem 2>/dev/null"
    guard system(command) == 0 else { throw SystemError("running openssl") }
    let made = TestCertificate(
      path: base + ".pem", keyPath: base + ".key", certificate: try Files.read(base + ".pem"))
    atexit {
      unlink("/tmp/ksx-fault-certificate-\(getpid()).pem")
      unlink("/tmp/ksx-fault-certificate-\(getpid()).key")
    }
    return made
  }
}
