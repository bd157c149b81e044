import Manifest

/// Formats values as Go's `fmt` and `encoding/json` do, for the output formats that users know from kubectl.
enum GoText {
  /// As a template prints a result: mappings, lists and null as JSON.
  static func shown(_ value: Value) -> String {
    switch value {
    case .mapping, .sequence, .null: json(value)
    default: plain(value)
    }
  }

  /// As `%v`: `map[a:1 b:[x y]]`.
  static func plain(_ value: Value) -> String {
    switch value {
    case .null: "<nil>"
    case .bool(let bool): bool ? "true" : "false"
    case .integer(let integer): String(integer)
    case .number(let number): Digits(number).text(longest: 6)
    case .string(let text): text
    case .sequence(let all): "[" + all.map(plain).joined(separator: " ") + "]"
    case .mapping(let mapping):
      "map[" + sorted(mapping).map { "\($0.key):\(plain($0.value))" }.joined(separator: " ") + "]"
    }
  }

  /// As `json.Marshal`: keys are sorted, and characters with a meaning in HTML are escaped.
  static func json(_ value: Value) -> String {
    switch value {
    case .number(let number): Digits(number).text(longest: 21, isShort: true)
    case .string(let text): quoted(text)
    case .sequence(let all): "[" + all.map(json).joined(separator: ",") + "]"
    case .mapping(let mapping):
      "{" + sorted(mapping).map { "\(quoted($0.key)):\(json($0.value))" }.joined(separator: ",") + "}"
    default: JSON.text(value)
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in JSON.text(.string(text)).unicodeScalars {
      if "<>&\u{2028}\u{2029}".unicodeScalars.contains(scalar) {
        let digits = String(scalar.value, radix: 16)
        result.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func sorted(_ mapping: Mapping) -> [Mapping.Pair] {
    mapping.pairs.sorted { order($0.key, $1.key) < 0 }
  }

  /// Compares by bytes: negative, zero or positive.
  static func order(_ left: String, _ right: String) -> Int {
    if left.utf8.lexicographicallyPrecedes(right.utf8) { return -1 }
    return left.utf8.elementsEqual(right.utf8) ? 0 : 1
  }

  /// The Go type of a JSON value.
  static func type(_ value: Value) -> String {
    switch value {
    case .null: "nil"
    case .bool: "bool"
    case .integer: "int64"
    case .number: "float64"
    case .string: "string"
    case .sequence: "[]interface {}"
    case .mapping: "map[string]interface {}"
    }
  }
}

/// The shortest decimal digits of a number, and the position of its decimal point.
private struct Digits {
  private var digits: [Character]
  /// How many of the digits, with added zeros if need be, precede the point.
  private var point: Int
  private let isNegative: Bool

  init(_ number: Double) {
    let parts = number.magnitude.description.split(separator: "e")
    let halves = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let (whole, fraction) = (halves.first ?? "", halves.count > 1 ? halves[1] : "")
    point = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    digits = Array(whole + fraction)
    while digits.first == "0" {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == "0" { digits.removeLast() }
    if digits.isEmpty { point = 1 }
    isNegative = number.sign == .minus
  }

  /// With an exponent if more than `longest` digits would precede the point, or many zeros would follow it.
  func text(longest: Int, isShort: Bool = false) -> String {
    let sign = isNegative ? "-" : ""
    if digits.isEmpty { return sign + "0" }
    let exponent = point - 1
    let least = isShort ? -6 : -4
    guard exponent < least || exponent >= longest else { return sign + plain }
    let rest = digits.count > 1 ? "." + String(digits.dropFirst()) : ""
    let size = String(exponent.magnitude)
    let padded = size.count < 2 && !(isShort && exponent < 0) ? "0" + size : size
    return "\(sign)\(digits[0])\(rest)e\(exponent < 0 ? "-" : "+")\(padded)"
  }

  private var plain: String {
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + String(digits) }
    if point >= digits.count { return String(digits) + String(repeating: "0", count: point - digits.count) }
    return String(digits[..<point]) + "." + String(digits[point...])
  }
}
