import Manifest

/// A template of `-o jsonpath=`: text with expressions in braces.
///
/// It works as in kubectl 1.32 (`kubectlPrintsTheSame`), except that keys are in the order of the document, where
/// kubectl has none.
struct JSONPathTemplate: Hashable, Sendable {
  /// A step of an expression.
  indirect enum Node: Hashable, Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case bool(Bool)
    case field(String)
    case elements(Slice)
    case wildcard
    case descent
    case union([[Node]])
    case filter(Filter)
    /// `range`, `end`, or an unknown identifier.
    case word(String)
  }

  /// `[FIRST:END:STEP]`; an index is a slice of one element.
  struct Slice: Hashable, Sendable {
    var first: Int?
    var end: Int?
    var step: Int?
    /// Whether it is an index, from which `end` is derived.
    var isOne = false
  }

  /// `[?(LEFT OPERATOR RIGHT)]`; without an operator, the left side must exist.
  struct Filter: Hashable, Sendable {
    var left: [Node]
    var comparison: String?
    var right: [Node]
  }

  /// Text outside of braces, or the expression in a pair of braces.
  enum Part: Hashable, Sendable {
    case text(String)
    case action([Node])
  }

  let parts: [Part]

  init(_ text: String) throws(JSONPathError) {
    var parser = JSONPathParser(text)
    parts = try parser.parts()
  }

  /// A path as columns and sorting take it: braces and the first dot are optional.
  init(relaxed text: String) throws(JSONPathError) {
    var inner = text[...]
    if inner.hasPrefix("{"), inner.hasSuffix("}") { inner = inner.dropFirst().dropLast() }
    if inner.hasPrefix(".") { inner = inner.dropFirst() }
    guard !inner.contains("{"), !inner.contains("}") else {
      throw JSONPathError(
        "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'")
    }
    try self.init("{.\(inner)}")
  }
}

/// An error in a template or in its evaluation, in the words of kubectl.
struct JSONPathError: Error, Hashable {
  let text: String

  init(_ text: String) { self.text = text }
}
