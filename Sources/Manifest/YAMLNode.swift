package import Platform

/// A YAML value that knows where it stands.
///
/// Settings files are read as nodes, so that a wrong value can be reported at its line.
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
  /// Line of its first character, from one.
  package var line: Int
  /// Column of its first character, from one.
  package var column: Int

  /// The node under `key`, or `nil` when this is not a mapping or has no such key.
  package subscript(key: String) -> YAMLNode? {
    guard case .mapping(let pairs) = content else { return nil }
    return pairs.last { $0.key.text == key }?.value
  }

  /// The text of a scalar.
  package var text: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// The node without its places, scalars resolved as the YAML library of Kubernetes and helm does it.
  package var value: Value {
    switch content {
    case .scalar(let text, isQuoted: true): .string(text)
    case .scalar(let text, isQuoted: false): YAML.resolve(text)
    case .sequence(let nodes): .sequence(nodes.map(\.value))
    case .mapping(let pairs): .mapping(Self.mapping(pairs))
    }
  }

  private static func mapping(_ pairs: [Pair]) -> Mapping {
    // No key comes twice: the reader keeps the last.
    Mapping(pairs.map { Mapping.Pair(key: $0.key.name, value: $0.value.value) })
  }

  /// The node as a key of JSON: `yes` is `true` there, and `0x10` is `16`.
  var name: String {
    switch value {
    case .string(let text): text
    case .number(let number) where !number.isFinite: text ?? ""
    case .number(let number) where number == number.rounded() && abs(number) < 1e6: String(Int(number))
    case let value: JSON.text(value)
    }
  }

  /// A mistake at this node.
  package func mistake(_ problem: Sentence) -> SyntaxError {
    SyntaxError(line: line, column: column, problem: problem)
  }
}
