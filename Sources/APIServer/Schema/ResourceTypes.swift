import KubernetesAPI

/// The resources an API serves.
///
/// What is not in here does not exist: its paths answer 404, as on a cluster without its definition.
package struct ResourceTypes: Sendable {
  package private(set) var all: [ResourceType]
  /// The definitions that are there from the start, which the API keeps as objects too.
  let definitions: [Definition]
  /// What objects have to be beyond their schemas, by the qualified names of their resources.
  private let rules: [String: any ObjectRules]
  private var places: [String: Int] = [:]

  /// Kubernetes' own resources, as far as charts use them, and what `definitions` describe, held to `rules`.
  package init(definitions: [Definition] = [], rules: [String: any ObjectRules] = [:]) {
    all = Self.kubernetes
    self.definitions = definitions
    self.rules = rules
    for definition in definitions { set(definition) }
    index()
  }

  /// Serves one more resource, or the same one differently.
  package mutating func add(_ type: ResourceType) {
    all.removeAll { $0.resource.qualifiedName == type.resource.qualifiedName }
    all.append(type)
    index()
  }

  /// Serves what `definition` describes since `version` of the store, and no longer what it described before.
  mutating func set(_ definition: Definition, since version: Int = 0) {
    let place = all.firstIndex { $0.collection == definition.name } ?? all.count
    all.removeAll { $0.collection == definition.name }
    let types = definition.types.map { type in
      var type = type
      type.schemaVersion = version
      if let rules = rules[definition.name] { type.rules = rules }
      return type
    }
    all.insert(contentsOf: types, at: min(place, all.count))
    index()
  }

  /// Says that the definition with the qualified name `name` is what it is since `version` of the store.
  mutating func date(_ name: String, _ version: Int) {
    for index in all.indices where all[index].collection == name { all[index].schemaVersion = version }
  }

  /// No longer serves the resource with the qualified name `name`.
  mutating func remove(_ name: String) {
    all.removeAll { $0.collection == name && $0.isCustom }
    index()
  }

  private mutating func index() {
    places = Dictionary(
      all.enumerated().map { (Self.key($1.resource.group, $1.resource.version, $1.resource.plural), $0) },
      uniquingKeysWith: { $1 })
  }

  private static func key(_ group: String, _ version: String, _ plural: String) -> String {
    "\(group)/\(version)/\(plural)"
  }

  func find(group: String, version: String, plural: String) -> ResourceType? {
    places[Self.key(group, version, plural)].map { all[$0] }
  }

  /// The resource whose objects are in `collection`, in the version that they are kept in.
  func find(collection: String) -> ResourceType? {
    let types = all.filter { $0.collection == collection }
    return types.first { $0.storageVersion == $0.resource.version } ?? types.first
  }

  /// The groups beside the core one, in the order they were added, with their versions, the preferred one first.
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

/// The order of versions: stable ones before previews, newer ones before older, all others behind in the order of
/// letters.
enum VersionPriority {
  static func sorted(_ versions: [String]) -> [String] {
    versions.sorted { left, right in
      let (first, second) = (rank(left), rank(right))
      guard first != second else { return left < right }
      return second.lexicographicallyPrecedes(first)
    }
  }

  /// Such as `[2, 1, 3]` for `v1beta3`; nothing for what is no version of Kubernetes.
  private static func rank(_ version: String) -> [Int] {
    guard version.hasPrefix("v") else { return [] }
    for (word, stage) in [("alpha", 1), ("beta", 2)] {
      guard let place = version.firstRange(of: word) else { continue }
      let parts = [version[..<place.lowerBound].dropFirst(), version[place.upperBound...]].compactMap { Int($0) }
      return parts.count == 2 ? [stage] + parts : []
    }
    return Int(version.dropFirst()).map { [3, $0] } ?? []
  }
}
