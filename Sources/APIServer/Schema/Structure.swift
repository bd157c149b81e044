package import Manifest

/// How the values of a kind of object are put together: what is merged piece by piece, and what
/// stands or falls as a whole (the OpenAPI extensions `x-kubernetes-list-type` and its kin).
package indirect enum Structure: Hashable, Sendable {
  /// Nothing is known: mappings are merged, lists are replaced.
  case any
  /// Replaced as a whole: scalars, and lists and mappings that are called atomic.
  case whole
  /// A list of scalars that are all different.
  case set
  /// A list whose items are told apart by the values of some of their keys.
  case items(keys: [Key], Structure)
  /// A mapping with keys of its own choosing.
  case map(Structure)
  /// A mapping with known keys; others may be there as well.
  case fields([String: Structure])

  /// A key that tells items apart, and what it counts as where an item does not have it.
  package struct Key: Hashable, Sendable, ExpressibleByStringLiteral {
    package var name: String
    package var defaultValue: Value?

    package init(_ name: String, defaultValue: Value? = nil) {
      self.name = name
      self.defaultValue = defaultValue
    }

    package init(stringLiteral name: String) { self.init(name) }
  }

  /// The structure of what is under `key`, and whether the key is one that is known.
  func member(_ key: String) -> (structure: Structure, isKnown: Bool) {
    switch self {
    case .fields(let fields): fields[key].map { ($0, true) } ?? (.any, false)
    case .map(let structure): (structure, false)
    default: (.any, false)
    }
  }

  /// The structure of an object with `fields` beside its metadata.
  package static func object(_ fields: [String: Structure]) -> Structure {
    var all = fields
    for key in ["apiVersion", "kind"] { all[key] = .whole }
    all["metadata"] = metadata
    return .fields(all)
  }

  private static let metadata = fields([
    "annotations": .map(.whole), "labels": .map(.whole), "finalizers": .set,
    "ownerReferences": .items(keys: ["uid"], .fields([:])),
  ])
}
