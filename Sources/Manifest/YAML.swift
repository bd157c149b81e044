import CYAML

/// YAML 1.1 as libyaml reads it, which is what Kubernetes and helm accept.
package enum YAML {
  /// Aliases may make a document this much larger than it is written, in nodes; more is refused.
  package static let maximumNodes = 1_000_000

  /// Nesting allowed, as in JSON.
  package static let maximumDepth = JSON.maximumDepth

  /// Reads the one document in `text`; an empty text is `null`.
  package static func parse(_ text: String) throws(SyntaxError) -> Value {
    try node(text)?.value ?? .null
  }

  /// Reads the one document in `text` with the places of its values, or `nil` when it is empty.
  package static func node(_ text: String) throws(SyntaxError) -> YAMLNode? {
    let all = try documents(text)
    if all.count > 1 { throw all[1].mistake("a second document; one is expected") }
    return all.first
  }

  /// Reads every document in `text`, as in a rendered chart.
  package static func documents(_ text: String) throws(SyntaxError) -> [YAMLNode] {
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(SyntaxError) in
        var reader = YAMLReader(bytes)
        defer { reader.close() }
        return try reader.documents()
      }
    }
    do {
      return try result.get()
    } catch {
      // libyaml places what is missing at the end on the line after it.
      let lines = text.utf8.count { $0 == 10 } + (text.utf8.last == 10 ? 0 : 1)
      throw SyntaxError(line: max(1, min(error.line, lines)), column: error.column, problem: error.problem)
    }
  }

  /// Checks that `text` is well formed, reporting the first mistake.
  package static func check(_ text: String) throws(SyntaxError) {
    _ = try documents(text)
  }

  /// The value as block-style YAML, ending in a newline.
  package static func text(_ value: Value) -> String {
    var writer = YAMLWriter()
    writer.write(value)
    return writer.text
  }

  static func resolve(_ text: String) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
    default: break
    }
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return .string(text) }
    if let integer = integer(text) { return .integer(integer) }
    // "1_000", "nan" and "infinity" are numbers to Swift or YAML 1.1, but not to the core schema.
    if text.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }), let number = Double(text),
      number.isFinite
    {
      return .number(number)
    }
    return .string(text)
  }

  /// Whether every reader takes the plain text for a string, also those that know more numbers
  /// and booleans than this one: `1_000`, `1:30`, `0b1`, `.inf`, `y`.
  static func isStringEverywhere(_ text: String) -> Bool {
    guard resolve(text) == .string(text) else { return false }
    if ["y", "Y", "n", "N"].contains(text) { return false }
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return true }
    let isNumberLike = text.utf8.allSatisfy { byte in
      (48...57).contains(byte) || "+-._:abcdefABCDEFxXoOinfINFN".utf8.contains(byte)
    }
    // Versions and addresses have several dots, and no number does.
    return !isNumberLike || text.utf8.count { $0 == UInt8(ascii: ".") } > 1
  }

  private static func integer(_ text: String) -> Int? {
    if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16) }
    if text.hasPrefix("0o") { return Int(text.dropFirst(2), radix: 8) }
    // YAML 1.1 reads 0644 as octal, and so does the library of Kubernetes.
    if text.count > 1, text.hasPrefix("0") { return Int(text.dropFirst(), radix: 8) }
    return Int(text)
  }
}
