import KubernetesAPI
import Manifest

/// The limits of a ResourceQuota on numbers of objects.
///
/// Limits on amounts, such as `requests.cpu`, and quotas with scopes are stored and not enforced.
struct Quota: Sendable {
  let name: String
  /// The limits by key, such as `configmaps` or `count/deployments.apps`.
  let limits: [String: Int]

  init(_ value: Value) {
    let object = Object(value)
    name = object.name
    let isScoped = object.spec["scopes"] != nil || object.spec["scopeSelector"] != nil
    let hard = isScoped ? [] : object.spec["hard"]?.mapping?.pairs ?? []
    var limits: [String: Int] = [:]
    for pair in hard where Self.collection(of: pair.key) != nil { limits[pair.key] = Self.number(pair.value) }
    self.limits = limits
  }

  private static func number(_ value: Value) -> Int? {
    Quantity.number(value).flatMap { Int(exactly: $0) }
  }

  /// The core resources that quotas count by their plain names.
  private static let core: Set<String> = [
    "pods", "services", "replicationcontrollers", "resourcequotas", "secrets", "configmaps", "persistentvolumeclaims",
  ]

  /// The collection whose objects `key` counts; `nil` if it limits an amount.
  static func collection(of key: String) -> String? {
    if key.hasPrefix("count/") { return String(key.dropFirst("count/".count)) }
    if core.contains(key) { return key }
    return ["services.loadbalancers", "services.nodeports"].contains(key) ? "services" : nil
  }

  /// How much of `key` an object uses: each of its ports for `services.nodeports`, otherwise 1 or 0.
  static func use(_ key: String, _ value: Value) -> Int {
    let type = value[path: "spec", "type"]?.string
    switch key {
    case "pods": return ["Succeeded", "Failed"].contains(value[path: "status", "phase"]?.string) ? 0 : 1
    case "services.loadbalancers": return type == "LoadBalancer" ? 1 : 0
    case "services.nodeports":
      let opensPorts = ["NodePort", "LoadBalancer"].contains(type)
      return opensPorts ? value[path: "spec", "ports"]?.sequence?.count ?? 0 : 0
    default: return 1
    }
  }

  /// What `object` uses beyond `old`, which it replaces.
  func demand(_ type: ResourceType, _ object: Value, replacing old: Value?) -> [String: Int] {
    var demand: [String: Int] = [:]
    for key in limits.keys where Self.collection(of: key) == type.collection {
      let more = Self.use(key, object) - (old.map { Self.use(key, $0) } ?? 0)
      if more > 0 { demand[key] = more }
    }
    return demand
  }

  /// The warning about limits of a quota that are not enforced.
  static func notices(_ value: Value, _ type: ResourceType) -> [String] {
    guard type.resource == .resourceQuotas else { return [] }
    let quota = Quota(value)
    let kept = (Object(value).spec["hard"]?.mapping?.keys ?? []).filter { quota.limits[$0] == nil }
    if kept.isEmpty { return [] }
    let words = kept.sorted().joined(separator: ", ")
    return ["\(words): kept and not enforced, for this server counts objects, and not what pods ask for"]
  }

  /// The 403 for an object that exceeds a quota, with the API server's message.
  static func refusal(
    _ type: ResourceType, _ name: String, by quota: Quota, demand exceeding: [String: Int], used: [String: Int]
  ) -> Status {
    func list(_ numbers: [String: Int]) -> String {
      exceeding.keys.sorted().map { "\($0)=\(numbers[$0] ?? 0)" }.joined(separator: ",")
    }
    return Status(
      code: 403, reason: "Forbidden",
      message: "\(type.resource.qualifiedName) \"\(name)\" is forbidden: exceeded quota: \(quota.name), "
        + "requested: \(list(exceeding)), used: \(list(used)), limited: \(list(quota.limits))",
      details: Status.Details(name: name, group: type.resource.group, kind: type.resource.plural))
  }
}
