import Extensions
import HTTP
import KubernetesAPI
import Manifest

/// Discovery documents for the API groups of extensions.
enum GroupDocuments {
  /// All groups, each with its versions.
  static func list(_ groups: [(name: String, versions: [String])]) -> HTTPResponse {
    let all = groups.map { value($0.name, $0.versions) }
    return HTTPResponse(
      status: 200, json: ["kind": "APIGroupList", "apiVersion": "v1", "groups": .sequence(all)])
  }

  /// One group.
  static func one(_ name: String, _ versions: [String]) -> HTTPResponse {
    var group: Mapping = ["kind": "APIGroup", "apiVersion": "v1"]
    for pair in value(name, versions).mapping?.pairs ?? [] { group[pair.key] = pair.value }
    return HTTPResponse(status: 200, json: .mapping(group))
  }

  private static func value(_ name: String, _ versions: [String]) -> Value {
    let entries = versions.map { version -> Value in
      ["groupVersion": .string(name + "/" + version), "version": .string(version)]
    }
    return ["name": .string(name), "versions": .sequence(entries), "preferredVersion": entries.first ?? .null]
  }
}
