import Client
import Manifest

/// What a cluster let be seen of its kinds; what follows from it is computed, not asked.
struct DiscoveryResult: Hashable, Sendable {
  /// The plural names by group; a group that may not be looked at is left out.
  var plurals: [String: Set<String>] = [:]
  /// The OpenAPI schema of installations, where their definition may be read.
  var installationSchema: Value?
  /// `gitVersion` of the API server.
  var serverVersion = ""

  func has(_ plural: String, in group: String) -> Bool { plurals[group]?.contains(plural) == true }

  /// `nil` when there are no extensions at all.
  var era: Era? {
    // A cluster with several has been upgraded.
    if has("installplans", in: Dialect.core) { return .installPlan }
    if has("subscriptions", in: Dialect.core) { return subscriptionEra }
    if has("plugins", in: Dialect.serving) { return .plugin }
    return nil
  }

  /// Where proxies and bundles are, if that can be seen.
  var servingGroup: String? {
    [Dialect.serving, Dialect.core].first { has("jsbundles", in: $0) }
  }

  /// An object only where the definition insists: text keeps comments, and a standalone backend takes either.
  var configForm: Installation.ConfigForm {
    property(["spec", "config"])?["type"]?.string == "object" ? .object : .text
  }

  private var subscriptionEra: Era {
    if serverVersion.hasSuffix("+ksxd") { return .seed }
    guard installationSchema != nil else {
      return has("jsbundles", in: Dialect.serving) ? .splitSubscription : .subscription
    }
    if property(["spec", "clusterScheduling"]) != nil { return .scheduledSubscription }
    let config = property(["spec", "config"])
    if config?["type"] == "object" || config?["x-kubernetes-preserve-unknown-fields"] == true { return .seed }
    return has("jsbundles", in: Dialect.serving) ? .splitSubscription : .subscription
  }

  /// Whether installations have a field; `nil` when their schema is not known.
  func has(field path: [String]) -> Bool? { installationSchema.map { _ in property(path) != nil } }

  private func property(_ path: [String]) -> Value? {
    path.reduce(installationSchema) { $0?[path: "properties", $1] }
  }
}
