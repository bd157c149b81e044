import Platform

/// Collects the pairs of a mapping while it is parsed, one for each key.
struct MappingPairs {
  private(set) var all: [YAMLNode.Pair] = []
  private var indices: [String: Int] = [:]
  /// Keys that came only from a merge.
  private var merged: Set<String> = []

  /// Sets `pair`, replacing an earlier one with its key; returns the earlier key if the mapping itself had it.
  mutating func set(_ pair: YAMLNode.Pair) -> YAMLNode? {
    let name = pair.key.name
    let former = put(pair, name)
    return merged.remove(name) == nil ? former : nil
  }

  /// Merges the value of `<<`: the first of several mappings takes precedence.
  ///
  /// It overrides the keys above it, but not those below it. This is the behaviour of go-yaml 2, which kubectl 1.32 and
  /// helm 3.17 use, though YAML 1.1 says otherwise.
  mutating func merge(_ value: YAMLNode) throws(SyntaxError) {
    switch value.content {
    case .mapping(let pairs):
      for var pair in pairs {
        pair.key.isRepeated = true
        if put(pair, pair.key.name) == nil { merged.insert(pair.key.name) }
      }
    case .sequence(let nodes): for node in nodes.reversed() { try merge(node) }
    case .scalar: throw value.mistake("<< takes a mapping")
    }
  }

  private mutating func put(_ pair: YAMLNode.Pair, _ name: String) -> YAMLNode? {
    guard let index = indices[name] else {
      indices[name] = all.count
      all.append(pair)
      return nil
    }
    defer { all[index] = pair }
    return all[index].key
  }
}
