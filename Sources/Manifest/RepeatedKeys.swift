/// The paths of repeated keys in a document, such as `spec.ports[0].name`.
///
/// A path is built from the inside out: each enclosing mapping or list adds its step when it has been parsed.
struct RepeatedKeys {
  private(set) var paths: [String] = []

  /// Adds the repeated keys among `pairs`.
  mutating func add(_ pairs: [Mapping.Pair]) {
    var (known, repeated): (Set<String>, Set<String>) = ([], [])
    for pair in pairs where !known.insert(pair.key).inserted && repeated.insert(pair.key).inserted {
      paths.append(pair.key)
    }
  }

  /// Puts `step` before all paths but the first `known` ones.
  mutating func put(from known: Int, under step: String) {
    for index in known..<paths.count {
      paths[index] = step + (paths[index].hasPrefix("[") ? "" : ".") + paths[index]
    }
  }
}
