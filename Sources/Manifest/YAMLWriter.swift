import Platform

/// Writes values as block-style YAML.
struct YAMLWriter {
  /// Whether to write like go-yaml 3: four blanks a level, and sequences are indented below their key.
  var isWide = false
  private(set) var text = ""

  mutating func write(_ value: Value) {
    write(value, level: 0)
    if !text.hasSuffix("\n") { text += "\n" }
  }

  private mutating func write(_ value: Value, level: Int) {
    switch value {
    case .mapping(let mapping) where !mapping.isEmpty:
      for pair in mapping.pairs {
        writeKey(pair.key, level: level)
        nest(pair.value, level: level)
      }
    case .sequence(let items) where !items.isEmpty:
      for item in items {
        indent(level)
        text += "-"
        nestItem(item, level: level)
      }
    default: text += Self.inline(value) + "\n"
    }
  }

  private mutating func writeKey(_ key: String, level: Int) {
    indent(level)
    guard key.utf8.count > Self.longestSimpleKey else {
      text += Self.scalar(key) + ":"
      return
    }
    text += "? " + Self.scalar(key) + "\n"
    indent(level)
    text += ":"
  }

  /// A longer key needs an explicit `?` (YAML 1.1 §9.3 allows 1024 characters, escapes included).
  private static let longestSimpleKey = 128

  private mutating func nest(_ value: Value, level: Int) {
    switch value {
    case .mapping(let mapping) where !mapping.isEmpty:
      text += "\n"
      write(value, level: level + step)
    case .sequence(let items) where !items.isEmpty:
      text += "\n"
      write(value, level: isWide ? level + step : level)
    case .string(let string) where Self.suitsBlock(string): block(string, level: level + step)
    default: text += " " + Self.inline(value) + "\n"
    }
  }

  private var step: Int { isWide ? 4 : 2 }

  /// A mapping in a sequence starts on the line of its dash.
  private mutating func nestItem(_ value: Value, level: Int) {
    switch value {
    case .mapping where value.mapping?.isEmpty == false, .sequence where value.sequence?.isEmpty == false:
      var inner = YAMLWriter(isWide: isWide)
      inner.write(value, level: level + 2)
      text += " " + inner.text.dropFirst(level + 2)
    case .string(let string) where Self.suitsBlock(string): block(string, level: level + 2)
    default: text += " " + Self.inline(value) + "\n"
    }
  }

  private mutating func block(_ string: String, level: Int) {
    text += string.hasSuffix("\n") ? " |\n" : " |-\n"
    var lines = string.split(separator: "\n", omittingEmptySubsequences: false)
    if string.hasSuffix("\n") { lines.removeLast() }
    for line in lines {
      if !line.isEmpty { indent(level) }
      text += line + "\n"
    }
  }

  private mutating func indent(_ level: Int) {
    text += String(repeating: " ", count: level)
  }

  /// Whether a text can be a block scalar: it has several lines, does not begin with a blank, does not end in several
  /// newlines, and has no control characters.
  private static func suitsBlock(_ string: String) -> Bool {
    guard string.contains("\n"), let first = string.first, first != " ", first != "\n", first != "\t" else {
      return false
    }
    guard !string.hasSuffix("\n\n") else { return false }
    return string.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || isPrintable($0) }
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  private static func inline(_ value: Value) -> String {
    guard case .string(let string) = value else { return JSON.text(value) }
    return scalar(string)
  }

  /// The string without quotes if it is read back as the same string, else in double quotes.
  private static func scalar(_ string: String) -> String {
    let isPlain =
      YAML.isStringEverywhere(string) && !string.hasPrefix(" ") && !string.hasSuffix(" ")
      && !string.containsText(": ") && !string.containsText(" #") && !string.hasSuffix(":")
      && !startsSpecially(string) && string.unicodeScalars.allSatisfy(isPrintable)
    // JSON strings are YAML strings, except for characters that YAML calls unprintable.
    return isPlain ? string : escaped(string)
  }

  private static func escaped(_ string: String) -> String {
    var result = ""
    for scalar in JSON.text(.string(string)).unicodeScalars {
      if isPrintable(scalar) { result.unicodeScalars.append(scalar) } else { result += escape(scalar) }
    }
    return result
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func startsSpecially(_ string: String) -> Bool {
    guard let first = string.unicodeScalars.first else { return true }
    return "-?:,[]{}#&*!|>'\"%@`=<~.".unicodeScalars.contains(first) || string.hasPrefix("---")
  }
}
