package import Manifest
package import Packages
import Platform

/// The values of a release that the user does not choose (docs/KUBESPHERE.md: Executor).
package enum ForcedValues {
  /// The group of what the gateway serves, which differs between the dialects, and that the parts meant for agents stay out
  /// of the extension's own release, and the others out of an agent's, which is told where it is: `clusterInfo`.
  package static func of(_ manifest: ExtensionManifest?, servingGroup: String, agentIn clusterInfo: Value?) -> Value {
    let isAgent = clusterInfo != nil
    var values: Value = [
      "global": ["servingGroup": .string(servingGroup)],
      "tags": ["extension": .bool(!isAgent), "agent": .bool(isAgent)],
    ]
    if let clusterInfo { values = values.setting(["global", "clusterInfo"], to: clusterInfo) }
    for part in parts(of: manifest, for: isAgent ? "extension" : "agent") {
      for condition in part["condition"]?.string?.split(separator: ",") ?? [] {
        values = values.setting(condition.split(separator: ".").map { String($0).trimmed() }, to: false)
      }
    }
    return values
  }

  /// The parts of a package that are meant for `tag`, and for nothing else.
  package static func parts(of manifest: ExtensionManifest?, for tag: String) -> [Value] {
    (manifest?.dependencies ?? []).filter { $0["tags"]?.sequence?.compactMap(\.string) == [tag] }
  }
}
