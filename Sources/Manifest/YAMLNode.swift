package import Platform

/// A YAML value with its place in the text.
///
/// Settings files are parsed into nodes, so that an error can be reported at its line.
package struct YAMLNode: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    /// A scalar as written; quoted ones are always strings.
    case scalar(String, isQuoted: Bool)
    case sequence([YAMLNode])
    case mapping([Pair])
  }

  package struct Pair: Hashable, Sendable {
    package var key: YAMLNode
    package var value: YAMLNode
  }

  package var content: Content
  /// Whether it stands elsewhere, and an alias or a merge repeats it here; `line` and `column` are where it stands.
  package var isRepeated = false
  /// Line of its first character, from one.
  package var line: Int
  /// Column of its first character, from one.
  package var column: Int

  /// The node under `key`; `nil` if this is not a mapping or has no such key.
  package subscript(key: String) -> YAMLNode? {
    guard case .mapping(let pairs) = content else { return nil }
    return pairs.last { $0.key.text == key }?.value
  }

  /// The text of a scalar.
  package var text: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// The node without its places; scalars are resolved as in the YAML library of Kubernetes and helm.
  package var value: Value {
    switch content {
    case .scalar(let text, isQuoted: true): .string(text)
    case .scalar(let text, isQuoted: false): YAML.resolve(text)
    case .sequence(let nodes): .sequence(nodes.map(\.value))
    case .mapping(let pairs): .mapping(Self.mapping(pairs))
    }
  }

  private static func mapping(_ pairs: [Pair]) -> Mapping {
    // No key is repeated: the reader keeps the last value.
    Mapping(pairs.map { Mapping.Pair(key: $0.key.name, value: $0.value.value) })
  }

  /// The node as a key in JSON: `yes` becomes `true`, and `0x10` becomes `16`.
  var name: String {
    switch value {
    case .string(let text): text
    case .number(let number) where !number.isFinite: text ?? ""
    case .number(let number) where number == number.rounded() && abs(number) < 1e6: String(Int(number))
    case let value: JSON.text(value)
    }
  }

  /// An error at this node.
  package func mistake(_ problem: Sentence) -> SyntaxError {
    SyntaxError(line: line, column: column, problem: problem)
  }
}
