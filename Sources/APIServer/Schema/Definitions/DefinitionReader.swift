import KubernetesAPI
import Manifest

/// Reads a CustomResourceDefinition.
struct DefinitionReader: ReadsDefinition {
  private(set) var causes: [Status.Cause] = []
  let definition: DefinitionText

  init(_ value: Value) {
    definition = DefinitionText(value)
  }

  private func texts(_ key: String) -> [String] {
    spec[path: "names", key]?.sequence?.compactMap(\.string) ?? []
  }

  /// The resource in every served version; problems are added to `causes`.
  mutating func types() -> [ResourceType] {
    causes = DefinitionChecks(value).causes
    let storage = versions.first { $0["storage"] == true }?["name"]?.string ?? ""
    let hasOtherVersions = versions.count > 1 || value[path: "status", "storedVersions"]?.sequence?.count ?? 0 > 1
    var types = versions.indices.map { index in
      var type = type(versions[index], at: index)
      type.storageVersion = storage
      type.hasOtherVersions = hasOtherVersions
      type.deprecation = deprecation(of: versions[index])
      return type
    }
    let schemas = Dictionary(
      types.compactMap { type in type.schema.map { (type.resource.apiVersion, $0) } }, uniquingKeysWith: { $1 })
    for index in types.indices { types[index].schemas = schemas }
    return versions.indices.filter { versions[$0]["served"] == true }.map { types[$0] }
  }

  /// The warning about a deprecated version; it names the newest served version that is not deprecated, if that is
  /// newer.
  private func deprecation(of version: Value) -> String? {
    guard version["deprecated"] == true, let name = version["name"]?.string else { return nil }
    if let text = version["deprecationWarning"]?.string { return text }
    let others = versions.filter { $0["served"] == true && $0["deprecated"] != true }.compactMap { $0["name"]?.string }
    let newest = VersionPriority.sorted(others + [name]).first
    let end = newest.flatMap { $0 == name ? nil : "; use \(group)/\($0) \(self.name("kind"))" } ?? ""
    return "\(group)/\(name) \(self.name("kind")) is deprecated\(end)"
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
    type.selectableFields = selectableFields(version, type.schema, at: index)
    return type
  }

  private mutating func selectableFields(
    _ version: Value, _ schema: Schema?, at index: Int
  ) -> [String: ResourceType.SelectableField] {
    var fields: [String: ResourceType.SelectableField] = [:]
    for (number, field) in (version["selectableFields"]?.sequence ?? []).enumerated() {
      var fieldPath = path(ofVersion: index)
      fieldPath.push("selectableFields")
      fieldPath.push(number)
      fieldPath.push("jsonPath")
      guard let text = field["jsonPath"]?.string, !text.isEmpty else {
        causes.append(.required(fieldPath.text))
        continue
      }
      guard let path = JSONPath(text), let keys = path.keys, let found = schema?.descendant(keys) else {
        causes.append(.invalid(fieldPath.text, .string(text), "is an invalid path: does not refer to a valid field"))
        continue
      }
      if ![.string, .boolean, .integer].contains(found.types.first) {
        let problem =
          "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are "
          + "allowed."
        causes.append(.invalid(fieldPath.text, .string(text), problem))
      }
      if fields.updateValue(ResourceType.SelectableField(path: path), forKey: keys.joined(separator: ".")) != nil {
        causes.append(.duplicate(fieldPath.text, .string(text)))
      }
    }
    return fields
  }

  /// The path of a version in messages: kube-apiserver reports errors of the only version as those of `spec`.
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

extension Schema {
  /// The schema at the path `keys`.
  fileprivate func descendant(_ keys: [String]) -> Schema? {
    keys.reduce(self) { schema, key in schema?.properties[key] ?? schema?.additionalProperties.schema }
  }
}
