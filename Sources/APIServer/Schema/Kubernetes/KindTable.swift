import KubernetesAPI
import Manifest

/// Kubernetes' own kinds, read from `Kinds/kinds.txt`, which describes its format.
struct KindTable {
  private(set) var kinds: [ResourceType] = []
  private var types: TypeTable

  init(kinds text: String, types: TypeTable) {
    self.types = types
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("  ") { addColumn(line.dropFirst(2)) } else { addKind(line) }
    }
  }

  private mutating func addKind(_ line: Substring) {
    let fields = line.split(separator: " ").map(String.init)
    guard fields.count >= 3 else { fatalError("kinds.txt has a line that is no kind: \(line)") }
    let groupVersion = fields[0].split(separator: "/").map(String.init)
    let attributes = Attributes(fields[3...])
    var type = ResourceType(
      Resource(
        group: groupVersion.count > 1 ? groupVersion[0] : "", version: groupVersion[groupVersion.count - 1],
        plural: fields[2], kind: fields[1],
        isNamespaced: attributes.has("namespaced")),
      shortNames: attributes["short"], categories: attributes["in"], hasStatus: attributes["parts"].contains("status"),
      generation: attributes.has("generation") ? .content : .none, names: attributes.names)
    if let name = attributes["type"].first { type.setSchema(types.schema(name)) }
    if let version = attributes["stored"].first {
      type.convert(from: version, by: (ScalerConversion.toVersion1, ScalerConversion.toVersion2))
    }
    type.hasOtherVersions = type.storageVersion != type.resource.version
    if !attributes["verbs"].isEmpty { type.verbs = attributes["verbs"] }
    if attributes["parts"].contains("scale") { type.scale = .replicas }
    for field in attributes["selects"] { type.addSelectableField(field) }
    type.rules = KubernetesRules.rules(of: type.resource, fixed: attributes["fixed"])
    type.columns = []
    kinds.append(type)
  }

  private mutating func addColumn(_ line: Substring) {
    let parts = line.split(separator: "  ").map(String.init)
    guard parts.count == 3, !kinds.isEmpty else { fatalError("kinds.txt has a line that is no column: \(line)") }
    var column = ResourceType.Column(parts[0], CellTemplate(parts[2]), type: parts[1])
    if column.title.last == "*" {
      column.title.removeLast()
      column.priority = 1
    }
    kinds[kinds.count - 1].columns.append(column)
  }

  /// What follows the names of a kind: words, with or without values, as in `verbs=get,list`.
  private struct Attributes {
    private var values: [String: [String]] = [:]

    init(_ words: ArraySlice<String>) {
      for word in words {
        let sides = word.split(separator: "=", maxSplits: 1)
        values[String(sides[0])] = sides.count > 1 ? sides[1].split(separator: ",").map(String.init) : []
      }
    }

    subscript(key: String) -> [String] { values[key] ?? [] }

    func has(_ key: String) -> Bool { values[key] != nil }

    var names: ResourceType.NameRule {
      switch self["names"].first {
      case "label": .label
      case "oldlabel": .rfc1035Label
      case "path": .pathSegment
      default: .subdomain
      }
    }
  }
}

extension ResourceType {
  /// Adds a field that selectors may name, written as in `NAME@PATH|ELSE`; without a path, the name is the path.
  fileprivate mutating func addSelectableField(_ field: String) {
    let sides = field.split(separator: "|", maxSplits: 1).map(String.init)
    let words = sides[0].split(separator: "@").map(String.init)
    let keys = words[words.count - 1].split(separator: ".").map(String.init)
    selectableFields[words[0]] = SelectableField(
      path: JSONPath(keys: keys), otherwise: sides.count > 1 ? sides[1] : "")
  }

  /// Sets the schema, one of Kubernetes' own types, and the structure that follows from it.
  fileprivate mutating func setSchema(_ schema: Schema) {
    self.schema = schema
    structure = schema.objectStructure
  }
}

extension ResourceType {
  /// Stores objects in `version`, and converts them between that and this one.
  fileprivate mutating func convert(
    from version: String, by conversion: (presenting: @Sendable (Value) -> Value, storing: @Sendable (Value) -> Value)
  ) {
    storageVersion = version
    self.conversion = Conversion(presenting: conversion.presenting, storing: conversion.storing)
  }
}

extension ResourceType.ScalePaths {
  /// The paths of replicas in Kubernetes' own kinds.
  fileprivate static let replicas = ResourceType.ScalePaths(
    specReplicas: ["spec", "replicas"], statusReplicas: ["status", "replicas"], selector: ["spec", "selector"])
}

extension ResourceTypes {
  private static let table = KindTable(
    kinds: String(decoding: PackageResources.kinds_txt, as: UTF8.self), types: types)

  /// Kubernetes' own types.
  static let types = TypeTable(String(decoding: PackageResources.types_txt, as: UTF8.self))

  /// Kubernetes' own kinds, and CustomResourceDefinition.
  static let kubernetes: [ResourceType] = table.kinds + [customResourceDefinitions]

  /// One of Kubernetes' own kinds.
  static func kubernetes(_ resource: Resource) -> ResourceType {
    guard let type = table.kinds.first(where: { $0.resource == resource }) else {
      fatalError("kinds.txt lacks \(resource.qualifiedName)")
    }
    return type
  }

  /// The schemas of messages in protocol buffers that are not objects of a collection, by kind.
  static let messages = {
    var table = types
    return ["DeleteOptions": table.schema("meta.DeleteOptions"), "Scale": table.schema("hpa1.Scale")]
  }()

  static let namespaces = kubernetes(.namespaces)
}
