import Manifest

/// The fields in which two states of an object differ (structured-merge-diff's `Compare`).
struct FieldComparison: Hashable, Sendable {
  var added = FieldSet()
  var modified = FieldSet()
  var removed = FieldSet()

  var isSame: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }
  /// The fields that are new, or have another value, in the new state.
  var written: FieldSet { added.union(modified) }

  init(from old: Value?, to new: Value?, _ structure: Structure) {
    // Most of an object is unchanged: a test for equality is faster than a search for differences.
    guard old != new || old == nil else { return }
    if structure.mergesKeys, let pairs = Self.members(old, new) {
      descend(pairs, old, new) { edge in structure.member(String(edge.dropFirst(2))).structure }
    } else if structure.mergesItems, let pairs = Self.items(old, new, structure) {
      descend(pairs, old, new) { _ in structure.item }
    } else if old == nil {
      added = .leaf
    } else if new == nil {
      removed = .leaf
    } else if let old, old != new {
      modified = .leaf
      // Fields below the old value are removed with it.
      removed = FieldSet(children: FieldSet(of: old, structure).children)
    }
  }

  private typealias Pairs = (old: [String: Value], new: [String: Value])

  /// The members of both; `nil` if there are none or a value is not a mapping.
  private static func members(_ old: Value?, _ new: Value?) -> Pairs? {
    func members(_ value: Value?) -> [String: Value]? {
      guard let value else { return [:] }
      return value.mapping.map { mapping in
        Dictionary(mapping.pairs.map { ("f:" + $0.key, $0.value) }, uniquingKeysWith: { $1 })
      }
    }
    return filled(members(old), members(new))
  }

  private static func items(_ old: Value?, _ new: Value?, _ structure: Structure) -> Pairs? {
    func items(_ value: Value?) -> [String: Value]? {
      guard let value else { return [:] }
      return value.sequence.map {
        Dictionary(FieldSet.edges($0, structure).map { ($0.edge, $0.item) }, uniquingKeysWith: { $1 })
      }
    }
    return filled(items(old), items(new))
  }

  /// `nil` for two empty collections, which are compared as leaves, so that empty and absent stay different.
  private static func filled(_ old: [String: Value]?, _ new: [String: Value]?) -> Pairs? {
    guard let old, let new, !old.isEmpty || !new.isEmpty else { return nil }
    return (old, new)
  }

  private mutating func descend(
    _ pairs: Pairs, _ old: Value?, _ new: Value?, _ structure: (String) -> Structure
  ) {
    for edge in Set(pairs.old.keys).union(pairs.new.keys) {
      let child = FieldComparison(from: pairs.old[edge], to: pairs.new[edge], structure(edge))
      added.add(edge, child.added)
      modified.add(edge, child.modified)
      removed.add(edge, child.removed)
    }
    if old == nil { added.isMember = true }
    if new == nil { removed.isMember = true }
  }
}
