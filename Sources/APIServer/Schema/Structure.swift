package import Manifest

/// How the values of a kind of object are merged: which in parts, and which as a whole (`x-kubernetes-list-type` and
/// similar OpenAPI extensions).
package indirect enum Structure: Hashable, Sendable {
  /// Unknown structure: mappings are merged, lists are replaced.
  case untyped
  /// Replaced as a whole: scalars, and atomic lists and mappings.
  case atomic
  /// A list of distinct scalars.
  case set
  /// A list whose items are identified by the values of some of their keys.
  case items(keys: [Key], Structure)
  /// A mapping with arbitrary keys.
  case map(Structure)
  /// A mapping with known keys, and possibly others.
  case fields([String: Structure])

  /// A key that identifies items, and its value in items that lack it.
  package struct Key: Hashable, Sendable, ExpressibleByStringLiteral {
    package var name: String
    package var defaultValue: Value?

    package init(_ name: String, defaultValue: Value? = nil) {
      self.name = name
      self.defaultValue = defaultValue
    }

    package init(stringLiteral name: String) { self.init(name) }
  }

  /// The structure of the value of `key`, and whether the key is known.
  func member(_ key: String) -> (structure: Structure, isKnown: Bool) {
    switch self {
    case .fields(let fields): fields[key].map { ($0, true) } ?? (.untyped, false)
    case .map(let structure): (structure, false)
    default: (.untyped, false)
    }
  }

  /// The structure of an object with `fields` besides its metadata.
  package static func object(_ fields: [String: Structure]) -> Structure {
    var all = fields
    for key in ["apiVersion", "kind"] { all[key] = .atomic }
    all["metadata"] = metadata
    return .fields(all)
  }

  private static let metadata = fields([
    "annotations": .map(.atomic), "labels": .map(.atomic), "finalizers": .set,
    "ownerReferences": .items(keys: ["uid"], .fields([:])),
  ])
}

extension Structure {
  /// The path of the first list item in `value` with the same keys as an earlier one; `nil` if there is none.
  func repeated(in value: Value, at path: FieldPath = FieldPath()) -> String? {
    var path = path
    switch value {
    case .mapping(let mapping):
      for pair in mapping.pairs {
        path.push(pair.key)
        if let found = member(pair.key).structure.repeated(in: pair.value, at: path) { return found }
        path.pop()
      }
    case .sequence(let items):
      guard case .items(let keys, let inner) = self else { return nil }
      var known: Set<[Value?]> = []
      for (index, item) in items.enumerated() {
        path.push(index)
        let isNew = known.insert(keys.map { item[$0.name] ?? $0.defaultValue }).inserted
        if let found = isNew ? inner.repeated(in: item, at: path) : "." + path.text { return found }
        path.pop()
      }
    default: break
    }
    return nil
  }
}
