import KubernetesAPI
import Manifest
import Platform

/// Reads objects of Kubernetes' own types from protocol buffers, which kubectl since 1.32 and helm since 3.17 send.
///
/// Responses never use them, because these clients accept JSON too.
struct ProtobufReader {
  static let mediaType = "application/vnd.kubernetes.protobuf"
  /// The bytes before the envelope (`runtime.Unknown`).
  private static let mark = Array("k8s\0".utf8)

  private var rest: ArraySlice<UInt8>

  /// The object in `body`, whose envelope names its kind.
  static func object(_ body: [UInt8]) throws(Status) -> Value {
    guard body.starts(with: mark) else { throw .badRequest("the body is no object in protocol buffers") }
    var (version, kind, raw) = ("", "", ArraySlice<UInt8>())
    try fields(of: body.dropFirst(mark.count)) { number, field throws(Status) in
      switch (number, field) {
      case (1, .bytes(let bytes)):
        try fields(of: bytes) { number, field throws(Status) in
          if number == 1 { version = field.text } else { kind = field.text }
        }
      case (2, .bytes(let bytes)): raw = bytes
      default: break
      }
    }
    var object: Mapping = ["kind": .string(kind), "apiVersion": .string(version)]
    for pair in try message(raw, schema(kind, version), isObject: true).pairs { object[pair.key] = pair.value }
    return .mapping(object)
  }

  private static func schema(_ kind: String, _ version: String) throws(Status) -> Schema {
    if let schema = ResourceTypes.messages[kind] { return schema }
    let type = ResourceTypes.kubernetes.first { $0.resource.kind == kind && $0.resource.apiVersion == version }
    guard let schema = type?.schema, schema.native != nil else {
      throw .badRequest("no kind \"\(kind)\" is registered for version \"\(version)\" in protocol buffers")
    }
    return schema
  }

  private static func message(
    _ bytes: ArraySlice<UInt8>, _ schema: Schema, isObject: Bool = false
  ) throws(Status) -> Mapping {
    var result = Mapping()
    let numbers = schema.native?.numbers
    try fields(of: bytes) { number, field throws(Status) in
      if let inner = numbers?.inside[number], case .bytes(let bytes) = field {
        try fields(of: bytes) { number, field throws(Status) in
          try read(field, inner[number], schema, &result)
        }
      } else if number == 1, isObject, numbers?.fields[1] == nil {
        if case .bytes(let bytes) = field { result["metadata"] = .mapping(try message(bytes, .nativeMetadata)) }
      } else {
        try read(field, numbers?.fields[number], schema, &result)
      }
    }
    return result
  }

  /// Adds a field to `result`; unknown fields are skipped.
  private static func read(
    _ field: Field, _ key: String?, _ schema: Schema, _ result: inout Mapping
  ) throws(Status) {
    guard let key, let property = schema.properties[key] else { return }
    if let items = property.items {
      let old = result[key]?.sequence ?? []
      result[key] = .sequence(old + (try value(field, items).map { [$0] } ?? []))
    } else if let values = property.additionalProperties.schema {
      guard let (name, value) = try entry(field, values) else { return }
      var mapping = result[key]?.mapping ?? Mapping()
      mapping[name] = value
      result[key] = .mapping(mapping)
    } else if let value = try value(field, property), !isNothing(value, property) {
      result[key] = value
    }
  }

  /// Whether Go encodes a missing field as this value.
  private static func isNothing(_ value: Value, _ schema: Schema) -> Bool {
    if schema.native?.zeroIsNothing == true { return value == 0 || value == false }
    return value == "" || (schema.isIntOrString && value == 0)
  }

  private static func entry(_ field: Field, _ schema: Schema) throws(Status) -> (String, Value)? {
    guard case .bytes(let bytes) = field else { return nil }
    var (key, result) = ("", Value.null)
    try fields(of: bytes) { number, field throws(Status) in
      if number == 1 { key = field.text } else { result = try value(field, schema) ?? .null }
    }
    return (key, result == .null && schema.types == [.string] ? "" : result)
  }

