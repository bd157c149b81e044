import KubernetesAPI
import Manifest

/// Reads a CustomResourceDefinition.
struct DefinitionReader {
  private(set) var causes: [Status.Cause] = []
  private let value: Value
  private let spec: Value
  private let versions: [Value]

  init(_ value: Value) {
    self.value = value
    spec = value["spec"] ?? [:]
    versions = spec["versions"]?.sequence ?? []
  }

  private var group: String { spec["group"]?.string ?? "" }
  private func name(_ key: String) -> String { spec[path: "names", key]?.string ?? "" }

  private func texts(_ key: String) -> [String] {
    spec[path: "names", key]?.sequence?.compactMap(\.string) ?? []
  }

  /// The resource in every served version; problems are added to `causes`.
  mutating func types() -> [ResourceType] {
    checkNames()
    checkVersions()
    let storage = versions.first { $0["storage"] == true }?["name"]?.string ?? ""
    let hasOtherVersions = versions.count > 1 || value[path: "status", "storedVersions"]?.sequence?.count ?? 0 > 1
    return versions.indices.compactMap { index in
      var type = type(versions[index], at: index)
      type.storageVersion = storage
      type.hasOtherVersions = hasOtherVersions
      return versions[index]["served"] == true ? type : nil
    }
  }

  private mutating func type(_ version: Value, at index: Int) -> ResourceType {
    let resource = Resource(
      group: group, version: version["name"]?.string ?? "", plural: name("plural"), kind: name("kind"),
      isNamespaced: spec["scope"] == "Namespaced")
    var type = ResourceType(
      resource, shortNames: texts("shortNames"), categories: texts("categories"),
      hasStatus: version[path: "subresources", "status"] != nil, generation: .content)
    type.isCustom = true
    type.singular = name("singular")
    type.listKind = name("listKind")
    type.schema = schema(version, at: index)
    if let schema = type.schema { type.structure = schema.objectStructure }
    let age = ResourceType.Column("Age", JSONPath(keys: ["metadata", "creationTimestamp"]), type: "date")
    type.columns = columns(version, at: index) ?? [age]
    type.scale = scale(version, at: index)
    for field in version["selectableFields"]?.sequence ?? [] {
      guard let path = field["jsonPath"]?.string.flatMap(JSONPath.init), let keys = path.keys else { continue }
      type.selectableFields[keys.joined(separator: ".")] = path
    }
    return type
  }

  /// The path of a version in messages: kube-apiserver reports problems of an only version as those of `spec`.
  private func path(ofVersion index: Int) -> FieldPath {
    var path = FieldPath("spec")
    guard versions.count > 1 else { return path }
    path.push("versions")
    path.push(index)
    return path
  }

  private mutating func schema(_ version: Value, at index: Int) -> Schema? {
    var path = path(ofVersion: index)
    path.push(versions.count > 1 ? "schema" : "validation")
    path.push("openAPIV3Schema")
    guard let value = version[path: "schema", "openAPIV3Schema"], value.mapping != nil else {
      causes.append(.required("spec.versions[\(index)].schema.openAPIV3Schema", "schemas are required"))
      return nil
    }
    var reader = SchemaReader(at: path)
    let schema = reader.root(value)
    causes += reader.causes
    return schema
  }

  private mutating func columns(_ version: Value, at index: Int) -> [ResourceType.Column]? {
    guard let items = version["additionalPrinterColumns"]?.sequence, !items.isEmpty else { return nil }
    return items.enumerated().compactMap { number, item in
      var path = path(ofVersion: index)
      path.push("additionalPrinterColumns")
      path.push(number)
      return column(item, path)
    }
  }

  private mutating func column(_ item: Value, _ path: FieldPath) -> ResourceType.Column? {
    for key in ["name", "type", "jsonPath"] where item[key]?.string?.isEmpty ?? true {
      causes.append(.required(path.appending(key)))
    }
    guard let text = item["jsonPath"]?.string, !text.isEmpty else { return nil }
    let types: [Value] = ["boolean", "date", "integer", "number", "string"]
    if let type = item["type"], type != "", !types.contains(type) {
      causes.append(
        .invalid(path.appending("type"), type, "must be one of boolean,date,integer,number,string"))
    }
    guard let query = JSONPath(text) else {
      let problem =
        text.hasPrefix(".") ? "is not supported by this server" : "must be a simple json path starting with ."
      causes.append(.invalid(path.appending("JSONPath"), .string(text), problem))
      return nil
    }
    var column = ResourceType.Column(item["name"]?.string ?? "", query, type: item["type"]?.string ?? "string")
    column.priority = item["priority"]?.integer ?? 0
    column.format = item["format"]?.string ?? ""
    if let text = item["description"]?.string { column.description = text }
    return column
  }

