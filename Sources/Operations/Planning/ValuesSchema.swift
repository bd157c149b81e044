package import Manifest
package import Platform

/// A chart's `values.schema.json`, with the keywords that ksx checks.
///
/// helm refuses values that violate the schema before it sends anything. Types, required keys, forbidden keys,
/// enumerations and limits are checked. Patterns, formats and combinations are left to helm, and reported as
/// `unsupportedKeywords`.
package struct ValuesSchema: Hashable, Sendable {
  private let root: Value
  /// Keywords in the schema that are not checked here.
  package private(set) var unsupportedKeywords: [String] = []

  package init?(_ text: String) {
    guard let value = try? JSON.parse(Array(text.utf8)), value.mapping != nil else { return nil }
    root = value
    unsupportedKeywords = Self.words(in: value).intersection(Self.others).sorted()
  }

  private static let others: Set<String> = [
    "pattern", "format", "oneOf", "anyOf", "allOf", "not", "if", "$ref", "patternProperties", "dependencies",
  ]

  private static func words(in value: Value) -> Set<String> {
    switch value {
    case .mapping(let mapping):
      mapping.pairs.reduce(into: Set(mapping.keys)) { $0.formUnion(words(in: $1.value)) }
    case .sequence(let all): all.reduce(into: Set()) { $0.formUnion(words(in: $1)) }
    default: []
    }
  }

  /// Why helm would refuse `values`, which are already merged with the chart's defaults.
  package func violations(in values: Value) -> [Sentence] { Self.violations(root, values, at: "") }

  private static func violations(_ schema: Value, _ value: Value, at path: String) -> [Sentence] {
    let name = path.isEmpty ? "the config" : Sentence(verbatim: path)
    var found: [Sentence] = []
    if let types = types(schema), !types.contains(where: { isOf($0, value) }) {
      return ["\(name) must be \(types.joined(separator: " or ")), says the chart's schema"]
    }
    if let choices = schema["enum"]?.sequence, !choices.contains(value) {
      found.append("\(name) must be one of \(choices.map(JSON.text).joined(separator: ", "))")
    }
    found += limits(schema, value, name)
    switch value {
    case .mapping(let mapping): found += keys(schema, mapping, at: path)
    case .sequence(let all):
      if let items = schema["items"], items.mapping != nil {
        found += all.enumerated().flatMap { violations(items, $1, at: "\(path)[\($0)]") }
      }
    default: break
    }
    return found
  }

  private static func keys(_ schema: Value, _ mapping: Mapping, at path: String) -> [Sentence] {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    let required = schema["required"]?.sequence?.compactMap(\.string) ?? []
    var found: [Sentence] = required.filter { mapping[$0] == nil }.map {
      "\(below($0)) is required by the chart's schema"
    }
    let known = schema["properties"]
    for pair in mapping.pairs {
      if let own = known?[pair.key] {
        found += violations(own, pair.value, at: below(pair.key))
      } else if schema["additionalProperties"] == false, schema["patternProperties"] == nil {
        let names = known?.mapping?.keys ?? []
        found.append(
          "\(below(pair.key)) is not allowed by the chart's schema\(suggestionSentence(for: pair.key, among: names))")
      }
    }
    return found
  }

  private static func limits(_ schema: Value, _ value: Value, _ name: Sentence) -> [Sentence] {
    let amount: (Double, String)? =
      switch value {
      case .integer(let number): (Double(number), "imum")
      case .number(let number): (number, "imum")
      case .string(let text): (Double(text.unicodeScalars.count), "Length")
      case .sequence(let all): (Double(all.count), "Items")
      default: nil
      }
    guard let (size, word) = amount else { return [] }
    let isLength = word != "imum"
    var found: [Sentence] = []
    if let least = number(schema["min\(word)"]), size < least {
      found.append(
        isLength
          ? "\(name) must have a length of at least \(text(least))" : "\(name) must be at least \(text(least))")
    }
    if let most = number(schema["max\(word)"]), size > most {
      found.append(
        isLength ? "\(name) must have a length of at most \(text(most))" : "\(name) must be at most \(text(most))")
    }
    return found
  }

  private static func number(_ value: Value?) -> Double? {
    switch value {
    case .integer(let number)?: Double(number)
    case .number(let number)?: number
    default: nil
    }
  }

  private static func text(_ number: Double) -> String {
    Int(exactly: number).map { String($0) } ?? String(number)
  }

  private static func types(_ schema: Value) -> [String]? {
    if let one = schema["type"]?.string { return [one] }
    return schema["type"]?.sequence?.compactMap(\.string)
  }

  private static func isOf(_ type: String, _ value: Value) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .number),
      ("string", .string), ("array", .sequence), ("object", .mapping):
      true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }
}
