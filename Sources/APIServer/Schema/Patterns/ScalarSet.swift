/// A class of characters in a regular expression.
struct ScalarSet: Hashable, Sendable {
  /// In order and apart, after `normalize`.
  private(set) var ranges: [ClosedRange<UInt32>]
  var isNegated = false
  /// Whether upper and lower case are the same.
  var ignoresCase = false

  init(_ ranges: ClosedRange<UInt32>...) { self.ranges = ranges }

  init(_ scalar: UInt32) { ranges = [scalar...scalar] }

  static let all = ScalarSet(0...0x10FFFF)
  static let digits = ScalarSet(48...57)
  static let word = ScalarSet(48...57, 65...90, 95...95, 97...122)
  static let space = ScalarSet(9...10, 12...13, 32...32)

  /// The set called `name` between `[:` and `:]`; `nil` if there is none.
  static func named(_ name: String) -> ScalarSet? {
    switch name {
    case "alnum": ScalarSet(48...57, 65...90, 97...122)
    case "alpha": ScalarSet(65...90, 97...122)
    case "ascii": ScalarSet(0...127)
    case "blank": ScalarSet(9...9, 32...32)
    case "cntrl": ScalarSet(0...31, 127...127)
    case "digit": digits
    case "graph": ScalarSet(33...126)
    case "lower": ScalarSet(97...122)
    case "print": ScalarSet(32...126)
    case "punct": ScalarSet(33...47, 58...64, 91...96, 123...126)
    case "space": ScalarSet(9...13, 32...32)
    case "upper": ScalarSet(65...90)
    case "word": word
    case "xdigit": ScalarSet(48...57, 65...70, 97...102)
    default: nil
    }
  }

  func contains(_ scalar: UInt32) -> Bool {
    (isInRange(scalar) || (ignoresCase && Self.otherCases(scalar).contains(where: isInRange))) != isNegated
  }

  /// Adds the characters of `other`, which may be negated.
  mutating func insert(_ other: ScalarSet) {
    guard other.isNegated else {
      ranges += other.ranges
      return
    }
    var next: UInt32 = 0
    for range in other.ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { ranges.append(next...range.lowerBound - 1) }
      next = max(next, range.upperBound + 1)
    }
    if next <= 0x10FFFF { ranges.append(next...0x10FFFF) }
  }

  /// Puts the ranges in order, and makes one of those that touch.
  mutating func normalize() {
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard let last = merged.last, range.lowerBound <= last.upperBound + 1 else {
        merged.append(range)
        continue
      }
      merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    }
    ranges = merged
  }

  private func isInRange(_ scalar: UInt32) -> Bool {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= scalar
  }

  private static func otherCases(_ scalar: UInt32) -> [UInt32] {
    guard let properties = Unicode.Scalar(scalar)?.properties else { return [] }
    return [properties.lowercaseMapping, properties.uppercaseMapping].compactMap { text in
      text.unicodeScalars.count == 1 ? text.unicodeScalars.first?.value : nil
    }
  }
}
