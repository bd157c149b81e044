import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest

/// The OpenAPI documents of APIs that extensions bring, beside those of Kubernetes, as its aggregator has them: the index
/// at `/openapi/v3` names each, and the server of that API is asked for it by the same path.
enum OpenAPIIndex {
  static let path = "/openapi/v3"
  private static let prefix = path + "/kapis/"

  /// What a request below `/openapi` is for.
  enum Destination {
    case index
    /// The document of an API of an extension.
    case document(RouteTable.Shared<APIServiceRule>)
    /// The API has it, if anyone does.
    case api
  }

  static func destination(of path: RequestPath, _ method: HTTPRequest.Method, in table: RouteTable) -> Destination {
    guard method == .get else { return .api }
    if path.decoded == self.path { return .index }
    let parts = path.decoded.split(separator: "/", omittingEmptySubsequences: false)
    guard path.decoded.hasPrefix(prefix), parts.count == 6,
      let rule = table.service(String(parts[4]), String(parts[5]))
    else { return .api }
    return .document(rule)
  }

  /// `index`, which the API gave, with the documents of `table`; without one, those alone.
  static func merged(_ index: Value?, _ table: RouteTable) -> Value {
    var index = index?.mapping ?? [:]
    var paths = index["paths"]?.mapping ?? [:]
    for (group, versions) in table.servedGroups {
      for version in versions {
        let place = "kapis/\(group)/\(version)"
        paths[place] = ["serverRelativeURL": .string("\(path)/\(place)")]
      }
    }
    index["paths"] = .mapping(paths)
    return .mapping(index)
  }
}
