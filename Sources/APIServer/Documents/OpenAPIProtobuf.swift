import Manifest

/// OpenAPI 2 in protocol buffers, as kubectl requests it, with the messages of gnostic's `OpenAPIv2.proto`.
///
/// Only the fields that `OpenAPI` writes are encoded.
struct OpenAPIProtobuf {
  private(set) var bytes: [UInt8] = []

  /// The media types that clients request; the first is not valid by RFC 9110, so responses use the second.
  static let wantedTypes = [
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", mediaType,
  ]
  static let mediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

  /// Encodes the whole document.
  static func encode(_ document: Value) -> [UInt8] {
    message { output in
      output.text(1, document["swagger"])
      output.add(
        2,
        message { information in
          information.text(1, document[path: "info", "title"])
          information.text(2, document[path: "info", "version"])
        })
      output.add(8, message { $0.named(2, document["paths"], path) })
      output.add(9, message { $0.named(1, document["definitions"], schema) })
    }
  }

  private static func message(_ body: (inout OpenAPIProtobuf) -> Void) -> [UInt8] {
    var output = OpenAPIProtobuf()
    body(&output)
    return output.bytes
  }

  private static func path(_ value: Value) -> [UInt8] {
    message { output in
      for (key, field) in [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)] {
        if let operation = value[key] { output.add(field, self.operation(operation)) }
      }
    }
  }

  private static func operation(_ value: Value) -> [UInt8] {
    message { output in
      output.text(5, value["operationId"])
      for parameter in value["parameters"]?.sequence ?? [] { output.add(8, self.parameter(parameter)) }
      output.add(
        9,
        message { responses in
          responses.named(1, value["responses"]) { response in
            message { $0.add(1, message { $0.text(1, response["description"]) }) }
          }
        })
      output.extensions(13, value)
    }
  }

  /// A query parameter, which is nested in four messages.
  private static func parameter(_ value: Value) -> [UInt8] {
    let query = message { output in
      output.text(2, value["in"])
      output.text(4, value["name"])
      output.text(6, value["type"])
    }
    let other = message { $0.add(3, query) }
    let parameter = message { $0.add(2, other) }
    return message { $0.add(1, parameter) }
  }

  private static func schema(_ value: Value) -> [UInt8] {
    message { output in
      for (key, field) in [("$ref", 1), ("format", 2), ("title", 3), ("description", 4), ("pattern", 13)] {
        output.text(field, value[key])
      }
      output.limits(value)
      for name in value["required"]?.sequence ?? [] { output.text(19, name) }
      for allowed in value["enum"]?.sequence ?? [] { output.add(20, any(allowed)) }
      if let standard = value["default"] { output.add(5, any(standard)) }
      output.structure(value)
      output.extensions(31, value)
    }
  }

  /// Any value, as YAML.
  private static func any(_ value: Value) -> [UInt8] { message { $0.text(2, .string(JSON.text(value))) } }
}

extension OpenAPIProtobuf {
  private mutating func limits(_ value: Value) {
    for (key, field) in [("multipleOf", 6), ("maximum", 7), ("minimum", 9)] {
      if let number = value[key]?.double { add(field, double: number) }
    }
    for (key, field) in [("exclusiveMaximum", 8), ("exclusiveMinimum", 10), ("uniqueItems", 16)]
    where value[key] == true {
      add(field, integer: 1)
    }
    let counts = [
      ("maxLength", 11), ("minLength", 12), ("maxItems", 14), ("minItems", 15), ("maxProperties", 17),
      ("minProperties", 18),
    ]
    for (key, field) in counts {
      if let count = value[key]?.integer { add(field, integer: UInt64(bitPattern: Int64(count))) }
    }
  }

  private mutating func structure(_ value: Value) {
    switch value["additionalProperties"] {
    case .bool(let allows)?: add(21, Self.message { $0.add(2, integer: allows ? 1 : 0) })
    case let schema?: add(21, Self.message { $0.add(1, Self.schema(schema)) })
    case nil: break
    }
    if let type = value["type"] { add(22, Self.message { $0.text(1, type) }) }
    if let items = value["items"] { add(23, Self.message { $0.add(1, Self.schema(items)) }) }
    if value["properties"] != nil { add(25, Self.message { $0.named(1, value["properties"], Self.schema) }) }
  }

  /// The extensions (`x-…`).
  private mutating func extensions(_ field: Int, _ value: Value) {
    for pair in value.mapping?.pairs ?? [] where pair.key.hasPrefix("x-") {
      add(
        field,
        Self.message { output in
          output.text(1, .string(pair.key))
          output.add(2, Self.any(pair.value))
        })
    }
  }

  /// The members of a mapping as messages with a name and a value.
  private mutating func named(_ field: Int, _ value: Value?, _ encode: (Value) -> [UInt8]) {
    for pair in value?.mapping?.pairs ?? [] {
      add(
        field,
        Self.message { output in
          output.text(1, .string(pair.key))
          output.add(2, encode(pair.value))
        })
    }
  }

  private mutating func text(_ field: Int, _ value: Value?) {
    guard let text = value?.string else { return }
    add(field, Array(text.utf8))
  }

  private mutating func add(_ field: Int, _ content: [UInt8]) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  private mutating func add(_ field: Int, integer number: UInt64) {
    varint(UInt64(field) << 3)
    varint(number)
  }

  private mutating func add(_ field: Int, double number: Double) {
    varint(UInt64(field) << 3 | 1)
    withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
  }

  private mutating func varint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
