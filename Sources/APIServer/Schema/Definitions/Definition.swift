package import KubernetesAPI
package import Manifest

/// A CustomResourceDefinition (apiextensions.k8s.io/v1) and what was read from it.
package struct Definition: Sendable {
  /// The definition as an object.
  package let value: Value
  /// `PLURAL.GROUP`: its name, and the collection of its objects.
  let name: String
  /// The resource in every served version.
  package let types: [ResourceType]
  /// Its errors, with the API server's messages where it has them.
  let causes: [Status.Cause]

  /// Reads `value`; its errors are in `causes`.
  init(reading value: Value) {
    self.value = value
    name = Object(value).name
    var reader = DefinitionReader(value)
    types = reader.types()
    causes = reader.causes
  }

  /// Reads definitions from YAML documents; throws if one has errors.
  package static func read(_ text: String) throws(Status) -> [Definition] {
    let documents: [YAMLNode]
    do throws(SyntaxError) {
      documents = try YAML.documents(text)
    } catch {
      throw .badRequest("the definitions are no YAML: \(error)")
    }
    return try documents.map { node throws(Status) in
      let definition = Definition(reading: DefinitionRules().defaulted(node.value))
      guard definition.causes.isEmpty else { throw .invalid(.definitions, definition.name, definition.causes) }
      return definition
    }
  }
}

extension Resource {
  /// CustomResourceDefinition itself.
  static let definitions = Resource(
    group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions",
    kind: "CustomResourceDefinition")
}

extension ResourceTypes {
  /// CustomResourceDefinition itself, with its schema and columns.
  static let customResourceDefinitions = {
    var type = ResourceType(
      .definitions, shortNames: ["crd", "crds"], categories: ["api-extensions"], hasStatus: true, generation: .content,
      rules: DefinitionRules())
    type.columns = [ResourceType.Column("Created At", CellTemplate("{metadata.creationTimestamp}"), type: "date")]
    var table = types
    let schema = table.schema("crd.CustomResourceDefinition")
    type.schema = schema
    type.structure = schema.objectStructure
    return type
  }()
}

/// The defaults and the validation of CustomResourceDefinitions.
struct DefinitionRules: ObjectRules {
  func defaulted(_ value: Value) -> Value {
    guard let names = value[path: "spec", "names"], let kind = names["kind"]?.string else { return value }
    var object = value
    let defaults: [([String], Value)] = [
      (["spec", "names", "singular"], .string(kind.lowercased())),
      (["spec", "names", "listKind"], .string(kind + "List")),
      (["spec", "conversion"], ["strategy": "None"]),
    ]
    for (path, value) in defaults where object[path: path] == nil { object = object.setting(path, to: value) }
    return object
  }

  func causes(_ value: Value) -> [Status.Cause] { Definition(reading: value).causes }
}
