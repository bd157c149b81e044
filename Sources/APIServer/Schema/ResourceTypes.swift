import KubernetesAPI

/// The resources that an API serves.
///
/// All other paths respond with 404, as in a cluster without the definition.
package struct ResourceTypes: Sendable {
  package private(set) var all: [ResourceType]
  /// The built-in definitions, which the API also stores as objects.
  let definitions: [Definition]
  /// Rules beyond the schemas, by the qualified names of resources.
  private let rules: [String: any ObjectRules]
  /// The index in `all` of each resource, by group, version and plural.
  private var indices: [String: Int] = [:]

  /// Kubernetes' own resources that charts use, and the kinds of `definitions`, with their `rules`.
  package init(definitions: [Definition] = [], rules: [String: any ObjectRules] = [:]) {
    all = Self.kubernetes
    self.definitions = definitions
    self.rules = rules
    for definition in definitions { set(definition) }
    buildIndices()
  }

  /// Adds a resource, or replaces the one with the same qualified name.
  package mutating func add(_ type: ResourceType) {
    all.removeAll { $0.resource.qualifiedName == type.resource.qualifiedName }
    all.append(type)
    buildIndices()
  }

  /// Serves the kind of `definition`, whose schemas changed at the resource version `version`, instead of its former
  /// kind.
  mutating func set(_ definition: Definition, since version: Int = 0) {
    let index = all.firstIndex { $0.collection == definition.name } ?? all.count
    all.removeAll { $0.collection == definition.name }
    let types = definition.types.map { type in
      var type = type
      type.schemaVersion = version
      if let rules = rules[definition.name] { type.rules = rules }
      return type
    }
    all.insert(contentsOf: types, at: min(index, all.count))
    buildIndices()
  }

  /// Sets the resource version at which the schemas of the definition called `name` last changed.
  mutating func setSchemaVersion(_ name: String, _ version: Int) {
    for index in all.indices where all[index].collection == name { all[index].schemaVersion = version }
  }

  /// Removes the custom resource with the qualified name `name`.
  mutating func remove(_ name: String) {
    all.removeAll { $0.collection == name && $0.isCustom }
    buildIndices()
  }

  private mutating func buildIndices() {
    indices = Dictionary(
      all.enumerated().map { (Self.key($1.resource.group, $1.resource.version, $1.resource.plural), $0) },
      uniquingKeysWith: { $1 })
  }

  private static func key(_ group: String, _ version: String, _ plural: String) -> String {
    "\(group)/\(version)/\(plural)"
  }

  func find(group: String, version: String, plural: String) -> ResourceType? {
    indices[Self.key(group, version, plural)].map { all[$0] }
  }

  /// The resource whose objects are in `collection`, in its storage version.
  func find(collection: String) -> ResourceType? {
    let types = all.filter { $0.collection == collection }
    return types.first { $0.storageVersion == $0.resource.version } ?? types.first
  }

  /// The groups besides the core group, in the order in which they were added, with their versions, the preferred one
  /// first.
  var groups: [(name: String, versions: [String])] {
    var names: [String] = []
    var versions: [String: [String]] = [:]
    for type in all where !type.resource.group.isEmpty {
      let group = type.resource.group
      if versions[group] == nil { names.append(group) }
      if versions[group]?.contains(type.resource.version) != true {
        versions[group, default: []].append(type.resource.version)
      }
    }
    return names.map { ($0, VersionPriority.sorted(versions[$0] ?? [])) }
  }

  func types(group: String, version: String) -> [ResourceType] {
    all.filter { $0.resource.group == group && $0.resource.version == version }
  }
}

/// Kubernetes' order of versions: stable ones before previews, newer ones before older; other names last, in
/// alphabetical order.
enum VersionPriority {
  static func sorted(_ versions: [String]) -> [String] {
    versions.sorted { left, right in
      let (first, second) = (rank(left), rank(right))
      guard first != second else { return left < right }
      return second.lexicographicallyPrecedes(first)
    }
  }

  /// The sort key, such as `[2, 1, 3]` for `v1beta3`; empty for names that are not versions of Kubernetes.
  private static func rank(_ version: String) -> [Int] {
    guard version.hasPrefix("v") else { return [] }
    for (word, stage) in [("alpha", 1), ("beta", 2)] {
      guard let range = version.firstRange(of: word) else { continue }
      let parts = [version[..<range.lowerBound].dropFirst(), version[range.upperBound...]].compactMap { Int($0) }
      return parts.count == 2 ? [stage] + parts : []
    }
    return Int(version.dropFirst()).map { [3, $0] } ?? []
  }
}
