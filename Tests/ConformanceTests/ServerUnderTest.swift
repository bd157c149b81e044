import APIServer
import Access
import Charts
import Client
import Controllers
import Extensions
import Glibc
import KubeSphereKinds
import KubernetesAPI
import Platform

/// The server the suite asks: the one scripts/conformance names, or ksxd's API in this process.
enum ServerUnderTest {
  case inProcess
  case kubeconfig(String)
  case socket(String)

  static let current: ServerUnderTest = {
    if let path = variable("KSX_CONFORMANCE_KUBECONFIG") { return .kubeconfig(path) }
    if let path = variable("KSX_CONFORMANCE_SOCKET") { return .socket(path) }
    return .inProcess
  }()

  /// The dialect of the target, `installplan` unless scripts/conformance says otherwise.
  ///
  /// An era is named where it is not the one that ksxd has for a dialect.
  static let dialect =
    variable("KSX_CONFORMANCE_ERA").flatMap(Era.init).map { Dialect(era: $0) }
    ?? variable("KSX_CONFORMANCE_DIALECT").flatMap(Dialect.Name.init).map(Dialect.init) ?? .installPlan

  /// The three people who ask, with one context each in the kubeconfigs of scripts/conformance.
  enum Person: String, CaseIterable, Sendable {
    case admin
    /// May look at what KubeSphere's groups have, and change nothing.
    case readOnly = "read-only"
    /// Is known, and may do nothing.
    case nobody
  }

  func cluster(as person: Person = .admin) async throws -> Cluster {
    switch self {
    case .inProcess:
      let user = person == .admin ? .owner : User(name: person.rawValue, groups: ["system:authenticated"])
      return Cluster(transport: InProcessTransport(try await InProcessServer.shared.api(), as: user))
    case .socket(let path) where person == .admin: return Cluster(transport: CurlTransport(base: "unix://\(path)"))
    case .socket: return try Self.cluster(kubeconfig: Self.variable("KSX_CONFORMANCE_USERS") ?? "", as: person)
    case .kubeconfig(let path): return try Self.cluster(kubeconfig: path, as: person)
    }
  }

  /// A namespace that no other test uses.
  static func freshNamespace(in cluster: Cluster) async throws(ClusterError) -> String {
    let name = "ksx-conformance-\(UInt32.random(in: .min ... .max))"
    _ = try await cluster.create(.namespaces, Object(.namespaces, name: name))
    return name
  }

  private static func cluster(kubeconfig path: String, as person: Person) throws -> Cluster {
    var options = KubeconfigOptions()
    options.kubeconfig = path
    options.context = person.rawValue
    return Cluster(transport: CurlTransport(try Kubeconfig.load(options).connection))
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// One API with its controllers for the whole suite, as a real server is.
private actor InProcessServer {
  static let shared = InProcessServer()
  private var opened: AccessControl?

  /// As scripts/conformance gives them to other servers.
  private static let policies = ["kubesphere.io", "extensions.kubesphere.io"].map {
    #"{"user":"read-only","resource":"*","apiGroup":"\#($0)","namespace":"*","readonly":true}"#
  }.map {
    #"{"apiVersion":"abac.authorization.kubernetes.io/v1beta1","kind":"Policy","spec":\#($0)}"# + "\n"
  }.joined()

  func api() async throws -> AccessControl {
    if let opened { return opened }
    let marketplace = "/tmp/ksx-conformance-\(getpid())"
    try Catalogue.write(to: marketplace, hasFirstDesign: ServerUnderTest.dialect.era == .seed)
    let policies = marketplace + "/policies"
    try Files.write(Array(Self.policies.utf8), to: policies)
    let api = try API(path: ":memory:", types: ResourceTypes(dialect: ServerUnderTest.dialect))
    let access = AccessControl(try Authorizer(policyFile: policies), around: api)
    opened = access
    let cluster = Cluster(transport: InProcessTransport(api))
    try await Catalogue.register(folder: marketplace, in: cluster, dialect: ServerUnderTest.dialect)
    var settings = ControllerSettings()
    settings.renderer = ChartRenderer(engine: .substitution)
    settings.simulatesWorkloads = true
    Task { [settings] in
      await ControllerManager.run(cluster: cluster, dialect: ServerUnderTest.dialect, settings: settings)
    }
    return access
  }
}
