import Glibc

/// Random numbers that come again with the same seed (SplitMix64).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// True once in `count` times.
  mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  mutating func upTo(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &self) }
}

/// How many seeds are tried: `KSX_SEEDS` says it for long runs, and `KSX_SEED` asks for one alone, so
/// that one that failed can be run again.
enum Seeds {
  static func some(_ count: Int) -> [UInt64] {
    if let one = number("KSX_SEED") { return [one] }
    return Array(0..<(number("KSX_SEEDS") ?? UInt64(count)))
  }

  /// Whether somebody has time.
  static var isLong: Bool { (number("KSX_SEEDS") ?? 0) > 1_000 }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}