  private static func value(_ field: Field, _ schema: Schema) throws(Status) -> Value? {
    switch (schema.native?.goType, field) {
    case ("bool", .number(let number)): return .bool(number != 0)
    case (_, .number(let number)): return .integer(Int(truncatingIfNeeded: Int64(bitPattern: number)))
    case (_, .double(let number)): return .number(number)
    case ("string", .bytes): return .string(field.text)
    case ("[]uint8", .bytes(let bytes)): return .string(Base64.encode(Array(bytes)))
    case ("v1.Time", .bytes(let bytes)): return try time(bytes).map { .string($0.seconds.description) }
    case ("v1.MicroTime", .bytes(let bytes)): return try time(bytes).map { .string(microTime($0.seconds, $0.nanos)) }
    case ("resource.Quantity", .bytes(let bytes)): return try first(of: bytes).map { .string($0.text) }
    case ("intstr.IntOrString", .bytes(let bytes)): return try intOrString(bytes)
    case ("runtime.RawExtension", .bytes(let bytes)):
      guard case .bytes(let raw)? = try first(of: bytes) else { return nil }
      return try? JSON.parse(raw)
    case (_, .bytes(let bytes)): return .mapping(try message(bytes, schema, isObject: schema.isObjectWithin))
    }
  }

  private static func first(of bytes: ArraySlice<UInt8>) throws(Status) -> Field? {
    var found: Field?
    try fields(of: bytes) { number, field throws(Status) in if number == 1 { found = field } }
    return found
  }

  /// A message of seconds since 1970 and nanoseconds; `nil` if it is empty.
  private static func time(_ bytes: ArraySlice<UInt8>) throws(Status) -> (seconds: Timestamp, nanos: Int)? {
    var (seconds, nanos) = (Int?.none, 0)
    try fields(of: bytes) { number, field throws(Status) in
      guard case .number(let value) = field else { return }
      let whole = Int(truncatingIfNeeded: Int64(bitPattern: value))
      if number == 1 { seconds = whole } else if number == 2 { nanos = whole }
    }
    return seconds.map { (Timestamp(secondsSince1970: $0), nanos) }
  }

  /// A time with six fractional digits, as Go reads and writes a `MicroTime`.
  private static func microTime(_ seconds: Timestamp, _ nanos: Int) -> String {
    let micros = String(max(0, min(nanos, 999_999_999)) / 1_000)
    return seconds.description.dropLast() + "." + String(repeating: "0", count: 6 - micros.count) + micros + "Z"
  }

  private static func intOrString(_ bytes: ArraySlice<UInt8>) throws(Status) -> Value? {
    var (isText, integer, text) = (false, 0, "")
    try fields(of: bytes) { number, field throws(Status) in
      switch (number, field) {
      case (1, .number(let type)): isText = type == 1
      case (2, .number(let value)): integer = Int(truncatingIfNeeded: Int64(bitPattern: value))
      case (3, .bytes): text = field.text
      default: break
      }
    }
    return isText ? .string(text) : .integer(integer)
  }
}

extension ProtobufReader {
  /// One encoded field.
  private enum Field {
    case number(UInt64)
    case double(Double)
    case bytes(ArraySlice<UInt8>)

    var text: String {
      guard case .bytes(let bytes) = self else { return "" }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private static let broken = Status.badRequest("the protocol buffers in the body are broken")

  private static func fields(
    of bytes: ArraySlice<UInt8>, _ take: (Int, Field) throws(Status) -> Void
  ) throws(Status) {
    var reader = ProtobufReader(rest: bytes)
    while !reader.rest.isEmpty {
      let tag = try reader.varint()
      let field: Field
      switch tag & 7 {
      case 0: field = .number(try reader.varint())
      case 1: field = .double(Double(bitPattern: try reader.fixed(8)))
      case 2: field = .bytes(try reader.take(Int(clamping: try reader.varint())))
      case 5: field = .double(Double(Float(bitPattern: UInt32(truncatingIfNeeded: try reader.fixed(4)))))
      default: throw broken
      }
      try take(Int(clamping: tag >> 3), field)
    }
  }

  private mutating func varint() throws(Status) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw Self.broken }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw Self.broken
  }

  private mutating func fixed(_ count: Int) throws(Status) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func take(_ count: Int) throws(Status) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Self.broken }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
