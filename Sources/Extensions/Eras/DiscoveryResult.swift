import Client
import Manifest

/// What a cluster showed of its kinds; conclusions are computed from it without further requests.
struct DiscoveryResult: Hashable, Sendable {
  /// The plural names by group; a group whose discovery is forbidden is left out.
  var plurals: [String: Set<String>] = [:]
  /// The OpenAPI schema of installations, if their CRD may be read.
  var installationSchema: Value?
  /// `gitVersion` of the API server.
  var serverVersion = ""

  func has(_ plural: String, in group: String) -> Bool { plurals[group]?.contains(plural) == true }

  /// The era that the kinds belong to; `nil` if there are no extensions at all.
  var era: Era? {
    // A cluster with several of these kinds was upgraded.
    if has("installplans", in: Dialect.coreGroup) { return .installPlan }
    if has("subscriptions", in: Dialect.coreGroup) { return subscriptionEra }
    if has("plugins", in: Dialect.defaultServingGroup) { return .plugin }
    return nil
  }

  /// The group of proxies and bundles, if it is known.
  var servingGroup: String? {
    [Dialect.defaultServingGroup, Dialect.coreGroup].first { has("jsbundles", in: $0) }
  }

  /// An object only if the CRD requires it: text keeps comments, and a standalone backend accepts both.
  var configForm: Installation.ConfigForm {
    property(["spec", "config"])?["type"]?.string == "object" ? .object : .text
  }

  private var subscriptionEra: Era {
    if serverVersion.hasSuffix("+ksxd") { return .seed }
    guard installationSchema != nil else {
      return has("jsbundles", in: Dialect.defaultServingGroup) ? .splitSubscription : .subscription
    }
    if property(["spec", "clusterScheduling"]) != nil { return .scheduledSubscription }
    let config = property(["spec", "config"])
    if config?["type"] == "object" || config?["x-kubernetes-preserve-unknown-fields"] == true { return .seed }
    return has("jsbundles", in: Dialect.defaultServingGroup) ? .splitSubscription : .subscription
  }

  /// Whether installations have a field; `nil` if their schema is not known.
  func has(field path: [String]) -> Bool? { installationSchema.map { _ in property(path) != nil } }

  private func property(_ path: [String]) -> Value? {
    path.reduce(installationSchema) { $0?[path: "properties", $1] }
  }
}
