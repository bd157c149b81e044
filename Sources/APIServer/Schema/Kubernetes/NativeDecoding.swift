import KubernetesAPI
import Manifest
import Platform

/// Checks whether Go could decode a value into Kubernetes' own types, and reports the first error with Go's message.
///
/// Paths contain no list indices or map keys, because Go's decoder reports only fields.
struct NativeDecoding {
  private var fields: [String] = []
  private var owner = ""

  /// Why `object` cannot be decoded as `type`; `nil` if it can.
  ///
  /// Of custom types only the metadata is checked.
  static func problem(_ object: Value, _ type: ResourceType) -> String? {
    guard object.mapping != nil else { return nil }
    if let metadata = object["metadata"], let problem = problem(metadata: metadata, of: type.resource.kind) {
      return problem
    }
    if type.resource == .definitions, let problem = SchemaTypes.problem(in: object) { return problem }
    guard let schema = type.schema, schema.native != nil else { return nil }
    var decoding = NativeDecoding()
    decoding.owner = type.resource.kind
    return decoding.problem(object, schema)
  }

  /// Why `metadata` cannot be decoded as that of an object; `nil` if it can.
  static func problem(metadata: Value, of kind: String) -> String? {
    var decoding = NativeDecoding()
    (decoding.owner, decoding.fields) = (kind, ["metadata"])
    return decoding.problem(metadata, Schema.nativeMetadata)
  }

  private mutating func problem(_ value: Value, _ schema: Schema) -> String? {
    guard value != .null else { return nil }
    if let check = schema.native?.check, let problem = problem(value, check) { return problem }
    switch (schema.types.first, value) {
    case (.object, .mapping(let mapping)): return problem(mapping, schema)
    case (.array, .sequence(let items)):
      guard let inner = schema.items else { return nil }
      return firstProblem(items.map { ($0, inner) })
    case (nil, _): return schema.isIntOrString && !value.isIntOrString ? mismatch(value, schema) : nil
    case (.string, .string), (.boolean, .bool), (.number, .integer), (.number, .number): return nil
    case (.integer, .integer(let number)): return isInRange(number, schema) ? nil : mismatch(value, schema)
    default: return mismatch(value, schema)
    }
  }

  private mutating func problem(_ mapping: Mapping, _ schema: Schema) -> String? {
    if let inner = schema.additionalProperties.schema { return firstProblem(mapping.pairs.map { ($0.value, inner) }) }
    let outer = owner
    defer { owner = outer }
    let name = schema.native?.name ?? ""
    if let last = name.split(separator: ".").last { owner = String(last) }
    for pair in mapping.pairs {
      let isMetadata = schema.isObjectWithin && pair.key == "metadata"
      guard let property = isMetadata ? Schema.nativeMetadata : schema.properties[pair.key] else { continue }
      fields.append(pair.key)
      if let problem = problem(pair.value, property) { return problem }
      fields.removeLast()
    }
    return nil
  }

  private mutating func firstProblem(_ values: [(Value, Schema)]) -> String? {
    for (value, schema) in values {
      if let problem = problem(value, schema) { return problem }
    }
    return nil
  }

  private func isInRange(_ number: Int, _ schema: Schema) -> Bool {
    schema.native?.goType != "int32" || Int32(exactly: number) != nil
  }

  private func mismatch(_ value: Value, _ schema: Schema) -> String {
    let isWhole = value.double != nil && schema.types == [.integer]
    let found = GoSyntax.decoded(value) + (isWhole ? " \(GoSyntax.text(value))" : "")
    let field = "\(owner).\(fields.joined(separator: "."))"
    return "json: cannot unmarshal \(found) into Go struct field \(field) of type \(schema.native?.goType ?? "")"
  }

  /// Why `value`, whatever its type, fails `check`; `nil` if it passes, or if its type is checked elsewhere.
  private func problem(_ value: Value, _ check: Schema.Native.Check) -> String? {
    switch (check, value) {
    case (.quantity, .string(let text)): return Quantity.isValid(text) ? nil : Quantity.rule
    case (.quantity, .mapping), (.quantity, .sequence), (.quantity, .bool): return Quantity.rule
    case (.bytes, .string(let text)): return Self.isBase64(text) ? nil : illegalBase64(text)
    case (.time, .string(let text)):
      // The times of a Lease have six fractional digits.
      let whole =
        text.utf8.count == 27 && text.utf8.dropFirst(19).first == UInt8(ascii: ".") ? text.prefix(19) + "Z" : text[...]
      guard Timestamp(String(whole)) == nil || text.utf8.last != UInt8(ascii: "Z") else { return nil }
      let quoted = JSON.text(.string(text))
      return "parsing time \(quoted) as \"2006-01-02T15:04:05Z07:00\": cannot parse \(quoted) as \"2006\""
    default: return nil
    }
  }

  /// Whether `text` is base64 with all of its padding, as Go requires.
  private static func isBase64(_ text: String) -> Bool {
    text.utf8.count { $0 != 10 && $0 != 13 }.isMultiple(of: 4) && Base64.decode(text) != nil
  }

  private func illegalBase64(_ text: String) -> String {
    let position = text.utf8.enumerated().first { !Base64.isDigit($1) }?.offset ?? text.utf8.count - text.utf8.count % 4
    return "illegal base64 data at input byte \(position)"
  }
}

extension Schema {
  /// The schema of an object's metadata (`ObjectMeta`).
  static let nativeMetadata = {
    var types = ResourceTypes.types
    return types.schema("meta.ObjectMeta")
  }()
}

/// Amounts of resources, such as `500m` and `1.5Gi`.
enum Quantity {
  static let rule =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

  static func isValid(_ text: String) -> Bool {
    let signless = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let digits = signless.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let suffix = signless.dropFirst(digits.count)
    guard digits.contains(where: \.isNumber), digits.count(where: { $0 == "." }) <= 1 else { return false }
    if ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].contains(suffix) {
      return true
    }
    return "eE".contains(suffix.first ?? " ") && Int(suffix.dropFirst()) != nil
  }
}

extension Base64 {
  /// Whether `byte` may occur in base64.
  fileprivate static func isDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=") || byte == 10 || byte == 13
  }
}

extension Value {
  fileprivate var isIntOrString: Bool {
    switch self {
    case .integer(let number): Int32(exactly: number) != nil
    case .string: true
    default: false
    }
  }
}
