import Extensions
import HTTP
import KubernetesAPI
import Manifest

/// What there is to discover of the APIs of extensions, as Kubernetes has it below `/apis`: which groups there are is the
/// gateway's to say, what is in a version its server's.
enum GroupDocument {
  /// The gateway answers.
  case document(HTTPResponse)
  /// The server of that API is asked what it has.
  case root(RouteTable.Shared<APIServiceRule>)
}

extension RouteTable {
  /// What answers a request for `/kapis`, a group or a version of one; `nil` for every other.
  func groupDocument(_ path: RequestPath) -> GroupDocument? {
    let parts = path.decoded.split(separator: "/").map(String.init)
    guard parts.first == "kapis", parts.count <= 3 else { return nil }
    switch parts.count {
    case 1:
      let groups = servedGroups.map { Self.group($0.name, $0.versions) }
      return .document(
        HTTPResponse(
          status: 200, json: ["kind": "APIGroupList", "apiVersion": "v1", "groups": .sequence(groups)]))
    case 2:
      guard let found = servedGroups.first(where: { $0.name == parts[1] }) else { return nil }
      var group: Mapping = ["kind": "APIGroup", "apiVersion": "v1"]
      for pair in Self.group(found.name, found.versions).mapping?.pairs ?? [] { group[pair.key] = pair.value }
      return .document(HTTPResponse(status: 200, json: .mapping(group)))
    default:
      return service(parts[1], parts[2]).map(GroupDocument.root)
    }
  }

  /// What serves a version of a group.
  func service(_ group: String, _ version: String) -> Shared<APIServiceRule>? {
    // Which of several that claim it does, what is below it tells.
    guard let below = try? RequestPath("/kapis/\(group)/\(version)/-"),
      case .apiService(let rule) = match(below, method: "GET")
    else { return nil }
    return rule
  }

  /// The groups of the APIs that are served, with their versions, the most mature first.
  var servedGroups: [(name: String, versions: [String])] {
    var versions: [String: Set<String>] = [:]
    for rule in services where rule.object.isAvailable && rule.hasGroup && rule.endpoint.problem == nil {
      versions[rule.group, default: []].insert(rule.version)
    }
    return versions.sorted { $0.key < $1.key }.map { name, versions in
      (name, versions.sorted { KubernetesVersion($1) < KubernetesVersion($0) })
    }
  }

  private static func group(_ name: String, _ versions: [String]) -> Value {
    let entries = versions.map { version -> Value in
      ["groupVersion": .string(name + "/" + version), "version": .string(version)]
    }
    return ["name": .string(name), "versions": .sequence(entries), "preferredVersion": entries.first ?? .null]
  }
}

/// A version of an API, ordered as Kubernetes prefers them: `v2`, `v1`, `v1beta2`, `v1alpha1`, and others by name.
struct KubernetesVersion: Comparable {
  private let stage: Int
  private let major: Int
  private let minor: Int
  private let text: String

  init(_ text: String) {
    self.text = text
    var rest = text.dropFirst(text.hasPrefix("v") ? 1 : 0)
    func number() -> Int? {
      let digits = rest.prefix { "0"..."9" ~= $0 }
      rest = rest.dropFirst(digits.count)
      return digits.first == "0" ? nil : Int(digits)
    }
    guard text.hasPrefix("v"), let major = number() else {
      (stage, major, minor) = (0, 0, 0)
      return
    }
    self.major = major
    if rest.isEmpty {
      (stage, minor) = (3, 0)
      return
    }
    let isBeta = rest.hasPrefix("beta")
    let isAlpha = rest.hasPrefix("alpha")
    rest = rest.dropFirst(isBeta ? 4 : 5)
    guard isBeta || isAlpha, let count = number(), rest.isEmpty else {
      (stage, minor) = (0, 0)
      return
    }
    (stage, minor) = (isBeta ? 2 : 1, count)
  }

  static func < (left: KubernetesVersion, right: KubernetesVersion) -> Bool {
    if (left.stage, left.major, left.minor) != (right.stage, right.major, right.minor) {
      return (left.stage, left.major, left.minor) < (right.stage, right.major, right.minor)
    }
    return left.text > right.text
  }
}
