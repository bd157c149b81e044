/// Durations as Go writes them: `1h30m`, `45s`, `500ms`.
package enum GoDuration {
  /// Whole seconds, or `nil` when `text` is no duration.
  package static func seconds(_ text: String) -> Int? {
    let units = ["h": 3600.0, "m": 60, "s": 1, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9]
    var rest = text[...]
    var total = 0.0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      let unit = rest.dropFirst(digits.count).prefix { !$0.isNumber && $0 != "." }
      guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
      total += number * factor
      rest = rest.dropFirst(digits.count + unit.count)
    }
    return total < 1e9 ? Int(total) : nil
  }
}
