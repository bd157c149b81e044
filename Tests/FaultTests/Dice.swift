import Glibc
import TestSupport

/// Random numbers that come again with the same seed.
struct Dice: RandomNumberGenerator {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func next() -> UInt64 { random.next() }

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
