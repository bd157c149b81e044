import Extensions
import Manifest

/// The OpenAPI documents of APIs that extensions bring, beside those of Kubernetes, as its aggregator has them: the index
/// at `/openapi/v3` names each, and the server of that API is asked for it by the same path.
enum OpenAPIIndex {
  /// `index`, which the API gave, with the documents of `table`; without one, those alone.
  static func merged(_ index: Value?, _ table: RouteTable) -> Value {
    var index = index?.mapping ?? [:]
    var paths = index["paths"]?.mapping ?? [:]
    for (group, versions) in table.servedGroups {
      for version in versions {
        let place = "kapis/\(group)/\(version)"
        paths[place] = ["serverRelativeURL": .string("\(Destination.openAPIPath)/\(place)")]
      }
    }
    index["paths"] = .mapping(paths)
    return .mapping(index)
  }
}
