package import HTTP

/// What answers a request, decided here for both the gateway and its explanations, so that they agree.
package enum Destination: Sendable {
  /// The path is not allowed.
  case flaw(RequestPath.Flaw)
  /// The Kubernetes API.
  case api
  /// The version of the Kubernetes API, under the path of the shipped gateway.
  case version
  /// The API of a member cluster.
  case member
  /// An explanation which rule serves a request.
  case explanation
  case metrics
  case openAPIIndex
  /// The OpenAPI 2 document of all APIs.
  case openAPIv2
  /// The list of bundles that a front end loads.
  case bundleList
  case rule(RouteTable.Match, RequestPath)
  /// The groups of the APIs that extensions serve.
  case groups
  case group(String, versions: [String])
  /// A list or a package's files, read from the cluster, or nothing.
  case reader(RequestPath)

  /// The path for explanations.
  package static let explainPath = "/kapis/gateway.ksx.dev/v1alpha1/explain"

  package static let openAPIPath = "/openapi/v3"
  package static let openAPIv2Path = "/openapi/v2"

  /// Whether the Kubernetes API answers `target`.
  package static func isAPI(_ target: String) -> Bool {
    let first = target.utf8.dropFirst().prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    return ["api", "apis", "openapi", "version", "healthz", "livez", "readyz"].contains { $0.utf8.elementsEqual(first) }
  }
}

extension RouteTable {
  /// What answers `request`.
  package func destination(of request: HTTPRequest) -> Destination {
    let target = request.target
    if target.hasPrefix("/openapi/"), let found = openAPI(request) { return found }
    let isAPI = Destination.isAPI(target)
    if isAPI || target.hasPrefix("/clusters/") {
      if let flaw = RequestPath.flaw(ofPathIn: target) { return .flaw(flaw) }
      return isAPI ? .api : .member
    }
    let path: RequestPath
    do throws(RequestPath.Flaw) {
      path = try RequestPath(target)
    } catch {
      return .flaw(error)
    }
    switch path.decoded {
    case "/kapis/version": return .version
    case Destination.explainPath where request.method == .post: return .explanation
    case "/metrics": return .metrics
    case "/dist", "/dist/": return .bundleList
    default: break
    }
    if let match = match(path, method: request.method.rawValue) { return .rule(match, path) }
    return request.method == .get ? group(path) ?? .reader(path) : .reader(path)
  }

  /// The OpenAPI documents of extensions' APIs, beside those of Kubernetes as in its aggregator: the index lists each,
  /// and the API's own server is requested under the same path.
  private func openAPI(_ request: HTTPRequest) -> Destination? {
    guard request.method == .get, let path = try? RequestPath(request.target) else { return nil }
    if path.decoded == Destination.openAPIPath { return .openAPIIndex }
    if path.decoded == Destination.openAPIv2Path { return .openAPIv2 }
    let parts = path.decoded.split(separator: "/", omittingEmptySubsequences: false)
    guard path.decoded.hasPrefix(Destination.openAPIPath + "/kapis/"), parts.count == 6,
      let match = service(String(parts[4]), String(parts[5]))
    else { return nil }
    return .rule(match, path)
  }

  /// The discovery documents of extensions' APIs, as in Kubernetes below `/apis`: the gateway answers which groups and
  /// versions there are, and the API's own server what is in a version.
  private func group(_ path: RequestPath) -> Destination? {
    let parts = path.decoded.split(separator: "/").map(String.init)
    guard parts.first == "kapis" else { return nil }
    switch parts.count {
    case 1: return .groups
    case 2:
      return servedGroups.first { $0.name == parts[1] }.map { .group($0.name, versions: $0.versions) }
    case 3: return service(parts[1], parts[2]).map { .rule($0, path) }
    default: return nil
    }
  }

  /// The rule that serves a version of a group.
  package func service(_ group: String, _ version: String) -> Match? {
    // A path below the version selects the winner among several rules.
    guard let below = try? RequestPath("/kapis/\(group)/\(version)/-"), let match = match(below, method: "GET"),
      case .apiService = match
    else { return nil }
    return match
  }

  /// The groups of the APIs that are served, with their versions, the most mature first.
  package var servedGroups: [(name: String, versions: [String])] {
    var versions: [String: Set<String>] = [:]
    for rule in services where rule.object.isAvailable && rule.hasGroup && rule.endpoint.problem == nil {
      versions[rule.group, default: []].insert(rule.version)
    }
    return versions.sorted { $0.key < $1.key }.map { name, versions in
      (name, versions.sorted { KubernetesVersion($1) < KubernetesVersion($0) })
    }
  }
}
