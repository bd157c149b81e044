import Manifest

/// A structural schema (apiextensions.k8s.io/v1) of the values at one place of an object, parsed once.
///
/// Immutable and shared by all requests, so that a write does not parse the definition again.
final class Schema: Sendable {
  let types: [ValueType]
  let isNullable: Bool
  /// Whether integers and strings are both valid (`x-kubernetes-int-or-string`).
  let isIntOrString: Bool
  /// Whether the value is an embedded object with its own kind and metadata.
  let isEmbedded: Bool
  /// Whether unknown fields are kept.
  let preservesUnknown: Bool
  let properties: [String: Schema]
  let additionalProperties: Additional
  let items: Schema?
  let required: [String]
  let defaultValue: Value?
  let listType: ListKind
  /// Whether a mapping is replaced as a whole.
  let isAtomic: Bool
  let limits: Limits
  let logic: Logic
  /// The part of the definition that this was read from, for OpenAPI documents.
  let source: Value
  /// The properties of Kubernetes' own types; `nil` for schemas of definitions.
  let native: Native?
  /// The properties that have a default.
  let defaultedProperties: [(key: String, property: Schema)]

  /// What a mapping may contain besides its properties.
  enum Additional: Sendable {
    case nothing
    case anything
    case values(Schema)
  }

  /// How the items of a list are identified (`x-kubernetes-list-type`).
  enum ListKind: Hashable, Sendable {
    case atomic
    case set
    case map(keys: [String])
  }

  init(_ parts: Parts) {
    types = parts.types
    isNullable = parts.isNullable
    isIntOrString = parts.isIntOrString
    isEmbedded = parts.isEmbedded
    preservesUnknown = parts.preservesUnknown
    properties = parts.properties
    additionalProperties = parts.additionalProperties
    items = parts.items
    required = parts.required
    defaultValue = parts.defaultValue
    listType = parts.listType
    isAtomic = parts.isAtomic
    limits = parts.limits
    logic = parts.logic
    source = parts.source
    native = parts.native
    defaultedProperties = parts.properties.filter { $0.value.hasDefault }
      .sorted { (Self.rank($0.value), $0.key) < (Self.rank($1.value), $1.key) }.map { ($0.key, $0.value) }
  }

  /// Defaults that depend on other fields are filled in after the others.
  private static func rank(_ schema: Schema) -> Int { schema.defaultValue == nil ? 1 : 0 }

  /// The values from which a schema is created.
  struct Parts {
    var types: [ValueType] = []
    var isNullable = false
    var isIntOrString = false
    var isEmbedded = false
    var preservesUnknown = false
    var properties: [String: Schema] = [:]
    var additionalProperties = Additional.nothing
    var items: Schema?
    var required: [String] = []
    var defaultValue: Value?
    var listType = ListKind.atomic
    var isAtomic = false
    var limits = Limits()
    var logic = Logic()
    var source: Value = [:]
    var native: Native?
  }
}

extension Schema {
  /// Whether a missing value may get a default.
  var hasDefault: Bool { defaultValue != nil || native?.conditions.isEmpty == false }

  /// The default of a missing value, which may depend on `siblings`, the other fields.
  func defaultValue(beside siblings: Mapping) -> Value? {
    defaultValue ?? native?.conditions.lazy.compactMap { $0.value(beside: siblings) }.first
  }
}

extension Schema.Additional {
  var schema: Schema? {
    guard case .values(let schema) = self else { return nil }
    return schema
  }
}

extension Schema {
  /// The types of values that a schema distinguishes.
  enum ValueType: String, Hashable, Sendable {
    case object
    case array
    case string
    case integer
    case number
    case boolean
  }

  /// Restrictions of values beyond their type.
  struct Limits: Sendable {
    var allowed: [Value] = []
    var pattern: Pattern?
    var format: Format?
    var minimum: Bound?
    var maximum: Bound?
    var multipleOf: Double?
    var length = Count()
    var items = Count()
    var properties = Count()
    var hasUniqueItems = false
  }

  /// The least or greatest number that is valid, or the first that is not, if it is exclusive.
  struct Bound: Hashable, Sendable {
    var value: Double
    var isExclusive: Bool
  }

  /// The permitted numbers of characters, items or properties; a bound that is `nil` does not limit.
  struct Count: Hashable, Sendable {
    var least: Int?
    var most: Int?
  }

  /// Schemas of which all, any, exactly one or none must accept the value.
  struct Logic: Sendable {
    var all: [Schema] = []
    var any: [Schema] = []
    var one: [Schema] = []
    var not: Schema?

    var isEmpty: Bool { all.isEmpty && any.isEmpty && one.isEmpty && not == nil }
  }
}
