package import Manifest

/// OpenAPI 2 in protocol buffers, as kubectl requests it, with the messages of gnostic's `OpenAPIv2.proto`.
///
/// Only the fields that clients of Kubernetes use are encoded.
package struct OpenAPIProtobuf {
  private(set) var bytes: [UInt8] = []

  /// The media types that clients request; the first is not valid by RFC 9110, so responses use the second.
  package static let wantedTypes = [
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", mediaType,
  ]
  package static let mediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

  /// Encodes a document.
  ///
  /// A part of one may be appended to the encoded rest: readers of protocol buffers merge them.
  package static func encode(_ document: Value) -> [UInt8] {
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
      output.section(10, document["parameters"], parameter)
      output.section(11, document["responses"], response)
    }
  }

  private static func message(_ body: (inout OpenAPIProtobuf) -> Void) -> [UInt8] {
    var output = OpenAPIProtobuf()
    body(&output)
    return output.bytes
  }

  private static func path(_ value: Value) -> [UInt8] {
    message { output in
      let methods = [("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("options", 6), ("head", 7), ("patch", 8)]
      for (key, field) in methods {
        if let operation = value[key] { output.add(field, self.operation(operation)) }
      }
      for parameter in value["parameters"]?.sequence ?? [] { output.add(9, self.parameterOrReference(parameter)) }
    }
  }

  private static func operation(_ value: Value) -> [UInt8] {
    message { output in
      output.texts(1, value["tags"])
      output.text(2, value["summary"])
      output.text(3, value["description"])
      output.text(5, value["operationId"])
      output.texts(6, value["produces"])
      output.texts(7, value["consumes"])
      for parameter in value["parameters"]?.sequence ?? [] { output.add(8, self.parameterOrReference(parameter)) }
      output.add(9, message { $0.named(1, value["responses"], responseOrReference) })
      output.extensions(13, value)
    }
  }

  private static func responseOrReference(_ value: Value) -> [UInt8] {
    if value["$ref"] != nil { return message { $0.add(2, message { $0.text(1, value["$ref"]) }) } }
    return message { $0.add(1, response(value)) }
  }

  private static func response(_ value: Value) -> [UInt8] {
    message { output in
      output.text(1, value["description"])
      if let content = value["schema"] { output.add(2, message { $0.add(1, schema(content)) }) }
    }
  }

  private static func parameterOrReference(_ value: Value) -> [UInt8] {
    if value["$ref"] != nil { return message { $0.add(2, message { $0.text(1, value["$ref"]) }) } }
    return message { $0.add(1, parameter(value)) }
  }

  /// A parameter, which is nested in up to three messages.
  private static func parameter(_ value: Value) -> [UInt8] {
    let location = value["in"]?.string ?? ""
    guard location != "body" else { return message { $0.add(1, body(value)) } }
    // The places, with their fields and those of the type and the format within each.
    let locations = ["header": (1, 5, 6), "formData": (2, 6, 7), "query": (3, 6, 7), "path": (4, 5, 6)]
    guard let (field, type, format) = locations[location] else { return [] }
    let content = message { output in
      output.truth(1, value["required"])
      output.text(2, value["in"])
      output.text(3, value["description"])
      output.text(4, value["name"])
      output.text(type, value["type"])
      output.text(format, value["format"])
    }
    let other = message { $0.add(field, content) }
    return message { $0.add(2, other) }
  }

  private static func body(_ value: Value) -> [UInt8] {
    message { output in
      output.text(1, value["description"])
      output.text(2, value["name"])
      output.text(3, value["in"])
      output.truth(4, value["required"])
      if let content = value["schema"] { output.add(5, schema(content)) }
    }
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
      switch value[key] {
      case .integer(let number)?: add(field, double: Double(number))
      case .number(let number)?: add(field, double: number)
      default: break
      }
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
    for part in value["allOf"]?.sequence ?? [] { add(24, Self.schema(part)) }
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

  /// A message with the members of a mapping, if there is one.
  private mutating func section(_ field: Int, _ value: Value?, _ encode: (Value) -> [UInt8]) {
    if value != nil { add(field, Self.message { $0.named(1, value, encode) }) }
  }

  private mutating func texts(_ field: Int, _ value: Value?) {
    for item in value?.sequence ?? [] { text(field, item) }
  }

  private mutating func truth(_ field: Int, _ value: Value?) {
    if value == true { add(field, integer: 1) }
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
