/// Durations as users type them: numbers, each with its unit.
package enum DurationText {
  /// The units of Go's durations that are whole seconds.
  package static let goUnits: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
  /// The same with days and weeks.
  package static let longUnits = goUnits.merging(["d": 86_400, "w": 604_800]) { $1 }

  /// The seconds of `1m30s`, `2h` and the like; `nil` if a number or its unit is missing.
  package static func seconds(_ text: some StringProtocol, units: [Character: Int]) -> Int? {
    var total = 0
    var digits = ""
    for character in text {
      if character.isASCII, character.isNumber {
        digits.append(character)
      } else {
        guard let number = Int(digits), number < 1 << 31, let unit = units[character] else { return nil }
        total += number * unit
        digits = ""
      }
    }
    return digits.isEmpty && !text.isEmpty ? total : nil
  }
}
