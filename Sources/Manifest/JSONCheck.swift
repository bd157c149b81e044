/// Checks whether bytes are JSON without building a value, several times as fast as parsing.
///
/// Strict: `JSON.parse` accepts whatever this accepts. The reverse does not hold: long numbers, exponents and escapes
/// from `\u1000` on, none of which this program writes, are not valid here.
package struct JSONCheck {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var depth = 0

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Whether `bytes`, which must be UTF-8, are one value and nothing else.
  package static func isValid(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      var check = JSONCheck(buffer)
      guard check.value() else { return false }
      check.skipBlanks()
      return check.at == buffer.count
    }
  }

  private mutating func value() -> Bool {
    skipBlanks()
    guard at < bytes.count else { return false }
    switch bytes[at] {
    case UInt8(ascii: "{"): return members(until: UInt8(ascii: "}"), areNamed: true)
    case UInt8(ascii: "["): return members(until: UInt8(ascii: "]"), areNamed: false)
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "t"): return word("true")
    case UInt8(ascii: "f"): return word("false")
    case UInt8(ascii: "n"): return word("null")
    default: return number()
    }
  }

  private mutating func members(until end: UInt8, areNamed: Bool) -> Bool {
    at += 1
    depth += 1
    defer { depth -= 1 }
    guard depth < JSON.maximumDepth else { return false }
    if consume(end) { return true }
    repeat {
      guard !areNamed || name(), value() else { return false }
    } while consume(UInt8(ascii: ","))
    return consume(end)
  }

  private mutating func name() -> Bool {
    skipBlanks()
    return at < bytes.count && bytes[at] == UInt8(ascii: "\"") && string() && consume(UInt8(ascii: ":"))
  }

  private mutating func string() -> Bool {
    at += 1
    while true {
      at = ByteScan.endOfPlainText(bytes, from: at)
      guard at < bytes.count else { return false }
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return true
      case UInt8(ascii: "\\"): guard escape() else { return false }
      default: return false
      }
    }
  }

  private mutating func escape() -> Bool {
    guard at + 1 < bytes.count else { return false }
    let letter = bytes[at + 1]
    at += 2
    guard letter == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(letter) }
    // With a leading zero it cannot be half of a surrogate pair.
    guard at + 4 <= bytes.count, bytes[at] == UInt8(ascii: "0"), bytes[at..<(at + 4)].allSatisfy(Self.isHexadecimal)
    else { return false }
    at += 4
    return true
  }

  private mutating func word(_ word: StaticString) -> Bool {
    let end = at + word.utf8CodeUnitCount
    guard end <= bytes.count, (at..<end).allSatisfy({ bytes[$0] == word.utf8Start[$0 - at] }) else { return false }
    at = end
    return true
  }

  /// A number of at most 15 digits before and after the point.
  private mutating func number() -> Bool {
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    let isZero = at < bytes.count && bytes[at] == UInt8(ascii: "0")
    let whole = digits()
    guard (1...15).contains(whole), !isZero || whole == 1 else { return false }
    guard at < bytes.count, bytes[at] == UInt8(ascii: ".") else { return true }
    at += 1
    return (1...15).contains(digits())
  }

  private mutating func digits() -> Int {
    let start = at
    while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
    return at - start
  }

  private mutating func consume(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
