/// Keys and values in the order of the document.
///
/// Two mappings are equal if they have the same keys with equal values, in any order: the order is
/// kept for users, and has no meaning to a cluster.
package struct Mapping: Sendable, ExpressibleByDictionaryLiteral {
  package var pairs: [Pair]

  package struct Pair: Hashable, Sendable {
    package var key: String
    package var value: Value

    package init(key: String, value: Value) {
      self.key = key
      self.value = value
    }
  }

  package init(_ pairs: [Pair] = []) { self.pairs = pairs }

  package init(dictionaryLiteral elements: (String, Value)...) {
    pairs = elements.map { Pair(key: $0, value: $1) }
  }

  /// For a repeated key, keeps the last value at the first position.
  init(keepingLast pairs: [Pair]) {
    self.pairs = pairs
    guard pairs.count > 1, Self.hasRepeatedKey(pairs) else { return }
    var positions: [String: Int] = [:]
    var kept: [Pair] = []
    for pair in pairs {
      if let position = positions[pair.key] {
        kept[position].value = pair.value
      } else {
        positions[pair.key] = kept.count
        kept.append(pair)
      }
    }
    self.pairs = kept
  }

  private static func hasRepeatedKey(_ pairs: [Pair]) -> Bool {
    // Most mappings are small, and for those a linear search is cheaper than a set.
    guard pairs.count <= 16 else { return Set(pairs.lazy.map(\.key)).count < pairs.count }
    return pairs.indices.contains { index in pairs[..<index].contains { $0.key == pairs[index].key } }
  }

  package var keys: [String] { pairs.map(\.key) }
  /// The values by key, for many look-ups.
  package var byKey: [String: Value] {
    Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }
  package var isEmpty: Bool { pairs.isEmpty }

  package subscript(key: String) -> Value? {
    get { pairs.first { $0.key == key }?.value }
    set {
      switch (pairs.firstIndex { $0.key == key }, newValue) {
      case (let index?, let value?): pairs[index].value = value
      case (let index?, nil): pairs.remove(at: index)
      case (nil, let value?): pairs.append(Pair(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension Mapping: Hashable {
  package static func == (left: Mapping, right: Mapping) -> Bool {
    guard left.pairs.count == right.pairs.count else { return false }
    if left.pairs == right.pairs { return true }
    guard left.pairs.count > 16 else { return left.pairs.allSatisfy { right[$0.key] == $0.value } }
    let values = right.byKey
    return left.pairs.allSatisfy { values[$0.key] == $0.value }
  }

  package func hash(into hasher: inout Hasher) {
    // The order does not affect equality, so it must not affect the hash.
    hasher.combine(Set(pairs))
  }
}
