/// One pass over the bytes of a JSON document.
///
/// Confined to the call that lends it the bytes.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var depth = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

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
    guard !take("}") else { return leave(.mapping(Mapping())) }
    repeat {
      skipBlanks()
      guard peek == UInt8(ascii: "\"") else { throw problem("a key in double quotes is expected") }
      let key = try string()
      skipBlanks()
      guard take(":") else { throw problem("a colon is expected after a key") }
      let inside = skipping?.children[key]
      if inside?.isEnd == true {
        try skip()
      } else {
        Self.append(key, try value(inside), to: &pairs)
      }
      skipBlanks()
    } while take(",")
    guard take("}") else { throw problem("a comma or a closing brace is expected") }
    return leave(.mapping(Mapping(pairs)))
  }

  /// Adds a pair; a key that comes twice keeps its last value.
  private static func append(_ key: String, _ value: Value, to pairs: inout [Mapping.Pair]) {
    // Most objects are small, where looking through them is cheaper than a set.
    if pairs.count < 32, let index = pairs.firstIndex(where: { $0.key == key }) {
      pairs[index].value = value
    } else {
      pairs.append(Mapping.Pair(key: key, value: value))
    }
  }

  private mutating func array() throws(SyntaxError) -> Value {
    try enter()
    var items: [Value] = []
    skipBlanks()
    guard !take("]") else { return leave(.sequence([])) }
    repeat {
      items.append(try value(nil))
      skipBlanks()
    } while take(",")
    guard take("]") else { throw problem("a comma or a closing bracket is expected") }
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

  /// Passes over a string; true when it has no escapes.
  private mutating func skipString() throws(SyntaxError) -> Bool {
    let start = at
    var isPlain = true
    at += 1
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return isPlain
      case UInt8(ascii: "\\"):
        isPlain = false
        at += 2
      case 0..<0x20:
        throw problem("a control character stands in a string")
      default:
        at += 1
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
        result += Array(String(unicode(content, &index)).utf8)
      } else if let plain = Self.escapes[escape] {
        result.append(plain)
      } else {
        throw problem("an unknown escape", at: start + index - 2)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// A lone surrogate, or four characters that are no number, become U+FFFD.
  private func unicode(_ content: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Unicode.Scalar {
    let replacement: Unicode.Scalar = "\u{FFFD}"
    guard let first = Self.hexadecimal(content, index) else { return replacement }
    index += 4
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? replacement }
    guard index + 1 < content.count, content[index] == UInt8(ascii: "\\"), content[index + 1] == UInt8(ascii: "u"),
      let second = Self.hexadecimal(content, index + 2), (0xDC00..<0xE000).contains(second)
    else { return replacement }
    index += 6
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? replacement
  }

  private static func hexadecimal(_ content: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32? {
    guard start + 4 <= content.count else { return nil }
    return UInt32(String(decoding: content[start..<(start + 4)], as: UTF8.self), radix: 16)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"),
    UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
  ]

  private mutating func number() throws(SyntaxError) -> Value {
    let start = at
    var isInteger = true
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"): isInteger = false
      default: return try number(start, isInteger)
      }
      at += 1
    }
    return try number(start, isInteger)
  }

  private func number(_ start: Int, _ isInteger: Bool) throws(SyntaxError) -> Value {
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else {
      throw problem("\(text.prefix(20)) is no number", at: start)
    }
    return .number(number)
  }

  private mutating func word(_ word: StaticString, _ value: Value) throws(SyntaxError) -> Value {
    let end = at + word.utf8CodeUnitCount
    guard end <= bytes.count, (at..<end).allSatisfy({ bytes[$0] == word.utf8Start[$0 - at] }) else {
      throw problem("\(word) is expected")
    }
    at = end
    return value
  }

  /// Passes over one value without making anything of it.
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
      default: at += 1
      }
      if depth == start, isAtEndOfValue { return }
    } while true
  }

  private var isAtEndOfValue: Bool {
    switch peek {
    case nil, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): true
    case let byte?: byte <= 0x20
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: scalar) else { return false }
    at += 1
    return true
  }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] == 0x20 || (0x09...0x0D).contains(bytes[at]) { at += 1 }
  }

  private func problem(_ text: String, at place: Int? = nil) -> SyntaxError {
    let before = bytes[..<min(place ?? at, bytes.count)]
    let line = before.count { $0 == 10 } + 1
    let lineStart = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
    let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    return SyntaxError(line: line, column: column, problem: text)
  }
}
