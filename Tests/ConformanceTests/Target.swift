import Backend
import Client
import Extensions
import Glibc

/// The server the suite asks: the one scripts/conformance names, or ksxd's API in this process.
enum Target {
  case inProcess
  case kubeconfig(String)
  case socket(String)

  static let current: Target = {
    if let path = variable("KSX_CONFORMANCE_KUBECONFIG") { return .kubeconfig(path) }
    if let path = variable("KSX_CONFORMANCE_SOCKET") { return .socket(path) }
    return .inProcess
  }()

  /// The dialect of the target, `installplan` unless scripts/conformance says otherwise.
  static let dialect = variable("KSX_CONFORMANCE_DIALECT").flatMap(Dialect.Name.init).map(Dialect.init) ?? .installPlan

  func cluster() async throws -> Cluster {
    switch self {
    case .inProcess: Cluster(transport: InProcessTransport(try await InProcessServer.shared.api()))
    case .socket(let path): Cluster(transport: CurlTransport(base: "unix://\(path)"))
    case .kubeconfig(let path): try Self.cluster(kubeconfig: path)
    }
  }

  /// A namespace that nobody else uses.
  static func freshNamespace(in cluster: Cluster) async throws(ClusterError) -> String {
    let name = "ksx-conformance-\(UInt32.random(in: .min ... .max))"
    _ = try await cluster.create(.namespaces, Object(.namespaces, name: name))
    return name
  }

  private static func cluster(kubeconfig path: String) throws -> Cluster {
    var options = KubeconfigOptions()
    options.kubeconfig = path
    return Cluster(transport: CurlTransport(try Kubeconfig.load(options).connection))
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// One API with its controllers for the whole suite, as a real server is.
private actor InProcessServer {
  static let shared = InProcessServer()
  private var opened: API?

  func api() async throws -> API {
    if let opened { return opened }
    let api = try API(path: ":memory:", types: ResourceTypes(dialect: .installPlan))
    opened = api
    let cluster = Cluster(transport: InProcessTransport(api))
    let marketplace = "/tmp/ksx-conformance-\(getpid())"
    try Catalogue.write(to: marketplace)
    try await Catalogue.register(folder: marketplace, in: cluster, dialect: .installPlan)
    var settings = ControllerSettings()
    settings.renderer = ChartRenderer(engine: .substitution)
    settings.playsWorkloads = true
    Task { [settings] in await Controllers.run(cluster: cluster, dialect: .installPlan, settings: settings) }
    return api
  }
}
