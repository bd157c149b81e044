import Glibc

/// Random numbers that come again with the same seed.
package struct Dice: RandomNumberGenerator, Sendable {
  private var random: SeededGenerator

  /// The numbers of `seed`.
  package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  package mutating func next() -> UInt64 { random.next() }

  /// True once in `count` times.
  package mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  /// A number from 0 to `limit`.
  package mutating func upTo(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &self) }
}

/// How many seeds are tried: `KSX_SEEDS` says it for long runs, and `KSX_SEED` asks for one alone, so
/// that one that failed can be run again.
package enum Seeds {
  /// The first `count` seeds, or those that the environment asks for.
  package static func some(_ count: Int) -> [UInt64] {
    if let one = number("KSX_SEED") { return [one] }
    return Array(0..<(number("KSX_SEEDS") ?? UInt64(count)))
  }

  /// Whether this is a long run.
  package static var isLong: Bool { (number("KSX_SEEDS") ?? 0) > 1_000 }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}
