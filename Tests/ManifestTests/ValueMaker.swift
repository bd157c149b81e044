import Manifest
import TestSupport

/// Makes values by chance; the same seed makes the same values.
struct ValueMaker: RandomNumberGenerator {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func next() -> UInt64 { random.next() }

  mutating func value(depth: Int) -> Value {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &self) {
    case 0: return .null
    case 1: return .bool(.random(using: &self))
    case 2:
      return .integer(
        [0, -1, 7, .max, .min, Int.random(in: -1_000_000...1_000_000, using: &self)].randomElement(using: &self) ?? 0)
    case 3:
      return .number(
        ([0.5, -1e300, .leastNonzeroMagnitude, 1e21] + [Double.random(in: -1...1, using: &self)]).randomElement(
          using: &self) ?? 0)
    case 4, 5: return .string(string())
    case 6: return .sequence((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth - 1) })
    default:
      var mapping = Mapping()
      for _ in 0..<Int.random(in: 0...5, using: &self) { mapping[string()] = value(depth: depth - 1) }
      return .mapping(mapping)
    }
  }

  /// A string of parts that YAML and JSON might take for something else.
  mutating func string() -> String {
    let parts = [
      "a", "b", "c", "key", " ", "  ", "\n", "\n\n", "\t", ":", ": ", " #", "- ", "-", "---", "...", "?", "\"", "'",
      "\\",
      "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "%", "@", "`", "<<", "=", "~", "null", "true", "yes", "No",
      "on",
      "0", "1", "0644", "0x1F", "1e3", "1_0", "1:30", ".5", ".inf", "é", "中文", "😀", "\u{0}", "\u{7F}", "\u{85}",
      "\u{2028}", "\u{FEFF}", "\u{FFFD}", "\r", "\r\n", "y", "line one\nline two\n", " x\ny", "x \ny",
    ]
    return (0..<Int.random(in: 0...3, using: &self)).map { _ in parts.randomElement(using: &self) ?? "" }.joined()
  }

  /// Changes, removes or doubles a few bytes.
  mutating func damage(_ bytes: inout [UInt8]) {
    for _ in 0..<Int.random(in: 1...6, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: bytes.indices, using: &self)
      switch Int.random(in: 0..<4, using: &self) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes[place] = Array("\"\\{}[],:-eu \n&*".utf8).randomElement(using: &self) ?? 0
      case 2: bytes.removeSubrange(place..<min(place + 3, bytes.count))
      default: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: place)
      }
    }
  }
}
