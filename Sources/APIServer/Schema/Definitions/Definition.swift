package import KubernetesAPI
package import Manifest

/// A kind described by data: a CustomResourceDefinition (apiextensions.k8s.io/v1), read.
package struct Definition: Sendable {
  /// The object as it was written.
  package let value: Value
  /// `PLURAL.GROUP`, which is its name and that of the collection of its objects.
  let name: String
  /// The resource in every version that is served.
  package let types: [ResourceType]
  /// What is wrong with it, in the words of the API server where it has some.
  let causes: [Status.Cause]

  /// Reads `value`; what is wrong with it is in `causes`.
  init(reading value: Value) {
    self.value = value
    name = Object(value).name
    var reader = DefinitionReader(value)
    types = reader.types()
    causes = reader.causes
  }

  /// Reads definitions that have nothing wrong with them: documents of YAML.
  package static func read(_ text: String) throws(Status) -> [Definition] {
    let documents: [YAMLNode]
    do throws(SyntaxError) {
      documents = try YAML.documents(text)
    } catch {
      throw .badRequest("the definitions are no YAML: \(error)")
    }
    return try documents.map { node throws(Status) in
      let definition = Definition(reading: DefinitionRules().completed(node.value))
      guard definition.causes.isEmpty else { throw .invalid(.definitions, definition.name, definition.causes) }
      return definition
    }
  }
}

extension Resource {
  /// The kind of the objects that describe kinds.
  static let definitions = Resource(
    group: "apiextensions.k8s.io", version: "v1", plural: "customresourcedefinitions",
    kind: "CustomResourceDefinition")
}

extension ResourceTypes {
  /// The kind of the objects that describe kinds.
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

/// What a definition has to be beyond what every object has to.
struct DefinitionRules: ObjectRules {
  func completed(_ value: Value) -> Value {
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
