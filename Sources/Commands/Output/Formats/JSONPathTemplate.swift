import Manifest

/// A template of `-o jsonpath=`: text, and in braces what is taken from a document.
///
/// It means what it means to kubectl 1.32 (`kubectlPrintsTheSame`); only the order of keys, which is none there, is that
/// of the document.
struct JSONPathTemplate: Hashable, Sendable {
  /// A step to what is wanted.
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
    /// `range`, `end`, or something that means nothing.
    case word(String)
  }

  /// `[FIRST:END:STEP]`; an index alone is a slice of one.
  struct Slice: Hashable, Sendable {
    var first: Int?
    var end: Int?
    var step: Int?
    /// The end follows from an index that stands alone.
    var isOne = false
  }

  /// `[?(LEFT OPERATOR RIGHT)]`; without an operator what is on the left must be there.
  struct Filter: Hashable, Sendable {
    var left: [Node]
    var comparison: String?
    var right: [Node]
  }

  /// What stands outside of braces, or in one pair of them.
  enum Part: Hashable, Sendable {
    case text(String)
    case action([Node])
  }

  let parts: [Part]

  init(_ text: String) throws(JSONPathError) {
    var parser = JSONPathParser(text)
    parts = try parser.parts()
  }

  /// A place as columns and sorting name it, where braces and the first dot may be left out.
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

/// What is wrong with a template, or with what it is applied to, in kubectl's words.
struct JSONPathError: Error, Hashable {
  let text: String

  init(_ text: String) { self.text = text }
}
