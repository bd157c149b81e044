package import HTTP

/// What answers a request: decided here alone, for the gateway that serves it and for who asks why.
package enum Destination: Sendable {
  /// No path that may be asked for.
  case flaw(RequestPath.Flaw)
  /// The Kubernetes API.
  case api
  /// The same, under the path that the shipped gateway has for its version.
  case version
  /// The API of a member cluster.
  case member
  /// Which rule serves a request.
  case explanation
  case metrics
  case openAPIIndex
  /// What a front end is to load.
  case bundleList
  case rule(RouteTable.Match, RequestPath)
  /// The groups of the APIs that extensions serve.
  case groups
  case group(String, versions: [String])
  /// A list or a file of the cluster's, or nothing.
  case reader(RequestPath)

  /// Where it is asked which rule serves a request.
  package static let explainPath = "/kapis/gateway.ksx.dev/v1alpha1/explain"

  package static let openAPIPath = "/openapi/v3"

  /// Whether the Kubernetes API answers it.
  package static func isAPI(_ target: String) -> Bool {
    let first = target.utf8.dropFirst().prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    return ["api", "apis", "openapi", "version", "healthz", "livez", "readyz"].contains { $0.utf8.elementsEqual(first) }
  }
}

extension RouteTable {
  /// What answers `request`.
  package func destination(of request: HTTPRequest) -> Destination {
    let target = request.target
    if target.hasPrefix(Destination.openAPIPath), let found = openAPI(request) { return found }
    if Destination.isAPI(target) { return .api }
    if target.hasPrefix("/clusters/") { return .member }
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

  /// The OpenAPI documents of APIs that extensions bring stand beside those of Kubernetes, as its aggregator has them:
  /// the index names each, and the server of that API is asked for it by the same path.
  private func openAPI(_ request: HTTPRequest) -> Destination? {
    guard request.method == .get, let path = try? RequestPath(request.target) else { return nil }
    if path.decoded == Destination.openAPIPath { return .openAPIIndex }
    let parts = path.decoded.split(separator: "/", omittingEmptySubsequences: false)
    guard path.decoded.hasPrefix(Destination.openAPIPath + "/kapis/"), parts.count == 6,
      let match = service(String(parts[4]), String(parts[5]))
    else { return nil }
    return .rule(match, path)
  }

  /// What there is to discover of the APIs of extensions, as Kubernetes has it below `/apis`: which groups there are is
  /// the gateway's to say, what is in a version its server's.
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

  /// What serves a version of a group.
  private func service(_ group: String, _ version: String) -> Match? {
    // Which of several that claim it does, what is below it tells.
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
