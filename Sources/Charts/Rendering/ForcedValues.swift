package import Manifest
package import Packages
import Platform

/// The values of a release that the user does not choose (docs/KUBESPHERE.md: Executor).
package enum ForcedValues {
  /// The group of what the gateway serves, which differs between the dialects, and that the parts meant for agents stay out
  /// of the extension's own release, and the others out of an agent's, which is told where it is: `clusterInfo`.
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

  /// The charts of a package that are meant for the other of its releases only; as helm has it, `Chart.yaml` says so.
  private static func others(in package: Package?, isAgent: Bool) -> [Value] {
    guard let package, (try? package.extensionManifest()) != nil else { return [] }
    let (own, other) = isAgent ? ("agent", "extension") : ("extension", "agent")
    return ((try? package.dependencies()) ?? []).filter { part in
      let tags = part["tags"]?.sequence?.compactMap(\.string) ?? []
      return tags.contains(other) && !tags.contains(own)
    }
  }
}
