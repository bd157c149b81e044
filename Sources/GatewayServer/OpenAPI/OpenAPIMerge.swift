import Manifest

/// Adds excerpts of extensions' OpenAPI 2 documents to that of the API server, as Kubernetes' aggregator does: a path
/// that is there already stays as it is, and what is called like something else is renamed (`NAME_v2`).
struct OpenAPIMerge {
  private let base: Value
  /// What is added, by the field of the document.
  private var added: [String: Mapping] = [:]
  private var present: [String: [String: Value]] = [:]

  init(into base: Value) {
    self.base = base
    for section in OpenAPIExcerpt.sections + ["paths"] { present[section] = base[section]?.mapping?.byKey ?? [:] }
  }

  mutating func add(_ excerpt: Value) {
    let paths = (excerpt["paths"]?.mapping?.pairs ?? []).filter { present["paths"]?[$0.key] == nil }
    guard !paths.isEmpty else { return }
    var names: [OpenAPIReference: String] = [:]
    for section in OpenAPIExcerpt.sections {
      let own = excerpt[section]?.mapping?.byKey ?? [:]
      for (former, value) in own {
        let name = name(for: former, value, among: own, in: section)
        if name != former { names[OpenAPIReference(section: section, name: former)] = name }
      }
    }
    for section in OpenAPIExcerpt.sections {
      for pair in excerpt[section]?.mapping?.pairs ?? [] {
        let name = names[OpenAPIReference(section: section, name: pair.key)] ?? pair.key
        put(Self.renamed(pair.value, names), name, in: section)
      }
    }
    for path in paths { put(Self.renamed(path.value, names), path.key, in: "paths") }
  }

  /// `former`, unless something else is called so: then the first that is free, or that is the same.
  private func name(for former: String, _ value: Value, among own: [String: Value], in section: String) -> String {
    let known = present[section] ?? [:]
    var (name, number) = (former, 1)
    while known[name].map({ !Self.isSame($0, value) }) ?? (name != former && own[name] != nil) {
      number += 1
      name = "\(former)_v\(number)"
    }
    return name
  }

  private mutating func put(_ value: Value, _ name: String, in section: String) {
    guard present[section]?[name] == nil else { return }
    present[section, default: [:]][name] = value
    added[section, default: [:]].pairs.append(Mapping.Pair(key: name, value: value))
  }

  /// Whether two definitions are the same but for the kinds that they are of.
  private static func isSame(_ left: Value, _ right: Value) -> Bool {
    left.setting([OpenAPIExcerpt.kinds], to: nil) == right.setting([OpenAPIExcerpt.kinds], to: nil)
  }

  private static func renamed(_ value: Value, _ names: [OpenAPIReference: String]) -> Value {
    switch value {
    case .sequence(let items): return .sequence(items.map { renamed($0, names) })
    case .mapping(let mapping):
      return .mapping(
        Mapping(
          mapping.pairs.map { pair in
            guard pair.key == "$ref", let former = pair.value.string.flatMap(OpenAPIReference.init),
              let name = names[former]
            else { return Mapping.Pair(key: pair.key, value: renamed(pair.value, names)) }
            let reference = OpenAPIReference(section: former.section, name: name)
            return Mapping.Pair(key: "$ref", value: .string(reference.text))
          }))
    default: return value
    }
  }

  /// What was added, as a document of its own.
  var additions: Value {
    .mapping(Mapping(added.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0.key, value: .mapping($0.value)) }))
  }

  /// The whole document.
  var document: Value {
    var whole = base.mapping ?? [:]
    for (section, additions) in added {
      whole[section] = .mapping(Mapping((whole[section]?.mapping?.pairs ?? []) + additions.pairs))
    }
    return .mapping(whole)
  }
}
