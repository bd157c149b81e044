import KubernetesAPI

/// The resources an API serves.
///
/// What is not in here does not exist: its paths answer 404, as on a cluster without its CRD.
package struct ResourceTypes: Sendable {
  package private(set) var all: [ResourceType]

  /// Kubernetes' own resources, as far as charts use them, and `others`.
  package init(_ others: [ResourceType] = []) {
    all = Self.kubernetes + others
  }

  /// Serves one more resource, or the same one differently.
  package mutating func add(_ type: ResourceType) {
    all.removeAll { $0.resource.qualifiedName == type.resource.qualifiedName }
    all.append(type)
  }

  func find(group: String, version: String, plural: String) -> ResourceType? {
    all.first { $0.resource.group == group && $0.resource.version == version && $0.resource.plural == plural }
  }

  func find(collection: String) -> ResourceType? {
    all.first { $0.collection == collection }
  }

  /// The groups beside the core one, with their version, in the order they were added.
  var groups: [(name: String, version: String)] {
    var result: [(name: String, version: String)] = []
    for type in all where !type.resource.group.isEmpty {
      if !result.contains(where: { $0.name == type.resource.group }) {
        result.append((type.resource.group, type.resource.version))
      }
    }
    return result
  }

  func types(group: String, version: String) -> [ResourceType] {
    all.filter { $0.resource.group == group && $0.resource.version == version }
  }
}
