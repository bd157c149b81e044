import Manifest

/// What the values at one place of an object have to be: a structural schema (apiextensions.k8s.io/v1), read once.
///
/// Immutable, and shared by every request: writing an object walks it and reads no text of the definition again.
final class Schema: Sendable {
  let types: [ValueType]
  let isNullable: Bool
  /// Whether integers and strings are both right (`x-kubernetes-int-or-string`).
  let isIntOrString: Bool
  /// Whether the value is an object of Kubernetes of its own, with a kind and metadata.
  let isEmbedded: Bool
  /// Whether fields that are not known stay.
  let preservesUnknown: Bool
  let properties: [String: Schema]
  let additional: Additional
  let items: Schema?
  let required: [String]
  let defaultValue: Value?
  let list: ListKind
  /// Whether a mapping stands or falls as a whole.
  let isAtomic: Bool
  let limits: Limits
  let logic: Logic
  /// The part of the definition that this was read from, for the documents that describe the API.
  let source: Value
  /// What is said only of Kubernetes' own types; `nil` where a definition says what the values are.
  let native: Native?
  /// The properties that have a default.
  let defaultedProperties: [(key: String, property: Schema)]

  /// What a mapping may hold beside its properties.
  enum Additional: Sendable {
    case nothing
    case anything
    case values(Schema)
  }

  /// How the items of a list are told apart (`x-kubernetes-list-type`).
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
    additional = parts.additional
    items = parts.items
    required = parts.required
    defaultValue = parts.defaultValue
    list = parts.list
    isAtomic = parts.isAtomic
    limits = parts.limits
    logic = parts.logic
    source = parts.source
    native = parts.native
    defaultedProperties = parts.properties.filter { $0.value.hasDefault }
      .sorted { (Self.rank($0.value), $0.key) < (Self.rank($1.value), $1.key) }.map { ($0.key, $0.value) }
  }

  /// What depends on its neighbours comes after them.
  private static func rank(_ schema: Schema) -> Int { schema.defaultValue == nil ? 1 : 0 }

  /// What a schema is put together from.
  struct Parts {
    var types: [ValueType] = []
    var isNullable = false
    var isIntOrString = false
    var isEmbedded = false
    var preservesUnknown = false
    var properties: [String: Schema] = [:]
    var additional = Additional.nothing
    var items: Schema?
    var required: [String] = []
    var defaultValue: Value?
    var list = ListKind.atomic
    var isAtomic = false
    var limits = Limits()
    var logic = Logic()
    var source: Value = [:]
    var native: Native?
  }
}

extension Schema {
  /// Whether an absent value may get one.
  var hasDefault: Bool { defaultValue != nil || native?.conditions.isEmpty == false }

  /// What is there when nothing is, beside what `siblings` has.
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
  /// The kinds of values that a schema tells apart.
  enum ValueType: String, Hashable, Sendable {
    case object
    case array
    case string
    case integer
    case number
    case boolean
  }

  /// What restricts values beyond their type.
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

  /// A number that values must not pass.
  struct Bound: Hashable, Sendable {
    var value: Double
    var isExclusive: Bool
  }

  /// How many of something there may be.
  struct Count: Hashable, Sendable {
    var least: Int?
    var most: Int?
  }

  /// Schemas of which all, one or none must hold.
  struct Logic: Sendable {
    var all: [Schema] = []
    var any: [Schema] = []
    var one: [Schema] = []
    var not: Schema?

    var isEmpty: Bool { all.isEmpty && any.isEmpty && one.isEmpty && not == nil }
  }
}
