import KubernetesAPI
import Manifest

/// A path into an object, as in printer columns and subresources of definitions.
///
/// Supported is a part of kubectl's JSONPath: keys (`.spec.size`, `['a.b']`, `.a\.b`), indices from either end, `[*]`,
/// and `[?(@.type=="Ready")]`. Slices, unions and `..` are refused.
struct JSONPath: Hashable, Sendable {
  /// The path as written.
  let text: String
  private let steps: [Step]

  private enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
    case all
    case matching(keys: [String], value: Value, isEqual: Bool)
  }

  init(keys: [String]) {
    text = keys.map { "." + $0 }.joined()
    steps = keys.map(Step.key)
  }

  /// Reads `text`; `nil` if it is invalid or not supported.
  init?(_ text: String) {
    self.text = text
    guard text.hasPrefix(".") || text.hasPrefix("[") else { return nil }
    var (rest, steps) = (text[...], [Step]())
    while !rest.isEmpty {
      guard let step = Self.step(&rest) else { return nil }
      steps.append(step)
    }
    self.steps = steps
  }

  /// The keys of the path; `nil` if it has other steps.
  var keys: [String]? {
    let keys = steps.compactMap { step -> String? in
      guard case .key(let key) = step else { return nil }
      return key
    }
    return keys.count == steps.count ? keys : nil
  }

  /// The values that the path finds in `value`, in order.
  func values(in value: Value) -> [Value] {
    steps.reduce([value]) { values, step in values.flatMap { Self.follow(step, from: $0) } }
  }

  private static func follow(_ step: Step, from value: Value) -> [Value] {
    switch step {
    case .key(let key): return value[key].map { [$0] } ?? []
    case .index(let index):
      guard let items = value.sequence else { return [] }
      let position = index < 0 ? items.count + index : index
      return items.indices.contains(position) ? [items[position]] : []
    case .all: return value.sequence ?? value.mapping?.pairs.map(\.value) ?? []
    case .matching(let keys, let wanted, let isEqual):
      return (value.sequence ?? []).filter { item in
        item[path: keys].map { ($0 == wanted) == isEqual } ?? false
      }
    }
  }

  private static func step(_ rest: inout Substring) -> Step? {
    if rest.first == "[" { return bracket(&rest) }
    guard rest.popFirst() == "." else { return nil }
    if rest.first == "[" { return bracket(&rest) }
    if rest.first == "*" {
      rest.removeFirst()
      return .all
    }
    return key(&rest).map(Step.key)
  }

  /// A key up to the next dot or bracket; a backslash escapes a dot.
  private static func key(_ rest: inout Substring) -> String? {
    var key = ""
    while let letter = rest.first, letter != ".", letter != "[" {
      rest.removeFirst()
      guard letter == "\\" else {
        key.append(letter)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      key.append(escaped)
    }
    return key.isEmpty || key.contains(where: { "{}()?@'\" ".contains($0) }) ? nil : key
  }

  private static func bracket(_ rest: inout Substring) -> Step? {
    rest.removeFirst()
    guard let end = rest.firstIndex(of: "]") else { return nil }
    let inner = rest[..<end]
    rest = rest[rest.index(after: end)...]
    if inner == "*" { return .all }
    if let index = Int(inner) { return .index(index) }
    if inner.count > 2, let quote = inner.first, "'\"".contains(quote), inner.last == quote {
      return .key(String(inner.dropFirst().dropLast()))
    }
    guard inner.hasPrefix("?("), inner.hasSuffix(")") else { return nil }
    return filter(inner.dropFirst(2).dropLast())
  }

  /// Reads a filter such as `@.type=="Ready"`.
  private static func filter(_ text: Substring) -> Step? {
    for (word, isEqual) in [("==", true), ("!=", false)] {
      guard let range = text.firstRange(of: word) else { continue }
      let left = text[..<range.lowerBound].trimmed
      let right = text[range.upperBound...].trimmed
      guard left.hasPrefix("@"), let keys = JSONPath(String(left.dropFirst()))?.keys, let value = literal(right) else {
        return nil
      }
      return .matching(keys: keys, value: value, isEqual: isEqual)
    }
    return nil
  }

  private static func literal(_ text: Substring) -> Value? {
    if text.count >= 2, let quote = text.first, "'\"".contains(quote), text.last == quote {
      return .string(String(text.dropFirst().dropLast()))
    }
    return Int(text).map(Value.integer) ?? (text == "true" || text == "false" ? .bool(text == "true") : nil)
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
