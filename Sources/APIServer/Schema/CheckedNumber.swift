/// Numbers with a check digit; blanks and hyphens in them are ignored.
enum CheckedNumber {
  /// ISO 2108 in its former form: ten digits, the last of which may be X.
  static func isISBN10(_ text: String) -> Bool {
    guard var digits = digits(in: text.last == "X" ? String(text.dropLast()) : text) else { return false }
    if text.last == "X" { digits.append(10) }
    return digits.count == 10 && sum(digits) { 10 - $0 }.isMultiple(of: 11)
  }

  /// ISO 2108: thirteen digits.
  static func isISBN13(_ text: String) -> Bool {
    guard let digits = digits(in: text) else { return false }
    return digits.count == 13 && sum(digits) { $0.isMultiple(of: 2) ? 1 : 3 }.isMultiple(of: 10)
  }

  /// Luhn's check (ISO/IEC 7812).
  static func isCard(_ text: String) -> Bool {
    guard let digits = digits(in: text) else { return false }
    let last = digits.count - 1
    let total = digits.enumerated().reduce(0) { total, digit in
      let doubled = (last - digit.offset).isMultiple(of: 2) ? digit.element : digit.element * 2
      return total + (doubled > 9 ? doubled - 9 : doubled)
    }
    return total.isMultiple(of: 10)
  }

  private static func digits(in text: String) -> [Int]? {
    var digits: [Int] = []
    for byte in text.utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
      guard (48...57).contains(byte) else { return nil }
      digits.append(Int(byte) - 48)
    }
    return digits.isEmpty ? nil : digits
  }

  private static func sum(_ digits: [Int], weight: (Int) -> Int) -> Int {
    digits.enumerated().reduce(0) { $0 + $1.element * weight($1.offset) }
  }
}
