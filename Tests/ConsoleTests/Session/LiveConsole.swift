import APIServer
import Access
import Charts
import Client
import Controllers
import Extensions
import HTTP
import KubeSphereKinds
import KubernetesAPI
import Operations
import Platform
import Terminal
import TestSupport
import Testing

@testable import Console

/// The console, its worker and the whole backend in one process, without a terminal or a socket.
///
/// Used by one task at a time.
final class LiveConsole {
  let plug: Plug
  let cluster: Cluster
  private let folder: TemporaryFolder
  private let mailbox = Mailbox<Message>()
  private let worker: Worker
  private let controllers: Task<Void, Never>
  private let size: Size
  private(set) var app: App

  /// A console on a marketplace of its own.
  ///
  /// A `viewer` may look at everything that KubeSphere has and change nothing.
  init(columns: Int = 80, rows: Int = 24, dialect: Dialect = .installPlan, viewer: User? = nil) async throws {
    folder = TemporaryFolder()
    try Catalogue.write(to: folder.path + "/charts")
    let policies = ["kubesphere.io", "extensions.kubesphere.io"].map { group in
      #"{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":{"group":"viewers","#
        + #""resource":"*","apiGroup":"\#(group)","namespace":"*","readonly":true}}"# + "\n"
    }
    try Files.write(Array(policies.joined().utf8), to: folder.path + "/policies")
    let api = try API(
      path: folder.path + "/objects.db", types: ResourceTypes(dialect: dialect))
    try await api.makeNamespaces(["default", "kube-system", "kubesphere-system"])
    let access = AccessControl(try Authorizer(policyFile: folder.path + "/policies"), around: api)
    let direct = Cluster(transport: InProcessTransport(api))
    cluster = direct
    var settings = ControllerSettings()
    settings.renderer = ChartRenderer(engine: .substitution)
    settings.simulatesWorkloads = true
    settings.pollInterval = .milliseconds(20)
    try await Catalogue.register(folder: folder.path + "/charts", in: direct, dialect: dialect)
    controllers = Task { [settings] in
      await ControllerManager.run(cluster: direct, dialect: dialect, settings: settings)
    }

    plug = Plug(InProcessTransport(access, as: viewer ?? .owner))
    var behindPlug = Cluster(transport: plug)
    behindPlug.timing = Timing.real
    var status = ClusterSession.Status(cluster: "standalone", server: "test")
    status.user = viewer?.name ?? ""
    let session = Session(
      ClusterSession(status, cluster: behindPlug),
      recordKeeper: RecordKeeper(folder: folder.path + "/state", cluster: "test"))
    worker = Worker(session, mailbox: mailbox)
    size = Size(rows: rows, columns: columns)
    app = App(session, settings: .standard, now: .now)
    tell(.resized(size))
    tell(.opened)
  }

  deinit {
    controllers.cancel()
    worker.stop()
  }

  var screen: String {
    tell(.drawing)
    var surface = Surface(size: size)
    _ = app.draw(on: &surface)
    return surface.description
  }

  /// The row of the marketplace that begins with `title`, without the pane of views beside it.
  func row(_ title: String) -> String {
    screen.split(separator: "\n").dropFirst(2).map { String($0.dropFirst(19)) }.first { $0.contains(title) } ?? ""
  }

  func press(_ keys: Key...) {
    for key in keys { tell(.key(key)) }
  }

  func type(_ text: String) {
    for character in text { tell(.key(.character(character))) }
  }

  /// Agrees to the plan on the screen, and leaves the change running once the cluster has taken it.
  func applyAndLeave(_ key: Key = .character("a"), sourceLocation: SourceLocation = #_sourceLocation) async throws {
    press(key)
    try await until("followed the change", sourceLocation: sourceLocation) { $0.app.layers.last is ProgressScreen }
    press(.escape)
  }

  /// Installs an extension from the list, as the only one that `filter` leaves, in the oldest of its versions.
  func install(_ name: String, _ version: String, filter: String) async throws {
    type("/\(filter)")
    press(.enter)
    try await until("was told what is recommended") {
      !($0.app.state.market.extensions[name]?.recommendedVersion ?? "").isEmpty
    }
    type("iv")
    try await until(screenSays: "  \(version) ")
    press(.end, .enter)
    try await until(screenSays: "+ InstallPlan \(name), version \(version)")
    try await applyAndLeave()
    try await until(screenSays: "\(name): installed \(version).")
  }

  private func tell(_ message: Message) {
    for effect in app.handle(message, at: .now) { worker.start(effect) }
    for effect in app.handle(.drawing, at: .now) { worker.start(effect) }
    app.noteShown(app.question)
  }

  /// Delivers messages until the screen satisfies `condition`; fails with the screen after a minute.
  func until(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: (LiveConsole) -> Bool
  ) async throws {
    _ = try await eventually(
      "it \(what)",
      {
        for message in mailbox.take() { tell(message) }
        if let wakeUp = app.nextWakeUp, wakeUp <= .now { tell(.time) }
        return self
      }, when: condition, sourceLocation: sourceLocation)
  }

  func until(screenSays text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await until("said \(text)", sourceLocation: sourceLocation) { $0.screen.contains(text) }
  }
}

extension LiveConsole {
  /// Installs the extension whose newer version cannot be installed, and tries that.
  func failAnUpgrade() async throws {
    try await install("traffic-map", "1.0.0", filter: "traffic")
    type("U")
    try await until(screenSays: "~ version 1.0.0 → 1.1.0")
    try await applyAndLeave()
    try await until(screenSays: "traffic-map: could not upgrade to 1.1.0:")
  }
}

extension LiveConsole: CustomStringConvertible {
  var description: String { "\n" + screen }
}

/// A line to a backend that can be pulled out and put in again.
final class Plug: Transport {
  private let inner: InProcessTransport
  private let state = Locked(State())

  private struct State {
    var isPulled = false
    var isRefusing = false
    var streams: [AsyncStream<[UInt8]>.Continuation] = []
  }

  init(_ inner: InProcessTransport) { self.inner = inner }

  /// Cuts every answer under way and lets no request through.
  func pull() {
    state.withLock { state in
      state.isPulled = true
      for stream in state.streams { stream.finish() }
      state.streams = []
    }
  }

  func putIn() {
    state.withLock { $0.isPulled = false }
  }

  /// Answers every change from now on with 403, as an admission webhook does; dry runs pass.
  func refuseChanges() {
    state.withLock { $0.isRefusing = true }
  }

  private func refuses(_ request: HTTPRequest) -> Bool {
    guard state.withLock({ $0.isRefusing }), request.method != .get else { return false }
    return !request.target.contains("dryRun=") && !request.target.contains("authorization.k8s.io")
  }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    if refuses(request) {
      return .json(
        403,
        #"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"a hook"}"#)
    }
    guard !state.withLock({ $0.isPulled }) else { throw .unreachable(host: "standalone", reason: "pulled out") }
    var response = try await inner.send(request)
    let body = response.body
    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
    let pump = Task {
      do {
        for try await chunk in body { continuation.yield(chunk) }
      } catch {
        // The reader sees the end.
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in pump.cancel() }
    state.withLock { $0.streams.append(continuation) }
    response.body = HTTPBody(stream)
    return response
  }
}
