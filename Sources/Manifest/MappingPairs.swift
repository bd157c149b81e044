import Platform

/// The pairs of a mapping while they are read, of which each key has one.
struct MappingPairs {
  private(set) var all: [YAMLNode.Pair] = []
  private var places: [String: Int] = [:]
  /// Keys that only a merge has given.
  private var merged: Set<String> = []

  /// Sets `pair` in place of an earlier one of its key, and gives the key of that if the mapping itself had it.
  mutating func set(_ pair: YAMLNode.Pair) -> YAMLNode? {
    let name = pair.key.name
    let former = put(pair, name)
    return merged.remove(name) == nil ? former : nil
  }

  /// Takes up what `<<` names: the first of several mappings wins.
  ///
  /// What stands above gives way to it, what stands below does not: so go-yaml 2 does, which kubectl 1.32 and helm 3.17
  /// read with, whatever YAML 1.1 says.
  mutating func merge(_ value: YAMLNode) throws(SyntaxError) {
    switch value.content {
    case .mapping(let pairs):
      for pair in pairs {
        if put(pair, pair.key.name) == nil { merged.insert(pair.key.name) }
      }
    case .sequence(let nodes): for node in nodes.reversed() { try merge(node) }
    case .scalar: throw value.mistake("<< takes a mapping")
    }
  }

  private mutating func put(_ pair: YAMLNode.Pair, _ name: String) -> YAMLNode? {
    guard let place = places[name] else {
      places[name] = all.count
      all.append(pair)
      return nil
    }
    defer { all[place] = pair }
    return all[place].key
  }
}
