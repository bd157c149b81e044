/// The places of keys that come twice in a document, such as `spec.ports[0].name`.
///
/// Found from the inside out: a place grows as the mappings and lists around it are read to their ends.
struct RepeatedKeys {
  private(set) var places: [String] = []

  /// Adds what comes twice among `pairs`.
  mutating func add(_ pairs: [Mapping.Pair]) {
    var (known, repeated): (Set<String>, Set<String>) = ([], [])
    for pair in pairs where !known.insert(pair.key).inserted && repeated.insert(pair.key).inserted {
      places.append(pair.key)
    }
  }

  /// Puts `step` before the places that were found since there were `known`.
  mutating func put(from known: Int, under step: String) {
    for index in known..<places.count {
      places[index] = step + (places[index].hasPrefix("[") ? "" : ".") + places[index]
    }
  }
}
