import Platform

/// Parses the bytes of a JSON document in one pass.
///
/// Used only within the call that provides the bytes.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var depth = 0
  private(set) var repeated = RepeatedKeys()

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func document(_ skipping: JSONPaths) throws(SyntaxError) -> Value {
    let value = try value(skipping)
    skipBlanks()
    guard at == bytes.count else { throw problem("something follows the end of the document") }
    return value
  }

  private mutating func value(_ skipping: JSONPaths?) throws(SyntaxError) -> Value {
    skipBlanks()
    switch peek {
    case UInt8(ascii: "{"): return try object(skipping)
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw problem("the document ends where a value is expected")
    case let byte? where byte == UInt8(ascii: "-") || Self.isDigit(byte): return try number()
    default: throw problem("a value is expected")
    }
  }

  private mutating func object(_ skipping: JSONPaths?) throws(SyntaxError) -> Value {
    try enter()
    var pairs: [Mapping.Pair] = []
    skipBlanks()
    guard !consume("}") else { return leave(.mapping(Mapping())) }
    repeat {
      skipBlanks()
      guard peek == UInt8(ascii: "\"") else { throw problem("a key in double quotes is expected") }
      let key = try string()
      skipBlanks()
      guard consume(":") else { throw problem("a colon is expected after a key") }
      let inside = skipping?.children[key]
      if inside?.isEnd == true, isSkipped(inside) {
        try skip()
      } else {
        let known = repeated.paths.count
        pairs.append(Mapping.Pair(key: key, value: try value(inside)))
        if repeated.paths.count > known { repeated.put(from: known, under: key) }
      }
      skipBlanks()
    } while consume(",")
    guard consume("}") else { throw problem("a comma or a closing brace is expected") }
    let mapping = Mapping(keepingLast: pairs)
    if mapping.pairs.count < pairs.count { repeated.add(pairs) }
    return leave(.mapping(mapping))
  }

  /// Whether the next value is one that `paths` leave out.
  private mutating func isSkipped(_ paths: JSONPaths?) -> Bool {
    skipBlanks()
    return paths?.isOfMappings == false || peek == UInt8(ascii: "{")
  }

  private mutating func array() throws(SyntaxError) -> Value {
    try enter()
    var items: [Value] = []
    skipBlanks()
    guard !consume("]") else { return leave(.sequence([])) }
    repeat {
      let known = repeated.paths.count
      items.append(try value(nil))
      if repeated.paths.count > known { repeated.put(from: known, under: "[\(items.count - 1)]") }
      skipBlanks()
    } while consume(",")
    guard consume("]") else { throw problem("a comma or a closing bracket is expected") }
    return leave(.sequence(items))
  }

  private mutating func enter() throws(SyntaxError) {
    at += 1
    depth += 1
    guard depth <= JSON.maximumDepth else { throw problem("nested deeper than \(JSON.maximumDepth)") }
  }

  private mutating func leave(_ value: Value) -> Value {
    depth -= 1
    return value
  }

  private mutating func string() throws(SyntaxError) -> String {
    let start = at + 1
    let isPlain = try skipString()
    let content = UnsafeBufferPointer(rebasing: bytes[start..<(at - 1)])
    guard !isPlain else { return String(decoding: content, as: UTF8.self) }
    return try unescaped(content, from: start)
  }

  /// Skips a string; true if it has no escapes.
  private mutating func skipString() throws(SyntaxError) -> Bool {
    let start = at
    var isPlain = true
    at += 1
    while true {
      at = ByteScan.endOfPlainText(bytes, from: at)
      guard at < bytes.count else { break }
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return isPlain
      case UInt8(ascii: "\\"):
        isPlain = false
        at += 2
      default: throw problem("a control character stands in a string")
      }
    }
    at = start
    throw problem("a string has no end")
  }

  private func unescaped(_ content: UnsafeBufferPointer<UInt8>, from start: Int) throws(SyntaxError) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(content.count)
    var index = 0
    while index < content.count {
      let byte = content[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      let escape = content[index]
      index += 1
      if escape == UInt8(ascii: "u") {
        guard let scalar = Self.unicode(content, &index) else {
          throw problem("four hexadecimal digits are expected", at: start + index)
        }
        result += Array(String(scalar).utf8)
      } else if let plain = Self.escapes[escape] {
        result.append(plain)
      } else {
        throw problem("an unknown escape", at: start + index - 2)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The scalar of an escape, or `nil` if its digits are invalid; a lone surrogate becomes U+FFFD.
  private static func unicode(_ content: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Unicode.Scalar? {
    guard let first = hexadecimal(content, index) else { return nil }
    index += 4
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard index + 1 < content.count, content[index] == UInt8(ascii: "\\"), content[index + 1] == UInt8(ascii: "u"),
      let second = hexadecimal(content, index + 2), (0xDC00..<0xE000).contains(second)
    else { return "\u{FFFD}" }
    index += 6
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private static func hexadecimal(_ content: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32? {
    guard start + 4 <= content.count else { return nil }
    var result: UInt32 = 0
    for byte in content[start..<(start + 4)] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      result = result << 4 | UInt32(digit)
    }
    return result
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"),
    UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
  ]

  /// Parses a number (RFC 8259 §6); an integer that does not fit `Int` becomes a `Double`.
  private mutating func number() throws(SyntaxError) -> Value {
    let start = at
    let isNegative = consume("-")
    let digits = at
    var integer: Int? = 0
    while let byte = peek, Self.isDigit(byte) {
      at += 1
      integer = integer.flatMap { Self.appending(byte, to: $0, isNegative) }
    }
    // Invalid: no digit at all, or a leading zero.
    let isWhole = at > digits && (bytes[digits] != UInt8(ascii: "0") || at == digits + 1)
    guard isWhole else { throw problem("a number is expected", at: start) }
    let hasFraction = try passFraction(start)
    if !hasFraction, let integer { return .integer(integer) }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    guard let number = Double(text), number.isFinite else {
      throw problem("\(text.prefix(20)) is too large", at: start)
    }
    return .number(number)
  }

  private static func appending(_ digit: UInt8, to number: Int, _ isNegative: Bool) -> Int? {
    let (shifted, isTooLarge) = number.multipliedReportingOverflow(by: 10)
    let value = Int(digit - UInt8(ascii: "0"))
    let (result, isOver) =
      isNegative ? shifted.subtractingReportingOverflow(value) : shifted.addingReportingOverflow(value)
    return isTooLarge || isOver ? nil : result
  }

  /// Skips a fraction and an exponent; true if there was either.
  private mutating func passFraction(_ start: Int) throws(SyntaxError) -> Bool {
    var isThere = false
    if consume(".") {
      isThere = true
      guard passDigits() else { throw problem("a digit is expected after the point", at: start) }
    }
    if consume("e") || consume("E") {
      isThere = true
      if !consume("+") { _ = consume("-") }
      guard passDigits() else { throw problem("a digit is expected in the exponent", at: start) }
    }
    return isThere
  }

  private mutating func passDigits() -> Bool {
    let start = at
    while let byte = peek, Self.isDigit(byte) { at += 1 }
    return at > start
  }

  private mutating func word(_ word: StaticString, _ value: Value) throws(SyntaxError) -> Value {
    let end = at + word.utf8CodeUnitCount
    guard end <= bytes.count, (at..<end).allSatisfy({ bytes[$0] == word.utf8Start[$0 - at] }) else {
      throw problem("\(word) is expected")
    }
    at = end
    return value
  }

  /// Skips one value without building it; checks only quotes and brackets.
  private mutating func skip() throws(SyntaxError) {
    skipBlanks()
    let start = depth
    repeat {
      switch peek {
      case UInt8(ascii: "\""): _ = try skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["): try enter()
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > start else { throw problem("a value is expected") }
        at += 1
        depth -= 1
      case nil: throw problem("the document ends in a value")
      case UInt8(ascii: ",") where depth == start: throw problem("a value is expected")
      default: passWord()
      }
    } while depth > start
  }

  /// Skips a word or a number, with the comma or colon before it.
  private mutating func passWord() {
    at += 1
    while let byte = peek, !Self.isStructure(byte) { at += 1 }
  }

  private static func isStructure(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: ","):
      true
    default: false
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }
  private mutating func consume(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    at += 1
    return true
  }

  /// White space of RFC 8259 §2, which excludes the form feed.
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  private mutating func skipBlanks() { while at < bytes.count, Self.isBlank(bytes[at]) { at += 1 } }

  private func problem(_ text: Sentence, at position: Int? = nil) -> SyntaxError {
    let before = bytes[..<min(position ?? at, bytes.count)]
    let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    let column = String(decoding: before[lineStart...], as: UTF8.self).count
    return SyntaxError(line: before.count { $0 == 10 } + 1, column: column + 1, problem: text)
  }
}
