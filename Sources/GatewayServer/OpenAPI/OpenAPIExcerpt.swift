import Manifest

/// What an OpenAPI 2 document of an extension's server says about one version of its API.
///
/// kubectl and others read the merged document as a whole, so nothing in here may concern other APIs or keep them from
/// reading it: only paths below `/kapis/GROUP/VERSION` are in it, with the definitions that they need, no kinds of other
/// groups, no references to what is not there, and no schemas that Kubernetes' clients refuse.
enum OpenAPIExcerpt {
  /// The fields of a document whose members are referred to.
  static let sections = ["definitions", "parameters", "responses"]
  static let kinds = "x-kubernetes-group-version-kind"

  /// `nil` if `document` is not OpenAPI 2, or describes no path of the API.
  static func of(_ document: Value, group: String, version: String) -> Value? {
    guard document["swagger"] == "2.0", let paths = document["paths"]?.mapping else { return nil }
    let root = "/kapis/\(group)/\(version)"
    let own = paths.pairs.filter { ($0.key == root || $0.key.hasPrefix(root + "/")) && $0.value.mapping != nil }
    guard !own.isEmpty else { return nil }
    let members = Members(document)
    let needed = members.needed(by: own.map(\.value))
    func cleaned(_ value: Value) -> Value { Self.cleaned(value, members, group) }
    var excerpt: Mapping = ["paths": .mapping(mapped(own, cleaned))]
    for section in sections {
      let kept = (document[section]?.mapping?.pairs ?? []).filter {
        $0.value.mapping != nil && needed.contains(OpenAPIReference(section: section, name: $0.key))
      }
      guard !kept.isEmpty else { continue }
      excerpt[section] = .mapping(
        mapped(kept) { section == "definitions" ? readable(cleaned($0)) : cleaned($0) })
    }
    return .mapping(excerpt)
  }

  private static func mapped(_ pairs: [Mapping.Pair], _ change: (Value) -> Value) -> Mapping {
    Mapping(pairs.map { Mapping.Pair(key: $0.key, value: change($0.value)) })
  }

  /// `value` without references to nothing and without the kinds of other groups than `group`.
  private static func cleaned(_ value: Value, _ members: Members, _ group: String) -> Value {
    switch value {
    case .sequence(let items): return .sequence(items.map { cleaned($0, members, group) })
    case .mapping(let mapping):
      return .mapping(
        Mapping(
          mapping.pairs.compactMap { pair in
            if pair.key == "$ref", case .string(let text) = pair.value {
              return members.contains(OpenAPIReference(text)) ? pair : nil
            }
            if pair.key == kinds {
              return ownKinds(pair.value, group).map { Mapping.Pair(key: kinds, value: $0) }
            }
            return Mapping.Pair(key: pair.key, value: cleaned(pair.value, members, group))
          }))
    default: return value
    }
  }

  /// Clients find the schema of a kind by these, so a server could otherwise say what a Deployment is.
  private static func ownKinds(_ value: Value, _ group: String) -> Value? {
    guard let all = value.sequence else { return value["group"] == .string(group) ? .some(value) : .none }
    let own = all.filter { $0["group"] == .string(group) }
    return own.isEmpty ? .none : .some(.sequence(own))
  }

  private static let types = ["object", "array", "string", "number", "integer", "boolean"]
  private static let structure = ["type", "properties", "additionalProperties", "items", "required", "format"]

  /// `schema` with a value of any type wherever Kubernetes' clients would refuse the document: for an unknown type,
  /// several types, and an array of several schemas or none.
  private static func readable(_ schema: Value) -> Value {
    guard let mapping = schema.mapping else { return [:] }
    let type = mapping["type"]
    let isKnown = type.map { type in types.contains { type == .string($0) } } ?? true
    let isList = type == "array"
    guard isKnown, !isList || mapping["items"]?.mapping != nil else {
      return .mapping(Mapping(mapping.pairs.filter { !structure.contains($0.key) }))
    }
    return .mapping(
      Mapping(
        mapping.pairs.compactMap { pair in
          switch (pair.key, pair.value) {
          case ("properties", .mapping(let members)):
            Mapping.Pair(key: pair.key, value: .mapping(mapped(members.pairs, readable)))
          case ("properties", _): nil
          case ("items", .mapping), ("additionalProperties", .mapping):
            Mapping.Pair(key: pair.key, value: readable(pair.value))
          case ("items", _): nil
          default: pair
          }
        }))
  }
}

/// A reference within a document, such as `#/definitions/io.example.Thing`.
struct OpenAPIReference: Hashable {
  var section: String
  var name: String

  init(section: String, name: String) {
    (self.section, self.name) = (section, name)
  }

  /// `nil` for anything else, such as an address.
  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "#", OpenAPIExcerpt.sections.contains(String(parts[1])) else { return nil }
    // A slash in a name is `~1` (RFC 6901 §3).
    self.init(section: String(parts[1]), name: Self.replacing("~0", by: "~", Self.replacing("~1", by: "/", parts[2])))
  }

  var text: String {
    "#/\(section)/" + Self.replacing("/", by: "~1", Self.replacing("~", by: "~0", name[...]))
  }

  private static func replacing(_ old: String, by new: String, _ text: some StringProtocol) -> String {
    text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
  }
}

extension OpenAPIExcerpt {
  /// What may be referred to in a document.
  private struct Members {
    private var references: [OpenAPIReference: Set<OpenAPIReference>] = [:]
    /// What anything in the document refers to.
    private let referred: Set<OpenAPIReference>

    init(_ document: Value) {
      referred = Self.references(in: [document])
      for section in sections {
        for pair in document[section]?.mapping?.pairs ?? [] where pair.value.mapping != nil {
          references[OpenAPIReference(section: section, name: pair.key)] = Self.references(in: [pair.value])
        }
      }
    }

    func contains(_ reference: OpenAPIReference?) -> Bool { reference.map { references[$0] != nil } ?? false }

    /// What `paths` need, and the definitions that nothing refers to, as Kubernetes' aggregator keeps them, with what
    /// these need.
    func needed(by paths: [Value]) -> Set<OpenAPIReference> {
      var found: Set<OpenAPIReference> = []
      let roots = references.keys.filter { $0.section == "definitions" && !referred.contains($0) }
      var rest = Array(Self.references(in: paths)) + roots
      while let next = rest.popLast() {
        guard let further = references[next], found.insert(next).inserted else { continue }
        rest += further
      }
      return found
    }

    private static func references(in values: [Value]) -> Set<OpenAPIReference> {
      var (found, rest): (Set<OpenAPIReference>, [Value]) = ([], values)
      while let value = rest.popLast() {
        switch value {
        case .sequence(let items): rest += items
        case .mapping(let mapping):
          for pair in mapping.pairs {
            if pair.key == "$ref", let reference = pair.value.string.flatMap(OpenAPIReference.init) {
              found.insert(reference)
            } else {
              rest.append(pair.value)
            }
          }
        default: break
        }
      }
      return found
    }
  }
}
