/// Durations as Go's `time.ParseDuration` parses them: `1h30m`, `45s`, `500ms`.
package enum GoDuration {
  private static let units: [String: Int64] = [
    "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
    "h": 3_600_000_000_000,
  ]

  /// `nil` if `text` is not a duration.
  package static func parse(_ text: String) -> Duration? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    if rest == "0" { return .zero }
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    while !rest.isEmpty {
      guard let part = part(&rest) else { return nil }
      let (sum, isTooLong) = total.addingReportingOverflow(part)
      if isTooLong { return nil }
      total = sum
    }
    return .nanoseconds(isNegative ? -total : total)
  }

  /// The same in whole seconds.
  package static func seconds(_ text: String) -> Int? { parse(text).map { Int($0.components.seconds) } }

  /// Consumes a number and its unit at the start of `rest`; returns the nanoseconds.
  private static func part(_ rest: inout Substring) -> Int64? {
    let whole = digits(&rest)
    var fraction = ""
    if rest.first == "." {
      rest = rest.dropFirst()
      fraction = digits(&rest)
    }
    let unit = rest.prefix { !isDigit($0) && $0 != "." }
    rest = rest.dropFirst(unit.count)
    guard let factor = units[String(unit)], !whole.isEmpty || !fraction.isEmpty else { return nil }
    guard let number = whole.isEmpty ? 0 : Int64(whole) else { return nil }
    let (product, isTooLong) = number.multipliedReportingOverflow(by: factor)
    let (sum, isStillTooLong) = product.addingReportingOverflow(nanoseconds(fraction, factor))
    return isTooLong || isStillTooLong ? nil : sum
  }

  /// The nanoseconds of the digits after the point; fractions of a nanosecond are dropped.
  private static func nanoseconds(_ fraction: String, _ factor: Int64) -> Int64 {
    let kept = fraction.prefix(18)
    let scale = kept.reduce(1.0) { scale, _ in scale * 10 }
    return Int64(Double(Int64(kept) ?? 0) * (Double(factor) / scale))
  }

  private static func digits(_ rest: inout Substring) -> String {
    let digits = rest.prefix(while: isDigit)
    rest = rest.dropFirst(digits.count)
    return String(digits)
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}
