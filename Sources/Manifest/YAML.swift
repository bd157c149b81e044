import CYAML
import Glibc
import Platform

/// YAML as Go's `sigs.k8s.io/yaml` parses it, and so kubectl, helm and KubeSphere.
///
/// So only the first document counts, the last value of a repeated key counts, and values that JSON cannot represent
/// are refused.
package enum YAML {
  /// The maximum size of a document, in nodes.
  package struct Limits: Hashable, Sendable {
    /// Nodes in the text.
    package var written = 10_000_000
    /// Nodes that aliases repeat.
    package var aliased = 1_000_000

    package init() {}
  }

  /// The maximum nesting, as in JSON.
  package static let maximumDepth = JSON.maximumDepth

  /// Parses the first document in `text`; an empty text is `null`.
  package static func parse(_ text: String) throws(SyntaxError) -> Value {
    try node(text)?.value ?? .null
  }

  /// Parses the first document in `text` with the places of its values; `nil` if it is empty.
  package static func node(_ text: String) throws(SyntaxError) -> YAMLNode? {
    try reading(text) { (reader) throws(SyntaxError) in try reader.document() }
  }

  /// Parses a text in which a repeated key is an error, as in a patch that is applied.
  package static func strictNode(_ text: String) throws(SyntaxError) -> YAMLNode? {
    let (node, warnings) = try nodeAndWarnings(text)
    if let first = warnings.first { throw first }
    return node
  }

  /// Parses all documents in `text`, as in a rendered chart.
  package static func documents(_ text: String) throws(SyntaxError) -> [YAMLNode] {
    try reading(text) { (reader) throws(SyntaxError) in try reader.documents() }
  }

  /// Passes the items of the lists in the mapping under `key` to `body` one by one, with the key of each list.
  ///
  /// Items are not kept, so an index of any length can be read. False if there is no such mapping.
  package static func forEachItem(
    under key: String, in text: String, limits: Limits = Limits(), _ body: (String, YAMLNode) -> Void
  ) throws(SyntaxError) -> Bool {
    try reading(text, limits) { (reader) throws(SyntaxError) in try reader.items(under: key, body) }
  }

  /// The same for a file, which is read in parts and never held as a whole.
  package static func forEachItem(
    under key: String, inFile path: String, limits: Limits = Limits(), _ body: (String, YAMLNode) -> Void
  ) throws(SyntaxError) -> Bool {
    guard let file = fopen(path, "re") else {
      throw SyntaxError(line: 1, column: 1, problem: "\(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    // A byte order mark is not a part of the text.
    let mark = (0..<3).map { _ in fgetc(file) }
    if mark != [0xEF, 0xBB, 0xBF] { rewind(file) }
    var reader = YAMLReader(file, limits)
    defer { reader.close() }
    return try reader.items(under: key, body)
  }

  /// The first document, with warnings about parts that were accepted but may be mistakes: for texts that users write.
  package static func nodeAndWarnings(_ text: String) throws(SyntaxError) -> (YAMLNode?, [SyntaxError]) {
    try reading(text) { (reader) throws(SyntaxError) in
      let node = try reader.document()
      return (node, reader.repeatedKeys)
    }
  }

  static func reading<Answer>(
    _ text: String, _ limits: Limits = Limits(), _ body: (inout YAMLReader) throws(SyntaxError) -> Answer
  ) throws(SyntaxError) -> Answer {
    // A byte order mark is not a part of the text; libyaml counts it as a column.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = text.utf8.starts(with: mark) ? Array(text.utf8.dropFirst(3)) : Array(text.utf8)
    let result = bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(SyntaxError) in
        var reader = YAMLReader(bytes, limits)
        defer { reader.close() }
        return try body(&reader)
      }
    }
    do {
      return try result.get()
    } catch {
      // For an error at the end of the text, libyaml reports the line after it.
      let lines = text.utf8.count { $0 == 10 } + (text.utf8.last == 10 ? 0 : 1)
      var error = error
      error.line = max(1, min(error.line, lines))
      throw error
    }
  }

  /// The value as block-style YAML, ending in a newline; `isWide` indents as go-yaml 3 does.
  package static func text(_ value: Value, isWide: Bool = false) -> String {
    var writer = YAMLWriter(isWide: isWide)
    writer.write(value)
    return writer.text
  }

  /// Whether `line` begins the value of the top-level `key`, in quotes or without.
  package static func isLine(_ line: String, of key: String) -> Bool {
    ["\(key):", "\"\(key)\":", "'\(key)':"].contains { line.hasPrefix($0) }
  }

  /// The value of a plain scalar in go-yaml; a number that is not finite cannot be represented in JSON.
  static func resolve(_ text: String) -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    default: break
    }
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return .string(text) }
    let digits = first == UInt8(ascii: ".") ? text : text.filter { $0 != "_" }
    if let integer = integer(digits) { return .integer(integer) }
    // "1:30", "nan" and "infinity" are numbers to Swift or YAML 1.1, but not to go-yaml.
    if digits.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }), let number = Double(digits), number.isFinite {
      return .number(number)
    }
    return .string(text)
  }

  /// Whether every YAML parser reads the plain text as a string, also those with more forms of numbers
  /// and booleans than this one: `1_000`, `1:30`, `0b1`, `.inf`, `y`, or with times: `2026-01-01T00:00:00Z`.
  static func isStringEverywhere(_ text: String) -> Bool {
    guard resolve(text) == .string(text) else { return false }
    guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return true }
    let isNumberLike = text.utf8.allSatisfy { byte in
      (48...57).contains(byte) || "+-._:abcdefABCDEFxXoOinfINFN".utf8.contains(byte)
    }
    if isDate(text.utf8.prefix(10)) { return false }
    // Versions and addresses have several dots, numbers do not.
    return !isNumberLike || text.utf8.count { $0 == UInt8(ascii: ".") } > 1
  }

  /// Whether a text begins like a time: `2026-01-01`.
  private static func isDate(_ bytes: Substring.UTF8View.SubSequence) -> Bool {
    bytes.count == 10
      && bytes.enumerated().allSatisfy { index, byte in
        index == 4 || index == 7 ? byte == UInt8(ascii: "-") : (48...57).contains(byte)
      }
  }

  /// An integer as Go's `ParseInt` parses it with base 0: `0x1F`, `0b11`, `0o17`, and `017` is octal.
  private static func integer(_ text: String) -> Int? {
    let sign = text.hasPrefix("-") ? "-" : ""
    let digits = text.first.map { "+-".contains($0) } == true ? text.dropFirst() : text[...]
    guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
    guard first == UInt8(ascii: "0"), digits.utf8.count > 1 else { return Int(sign + digits) }
    for (mark, radix) in [("x", 16), ("X", 16), ("b", 2), ("B", 2), ("o", 8), ("O", 8)]
    where digits.dropFirst().hasPrefix(mark) {
      return unsigned(digits.dropFirst(2)).flatMap { Int(sign + $0, radix: radix) }
    }
    return unsigned(digits.dropFirst()).flatMap { Int(sign + $0, radix: 8) }
  }

  private static func unsigned(_ digits: Substring) -> Substring? {
    digits.first.map { "+-".contains($0) } == true ? nil : digits
  }
}
