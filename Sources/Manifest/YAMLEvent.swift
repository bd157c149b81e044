import CYAML
import Platform

/// An event of libyaml, copied out of its memory.
struct YAMLEvent {
  var kind: yaml_event_type_t
  var line: Int
  var column: Int
  /// The end, also counted from one.
  var end: (line: Int, column: Int)
  var text = ""
  var isDoubleQuoted = false
  var isQuoted = false
  var tag: String?
  var anchor: String?
  /// Whether go-yaml supports the version in the document's `%YAML` line.
  var isReadEverywhere = true

  init(_ event: yaml_event_t) {
    kind = event.type
    line = Int(event.start_mark.line) + 1
    column = Int(event.start_mark.column) + 1
    end = (Int(event.end_mark.line) + 1, Int(event.end_mark.column) + 1)
    switch event.type {
    case YAML_ALIAS_EVENT: anchor = Self.string(event.data.alias.anchor)
    case YAML_SEQUENCE_START_EVENT: anchor = Self.string(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT: anchor = Self.string(event.data.mapping_start.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      anchor = Self.string(scalar.anchor)
      text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      tag = Self.string(scalar.tag)
      isDoubleQuoted = scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE
      // A lone ! makes any scalar a string.
      isQuoted = scalar.style != YAML_PLAIN_SCALAR_STYLE || (tag == nil && scalar.plain_implicit == 0)
    case YAML_DOCUMENT_START_EVENT:
      let version = event.data.document_start.version_directive?.pointee
      isReadEverywhere = version.map { $0.major == 1 && $0.minor == 1 } ?? true
    default: break
    }
  }

  func mistake(_ problem: Sentence) -> SyntaxError {
    SyntaxError(line: line, column: column, problem: problem)
  }

  /// Whether the scalar is a string because of its quotes or its tag, as go-yaml interprets them.
  func isString() throws(SyntaxError) -> Bool {
    guard let tag else { return isQuoted }
    guard tag.hasPrefix("tag:yaml.org,2002:") else { return true }
    let type = tag.dropFirst("tag:yaml.org,2002:".count)
    switch (type, YAML.resolve(text)) {
    case ("int", .integer), ("float", .integer), ("float", .number), ("bool", .bool), ("null", .null): return false
    case ("int", _), ("float", _), ("bool", _), ("null", _): throw mistake("this is no \(type), as its tag says it is")
    default: return true
    }
  }

  /// The text, decoded if it is tagged `!!binary`.
  func decodedText() throws(SyntaxError) -> String {
    guard tag == "tag:yaml.org,2002:binary" else { return text }
    guard !text.utf8.contains(where: { $0 == 32 || $0 == 9 }), let bytes = Base64.decode(text) else {
      throw mistake("this is no base64, as its tag says it is")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
