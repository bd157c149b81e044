import Manifest

/// A set of field paths in an object, as `managedFields` keeps them (FieldsV1).
///
/// A tree whose edges are written as in Kubernetes: `f:spec` for a key, `k:{"name":"x"}` for an item with keys, `v:"x"`
/// for an item that its value identifies, `i:0` for an item that lacks its keys.
struct FieldSet: Hashable, Sendable {
  /// Whether the path itself is in the set, not only paths below it.
  var isMember = false
  var children: [String: FieldSet] = [:]

  static let empty = FieldSet()
  static let leaf = FieldSet(isMember: true)

  var isEmpty: Bool { !isMember && children.isEmpty }

  /// Adds `child` below `edge` unless it is empty.
  mutating func add(_ edge: String, _ child: FieldSet) {
    if !child.isEmpty { children[edge] = child }
  }

  func union(_ other: FieldSet) -> FieldSet {
    FieldSet(
      isMember: isMember || other.isMember, children: children.merging(other.children) { $0.union($1) })
  }

  /// The paths that are not in `other`.
  func subtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && !other.isMember)
    for (edge, child) in children {
      result.add(edge, other.children[edge].map(child.subtracting) ?? child)
    }
    return result
  }

  func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && other.isMember)
    for (edge, child) in children {
      if let counterpart = other.children[edge] { result.add(edge, child.intersection(counterpart)) }
    }
    return result
  }

  /// The set without `edge` and what is below it.
  func without(_ edge: String) -> FieldSet {
    var result = self
    result.children[edge] = nil
    return result
  }

  /// The paths as users read them, such as `.spec.ports[port=80].name`.
  var paths: [String] { paths(from: "") }

  private func paths(from path: String) -> [String] {
    let below = children.sorted { $0.key < $1.key }
    // Members of this level precede those of lower levels, as in structured-merge-diff.
    let members = below.filter(\.value.isMember).map { path + Self.text($0.key) }
    return members
      + below.flatMap { edge, child in
        FieldSet(children: child.children).paths(from: path + Self.text(edge))
      }
  }

  private static func text(_ edge: String) -> String {
    let content = edge.dropFirst(2)
    switch edge.prefix(2) {
    case "f:": return "." + content
    case "v:": return "[=\(content)]"
    case "k:":
      let keys = (try? JSON.parse(Array(content.utf8)))?.mapping?.pairs ?? []
      return "[" + keys.map { "\($0.key)=\(JSON.text($0.value))" }.joined(separator: ",") + "]"
    default: return "[\(content)]"
    }
  }
}

extension FieldSet {
  /// Reads `fieldsV1`; `nil` if it is malformed.
  init?(_ value: Value) {
    guard let pairs = value.mapping?.pairs else { return nil }
    for pair in pairs {
      guard pair.key != "." else {
        isMember = true
        continue
      }
      guard pair.key.utf8.count > 2, var child = FieldSet(pair.value) else { return nil }
      if child.isEmpty { child.isMember = true }
      children[pair.key] = child
    }
  }

  /// The set as `fieldsV1`.
  var value: Value {
    var pairs: [Mapping.Pair] = isMember && !children.isEmpty ? [Mapping.Pair(key: ".", value: [:])] : []
    pairs += children.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0.key, value: $0.value.value) }
    return .mapping(Mapping(pairs))
  }

  /// The paths of all fields of `value`.
  init(of value: Value, _ structure: Structure) {
    switch (value, structure) {
    case (.mapping(let mapping), .untyped), (.mapping(let mapping), .map), (.mapping(let mapping), .fields):
      for pair in mapping.pairs {
        let (inner, isKnown) = structure.member(pair.key)
        var child = FieldSet(of: pair.value, inner)
        if !isKnown || pair.value == .null || pair.value.mapping?.isEmpty == true { child.isMember = true }
        add("f:" + pair.key, child)
      }
    case (.sequence(let items), .set), (.sequence(let items), .items):
      for (edge, item) in Self.edges(items, structure) {
        var child = FieldSet(of: item, structure.item)
        child.isMember = true
        children[edge] = child
      }
    default: isMember = true
    }
  }

  /// The items of a list with the edges (keys or values) that identify them.
  static func edges(_ items: [Value], _ structure: Structure) -> [(edge: String, item: Value)] {
    items.enumerated().map { index, item in
      guard case .items(let keys, _) = structure else { return ("v:" + JSON.text(item), item) }
      let pairs = keys.sorted { $0.name < $1.name }.compactMap { key in
        (item[key.name] ?? key.defaultValue).map { Mapping.Pair(key: key.name, value: $0) }
      }
      return (pairs.isEmpty ? "i:\(index)" : "k:" + JSON.text(.mapping(Mapping(pairs))), item)
    }
  }
}

extension Structure {
  /// The structure of an item of a list with keys.
  var item: Structure {
    guard case .items(_, let structure) = self else { return .atomic }
    return structure
  }

  /// Whether a list is merged item by item.
  var mergesItems: Bool {
    switch self {
    case .set, .items: true
    default: false
    }
  }

  /// Whether a mapping is merged key by key.
  var mergesKeys: Bool {
    switch self {
    case .untyped, .map, .fields: true
    default: false
    }
  }
}
