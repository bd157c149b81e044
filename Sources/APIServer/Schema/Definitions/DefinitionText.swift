import Manifest

/// The unchecked fields of a CustomResourceDefinition.
struct DefinitionText {
  let value: Value
  let spec: Value
  let versions: [Value]

  init(_ value: Value) {
    self.value = value
    spec = value["spec"] ?? [:]
    versions = spec["versions"]?.sequence ?? []
  }
}

/// A type that reads a definition field by field.
protocol ReadsDefinition {
  var definition: DefinitionText { get }
}

extension ReadsDefinition {
  var value: Value { definition.value }
  var spec: Value { definition.spec }
  var versions: [Value] { definition.versions }
  var group: String { spec["group"]?.string ?? "" }

  /// One of the names: `plural`, `kind` and the like.
  func name(_ key: String) -> String { spec[path: "names", key]?.string ?? "" }
}
