package import Manifest
package import Packages
import Platform

/// The values of a release that the user does not choose (docs/KUBESPHERE.md: Executor).
package enum ForcedValues {
  /// The forced values of a release of `package`; `clusterInfo` describes the agent's cluster, and is `nil` for the
  /// extension's own release.
  ///
  /// They set the API group of the gateway's objects, which differs between the dialects, switch off the parts that are
  /// only for the other kind of release, and pass `clusterInfo` to the chart of an agent.
  package static func of(_ package: Package?, servingGroup: String, agentIn clusterInfo: Value?) -> Value {
    let isAgent = clusterInfo != nil
    var values: Value = [
      "global": ["servingGroup": .string(servingGroup)],
      "tags": ["extension": .bool(!isAgent), "agent": .bool(isAgent)],
    ]
    if let clusterInfo { values = values.setting(["global", "clusterInfo"], to: clusterInfo) }
    for part in others(in: package, isAgent: isAgent) {
      for condition in part["condition"]?.string?.split(separator: ",") ?? [] {
        values = values.setting(condition.split(separator: ".").map { String($0).trimmed() }, to: false)
      }
    }
    return values
  }

  /// The charts of a package that are only for the other kind of release, according to the dependencies that helm uses.
  private static func others(in package: Package?, isAgent: Bool) -> [Value] {
    guard let package, (try? package.extensionManifest()) != nil else { return [] }
    let (own, other) = isAgent ? ("agent", "extension") : ("extension", "agent")
    return ((try? package.dependencies()) ?? []).filter { part in
      let tags = part["tags"]?.sequence?.compactMap(\.string) ?? []
      return tags.contains(other) && !tags.contains(own)
    }
  }
}
