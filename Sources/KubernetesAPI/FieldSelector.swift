/// Which values fields must have, as in `metadata.name=a,status.phase!=Running` (Kubernetes, "Field Selectors").
package struct FieldSelector: Hashable, Sendable {
  /// One term, such as `status.phase!=Running`.
  package struct Term: Hashable, Sendable {
    package var field: String
    package var value: String
    /// Whether the operator is `!=`.
    package var isNot: Bool

    /// Whether a field with the value `actual` satisfies this term.
    package func fits(_ actual: String) -> Bool { (actual == value) != isNot }
  }

  package private(set) var terms: [Term] = []

  package init() {}

  /// Parses `text`; in a value, a backslash escapes a comma, an equals sign or a backslash.
  package init(_ text: String) throws(Status) {
    for part in Self.split(text) where !part.isEmpty {
      guard let (field, isNot, value) = Self.sides(of: part), let value = Self.unescaped(value) else {
        throw .badRequest("invalid selector: '\(text)'; can't understand '\(part)'")
      }
      terms.append(Term(field: String(field), value: value, isNot: isNot))
    }
  }

  /// Splits at unescaped commas.
  private static func split(_ text: String) -> [Substring] {
    var (parts, start, isEscaped) = ([Substring](), text.startIndex, false)
    for index in text.indices {
      if !isEscaped, text[index] == "," {
        parts.append(text[start..<index])
        start = text.index(after: index)
      }
      isEscaped = !isEscaped && text[index] == "\\"
    }
    return parts + [text[start...]]
  }

  /// The field, the operator and the value of a term; `nil` without `=`, `==` or `!=`.
  private static func sides(of part: Substring) -> (field: Substring, isNot: Bool, value: Substring)? {
    guard let index = part.firstIndex(where: { "!=".contains($0) }) else { return nil }
    let rest = part[index...]
    for (sign, isNot) in [("!=", true), ("==", false), ("=", false)] where rest.hasPrefix(sign) {
      return (part[..<index], isNot, rest.dropFirst(sign.count))
    }
    return nil
  }

  private static func unescaped(_ text: Substring) -> String? {
    var (result, isEscaped) = ("", false)
    for character in text {
      if isEscaped {
        guard "\\,=".contains(character) else { return nil }
        result.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        guard character != "=" else { return nil }
        result.append(character)
      }
    }
    return isEscaped ? nil : result
  }
}
