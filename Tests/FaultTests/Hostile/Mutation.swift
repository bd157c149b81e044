import TestSupport

/// Damages texts as an enemy would, or a bad disk.
struct Mutation {
  var dice: Dice

  init(seed: UInt64) { dice = Dice(seed: seed) }

  /// Things that readers stumble over.
  private static let traps: [String] = [
    "\0", "\r", "\t", "\u{1B}[31m", "\u{85}", "\u{2028}", "\u{FEFF}", "{", "[", "}", "]", ":", ": ", "- ", "? ", "|\n",
    ">\n",
    "&a ", "*a", "<<: ", "<<: *a", "!!binary ", "!!int ", "!x ", "%YAML 9.9\n---\n", "---\n", "...\n", "'", "\"", "\\",
    "\\u",
    "\\ud800", "#", "~", "null", "[]", "{}", "true", "1e999", "-", "9223372036854775808", "0x",
    "0777777777777777777777777",
    String(repeating: "9", count: 400), String(repeating: "[", count: 2_000), String(repeating: "{a: ", count: 2_000),
    String(repeating: "{\"a\":", count: 2_000), String(repeating: "a", count: 5_000),
    String(repeating: "&a *a ", count: 100),
    "\u{202E}", "e\u{301}", "😀", "\u{D7FF}", "\u{10FFFF}",
  ]

  /// `text` with one to five things wrong with it.
  mutating func damaged(_ text: [UInt8]) -> [UInt8] {
    var bytes = text
    for _ in 0...dice.upTo(4) where !bytes.isEmpty { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let place = dice.upTo(bytes.count - 1)
    switch dice.upTo(9) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
    case 1: bytes[place] ^= UInt8(1 << dice.upTo(7))
    case 2: bytes.removeSubrange(place..<min(place + 1 + dice.upTo(40), bytes.count))
    case 3: bytes.insert(contentsOf: bytes[place..<min(place + 1 + dice.upTo(80), bytes.count)], at: place)
    case 4: bytes.removeSubrange(place...)
    case 5: replaceScalar(&bytes, near: place)
    case 6: repeatLine(&bytes, near: place)
    default: bytes.insert(contentsOf: Array((Self.traps.randomElement(using: &dice) ?? "").utf8), at: place)
    }
  }

  /// What follows a colon becomes something else.
  private mutating func replaceScalar(_ bytes: inout [UInt8], near place: Int) {
    guard let colon = bytes[place...].firstIndex(of: UInt8(ascii: ":")) else { return }
    let end =
      bytes[colon...].firstIndex { $0 == 10 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") } ?? bytes.count
    let trap = Array((" " + (Self.traps.randomElement(using: &dice) ?? "")).utf8)
    bytes.replaceSubrange(min(colon + 1, bytes.count)..<max(end, min(colon + 1, bytes.count)), with: trap)
  }

  private mutating func repeatLine(_ bytes: inout [UInt8], near place: Int) {
    guard let end = bytes[place...].firstIndex(of: 10) else { return }
    let start = bytes[..<place].lastIndex(of: 10).map { $0 + 1 } ?? 0
    bytes.insert(contentsOf: bytes[start...end], at: start)
  }
}

extension String {
  /// Whether a terminal could take a part of it for an order.
  var isHarmless: Bool {
    unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
  }
}
