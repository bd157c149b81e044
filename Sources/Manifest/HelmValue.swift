/// Values as helm 3.17 reads them after `--set` (`helmReadsTheSame` holds the pairs).
///
/// Two things differ, for here one word holds one value: a backslash outside of a list stands for itself, and `{}` is a
/// list without items.
package enum HelmValue {
  /// `true`, `false` and `null` in any case, a whole number that does not begin with a zero, and `{a,b}` for a list; all
  /// else is a text, so that a version such as `1.10` stays what it is.
  package static func value(_ text: String) -> Value {
    guard text.hasPrefix("{"), text.hasSuffix("}") else { return scalar(text) }
    let items = split(text.dropFirst().dropLast())
    return .sequence(items == [""] ? [] : items.map(scalar))
  }

  private static func scalar(_ text: String) -> Value {
    switch text.lowercased() {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "0": return 0
    default: break
    }
    guard !text.hasPrefix("0"), let number = Int(text) else { return .string(text) }
    return .integer(number)
  }

  /// A backslash keeps the comma after it, or itself.
  private static func split(_ text: Substring) -> [String] {
    var items = [""]
    var isEscaped = false
    for character in text {
      switch character {
      case _ where isEscaped:
        items[items.count - 1].append(character)
        isEscaped = false
      case "\\": isEscaped = true
      case ",": items.append("")
      default: items[items.count - 1].append(character)
      }
    }
    return items
  }
}
