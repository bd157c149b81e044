/// The counts of a repetition in a regular expression in Go's syntax: `{2}`, `{2,}`, `{2,5}`.
package struct RepeatCounts: Hashable, Sendable {
  /// The most repetitions that Go takes, of one part and of all parts around it together.
  package static let limit = 1000

  package let lower: Int
  /// `nil` for as many as match.
  package let upper: Int?
  /// The number of characters of the counts with their braces.
  package let length: Int

  /// Reads the counts with which `text` begins; `nil` if its brace begins no repetition, and is a literal.
  package init?(_ text: ArraySlice<Unicode.Scalar>) {
    guard text.first == "{" else { return nil }
    var rest = text.dropFirst()
    guard let lower = Self.number(&rest) else { return nil }
    var upper: Int? = lower
    if rest.first == "," {
      rest = rest.dropFirst()
      if rest.first == "}" {
        upper = nil
      } else {
        guard let number = Self.number(&rest) else { return nil }
        upper = number
      }
    }
    guard rest.first == "}" else { return nil }
    (self.lower, self.upper, length) = (lower, upper, text.count - rest.count + 1)
  }

  /// Whether Go takes the counts; it reads also those that no number can hold.
  package var isValid: Bool {
    lower <= Self.limit && (upper.map { $0 <= Self.limit && $0 >= lower } ?? true)
  }

  /// The digits at the start of `text`, at most one more than `limit`; `nil` if there are none, or a needless zero.
  private static func number(_ text: inout ArraySlice<Unicode.Scalar>) -> Int? {
    let digits = text.prefix { ("0"..."9").contains($0) }
    guard let first = digits.first, digits.count == 1 || first != "0" else { return nil }
    text = text.dropFirst(digits.count)
    return digits.reduce(0) { min(limit + 1, $0 * 10 + Int($1.value - 48)) }
  }
}
