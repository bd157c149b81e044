/// Which labels an object must have, as in `app=web,tier in (front, back),!old,priority>3`.
package struct LabelSelector: Hashable, Sendable {
  private enum Requirement: Hashable, Sendable {
    case exists(String)
    case absent(String)
    case isIn(String, Set<String>)
    case isNotIn(String, Set<String>)
    case isAbove(String, Int64)
    case isBelow(String, Int64)
  }

  private var requirements: [Requirement] = []

  package var isEmpty: Bool { requirements.isEmpty }

  package init() {}

  package init(_ text: String) throws(Status) {
    let parts = Self.split(text)
    if parts == [""] { return }
    for part in parts { requirements.append(try Self.requirement(part)) }
  }

  package func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { requirement in
      switch requirement {
      case .exists(let key): labels[key] != nil
      case .absent(let key): labels[key] == nil
      case .isIn(let key, let values): labels[key].map(values.contains) ?? false
      case .isNotIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
      // A value that is not an integer matches neither.
      case .isAbove(let key, let limit): labels[key].flatMap { Int64($0) }.map { $0 > limit } ?? false
      case .isBelow(let key, let limit): labels[key].flatMap { Int64($0) }.map { $0 < limit } ?? false
      }
    }
  }

  /// Splits at commas outside parentheses.
  private static func split(_ text: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var isInside = false
    for character in text {
      if character == "," && !isInside {
        parts.append(part)
        part = ""
      } else {
        if character == "(" { isInside = true }
        if character == ")" { isInside = false }
        part.append(character)
      }
    }
    parts.append(part)
    return parts.map(trimmed)
  }

  private static func requirement(_ text: String) throws(Status) -> Requirement {
    if let sides = sides(of: text, at: "!=") { return .isNotIn(try key(sides.0), [try value(sides.1)]) }
    if let sides = sides(of: text, at: "==") ?? sides(of: text, at: "=") {
      return .isIn(try key(sides.0), [try value(sides.1)])
    }
    if let sides = sides(of: text, at: ">") { return .isAbove(try key(sides.0), try number(sides.1)) }
    if let sides = sides(of: text, at: "<") { return .isBelow(try key(sides.0), try number(sides.1)) }
    if text.hasPrefix("!") { return .absent(try key(trimmed(String(text.dropFirst())))) }
    guard let opening = text.firstIndex(of: "(") else { return .exists(try key(text)) }
    let words = text[..<opening].split(separator: " ")
    guard words.count == 2, text.hasSuffix(")") else { throw mistake(text) }
    let inner = text[text.index(after: opening)...].dropLast()
    var values: Set<String> = []
    for part in inner.split(separator: ",", omittingEmptySubsequences: false) {
      values.insert(try value(trimmed(String(part))))
    }
    switch words[1] {
    case "in": return .isIn(try key(String(words[0])), values)
    case "notin": return .isNotIn(try key(String(words[0])), values)
    default: throw mistake(text)
    }
  }

  private static func sides(of text: String, at sign: String) -> (String, String)? {
    let bytes = Array(text.utf8)
    let pattern = Array(sign.utf8)
    guard bytes.count >= pattern.count, !text.contains("(") else { return nil }
    for start in 0...(bytes.count - pattern.count) where Array(bytes[start..<(start + pattern.count)]) == pattern {
      let left = String(decoding: bytes[..<start], as: UTF8.self)
      let right = String(decoding: bytes[(start + pattern.count)...], as: UTF8.self)
      return (trimmed(left), trimmed(right))
    }
    return nil
  }

  private static func key(_ text: String) throws(Status) -> String {
    guard Syntax.isLabelKey(text) else { throw mistake(text) }
    return text
  }

  private static func value(_ text: String) throws(Status) -> String {
    guard Syntax.isLabelValue(text) else { throw mistake(text) }
    return text
  }

  private static func number(_ text: String) throws(Status) -> Int64 {
    guard let number = Int64(try value(text)) else {
      throw .badRequest("unable to parse requirement: for 'Gt', 'Lt' operators, the value must be an integer")
    }
    return number
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }

  private static func mistake(_ text: String) -> Status {
    .badRequest(
      "unable to parse requirement: found '\(text)', expected a label, and =, ==, !=, in, notin, <, > or nothing")
  }
}
