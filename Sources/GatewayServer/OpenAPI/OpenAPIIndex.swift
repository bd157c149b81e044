import Extensions
import Manifest

/// The index of OpenAPI documents at `/openapi/v3`, with those of extensions' APIs beside those of Kubernetes, as the
/// Kubernetes aggregator lists them; each document is relayed from the upstream of its API at the same path.
enum OpenAPIIndex {
  /// Adds the documents of `table` to `index`, the API server's own; `nil` is an empty index.
  static func merged(_ index: Value?, _ table: RouteTable) -> Value {
    var index = index?.mapping ?? [:]
    var paths = index["paths"]?.mapping ?? [:]
    for (group, versions) in table.servedGroups {
      for version in versions {
        let path = "kapis/\(group)/\(version)"
        paths[path] = ["serverRelativeURL": .string("\(Destination.openAPIPath)/\(path)")]
      }
    }
    index["paths"] = .mapping(paths)
    return .mapping(index)
  }
}