  private mutating func scale(_ version: Value, at index: Int) -> ResourceType.ScalePaths? {
    guard let scale = version[path: "subresources", "scale"] else { return nil }
    var paths: [String: [String]] = [:]
    for key in ["specReplicasPath", "statusReplicasPath", "labelSelectorPath"] {
      var path = path(ofVersion: index)
      path.push("subresources")
      path.push("scale")
      guard let text = scale[key]?.string, !text.isEmpty else {
        if key != "labelSelectorPath" { causes.append(.required(path.appending(key))) }
        continue
      }
      let parent = key == "specReplicasPath" ? "spec" : "status"
      guard let keys = JSONPath(text)?.keys, keys.count > 1, keys[0] == parent || key == "labelSelectorPath" else {
        causes.append(.invalid(path.appending(key), .string(text), "should be a json path under .\(parent)"))
        continue
      }
      paths[key] = keys
    }
    guard let spec = paths["specReplicasPath"], let status = paths["statusReplicasPath"] else { return nil }
    return ResourceType.ScalePaths(
      specReplicas: spec, statusReplicas: status, selector: paths["labelSelectorPath"])
  }
}

extension DefinitionReader {
  private mutating func checkNames() {
    let expected = "\(name("plural")).\(group)"
    if Object(value).name != expected {
      causes.append(
        .invalid("metadata.name", .string(Object(value).name), #"must be spec.names.plural+"."+spec.group"#))
    }
    checkGroup()
    checkScope()
    for key in ["plural", "singular", "kind", "listKind"] where name(key).isEmpty {
      causes.append(.required("spec.names.\(key)"))
    }
    if !name("kind").isEmpty, name("kind") == name("listKind") {
      causes.append(.invalid("spec.names.listKind", .string(name("kind")), "kind and listKind may not be the same"))
    }
  }

  private mutating func checkGroup() {
    if group.isEmpty { causes.append(.required("spec.group")) }
    if !group.isEmpty, !group.contains(".") || !Syntax.isSubdomain(group) {
      causes.append(.invalid("spec.group", .string(group), "should be a domain with at least one dot"))
    }
    if group.hasSuffix(".k8s.io") || group.hasSuffix(".kubernetes.io"),
      Object(value).annotations["api-approved.kubernetes.io"] == nil
    {
      causes.append(
        .required(
          "metadata.annotations[api-approved.kubernetes.io]",
          #"protected groups must have approval annotation "api-approved.kubernetes.io", "#
            + "see https://github.com/kubernetes/enhancements/pull/1111"))
    }
  }

  private mutating func checkScope() {
    switch spec["scope"] {
    case "Namespaced", "Cluster": break
    case nil: causes.append(.required("spec.scope"))
    case let scope?: causes.append(.unsupported("spec.scope", scope, ["Cluster", "Namespaced"]))
    }
  }

  private mutating func checkVersions() {
    let names = versions.map { $0["name"]?.string ?? "" }
    for (index, name) in names.enumerated() {
      if !Syntax.isOldLabel(name) {
        causes.append(.invalid("spec.versions[\(index)].name", .string(name), MetadataRules.oldLabelRule))
      } else if names[..<index].contains(name) {
        causes.append(.duplicate("spec.versions[\(index)].name", .string(name)))
      }
    }
    if versions.count(where: { $0["storage"] == true }) != 1 {
      causes.append(
        .invalid(
          "spec.versions", .sequence(names.map(Value.string)), "must have exactly one version marked as storage version"
        ))
    }
    if spec["preserveUnknownFields"] == true {
      causes.append(
        .invalid(
          "spec.preserveUnknownFields", true,
          "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"))
    }
    if let strategy = spec[path: "conversion", "strategy"], strategy != "None" {
      causes.append(.forbidden("spec.conversion.strategy", "conversion webhooks are not supported by this server"))
    }
  }
}
