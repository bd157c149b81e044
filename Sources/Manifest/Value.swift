/// A JSON or YAML value.
///
/// Mappings keep the order of the document.
package enum Value: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case sequence([Value])
  case mapping(Mapping)

  /// The value of `key`; `nil` if this is not a mapping or has no such key.
  package subscript(key: String) -> Value? {
    guard case .mapping(let mapping) = self else { return nil }
    return mapping[key]
  }

  /// The value reached by following `path` through mappings.
  package subscript(path path: String...) -> Value? {
    self[path: path]
  }

  /// The value reached by following `path` through mappings.
  package subscript(path path: [String]) -> Value? {
    path.reduce(Optional(self)) { $0?[$1] }
  }

  package var string: String? {
    guard case .string(let string) = self else { return nil }
    return string
  }

  package var bool: Bool? {
    guard case .bool(let bool) = self else { return nil }
    return bool
  }

  package var integer: Int? {
    guard case .integer(let integer) = self else { return nil }
    return integer
  }

  package var sequence: [Value]? {
    guard case .sequence(let sequence) = self else { return nil }
    return sequence
  }

  package var mapping: Mapping? {
    guard case .mapping(let mapping) = self else { return nil }
    return mapping
  }

  /// This value with `value` at `path`; missing mappings on the path are created.
  ///
  /// A `nil` value removes the key. A value on the path that is not a mapping is replaced.
  package func setting(_ path: [String], to value: Value?) -> Value {
    guard let key = path.first else { return value ?? .null }
    var mapping = self.mapping ?? Mapping()
    if path.count == 1 {
      mapping[key] = value
    } else {
      mapping[key] = (mapping[key] ?? .mapping(Mapping())).setting(Array(path.dropFirst()), to: value)
    }
    return .mapping(mapping)
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByNilLiteral, ExpressibleByFloatLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(nilLiteral: ()) { self = .null }
  package init(arrayLiteral elements: Value...) { self = .sequence(elements) }
  package init(dictionaryLiteral elements: (String, Value)...) {
    self = .mapping(Mapping(elements.map { Mapping.Pair(key: $0, value: $1) }))
  }
}
