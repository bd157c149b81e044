/// A sentence for a user as data: an English template with numbered placeholders, and their values.
///
/// It is written as a string literal where the reason is known, `"\(name) is not installed"`, and translated as a
/// whole, by its template `{0} is not installed`, only when it is drawn. Interpolated into a `String`, it is English.
package struct Sentence: Hashable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The value of a placeholder.
  package enum Argument: Sendable {
    case text(String)
    case sentence(Sentence)
    /// A sentence with a capital and a full stop.
    case fullSentence(Sentence)
  }

  /// The English text, with `{0}`, `{1}` and so on as placeholders.
  package let template: String
  /// The values of the placeholders; `nil` for the text of an object, a user or a server, which is not translated.
  package let arguments: [Argument]?

  private init(template: String, arguments: [Argument]?) {
    self.template = template
    self.arguments = arguments
  }

  /// A text that is not translated.
  package init(verbatim text: String) { self.init(template: text, arguments: nil) }

  package init(stringLiteral text: String) { self.init(template: text, arguments: []) }

  package init(stringInterpolation parts: Parts) {
    self.init(template: parts.template, arguments: parts.arguments)
  }

  /// `template` with the names in its braces, such as `{version}`, replaced by `values`.
  package init(_ template: String, named values: (String) -> String) {
    let (numbered, names) = Self.numbered(template)
    self.init(template: numbered, arguments: names.map { .text(values($0)) })
  }

  /// The English text, for commands, JSON and logs.
  package var english: String { rendered { $0 } }
  package var description: String { english }
  package var isEmpty: Bool { template.isEmpty }

  /// The sentence in another language; `translation` returns the translated template.
  package func rendered(_ translation: (String) -> String) -> String {
    guard let arguments else { return template }
    let words = translation(template)
    if arguments.isEmpty { return words }
    let values = arguments.map { argument in
      switch argument {
      case .text(let text): text
      case .sentence(let sentence): sentence.rendered(translation)
      case .fullSentence(let sentence): Self.fullSentence(sentence.rendered(translation), translation)
      }
    }
    return Self.filled(words, values)
  }

  /// The sentence with each inserted text changed by `change`.
  package func changingTexts(_ change: (String) -> String) -> Sentence {
    guard let arguments else { return Sentence(verbatim: change(template)) }
    return Sentence(
      template: template,
      arguments: arguments.map { argument in
        switch argument {
        case .text(let text): .text(change(text))
        case .sentence(let sentence): .sentence(sentence.changingTexts(change))
        case .fullSentence(let sentence): .fullSentence(sentence.changingTexts(change))
        }
      })
  }

  /// The sentence with a capital and a full stop, to be used alone.
  package var asFullSentence: Sentence { Sentence(template: "{0}", arguments: [.fullSentence(self)]) }

  private static func fullSentence(_ text: String, _ translation: (String) -> String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : translation("."))
  }

  package static func == (left: Sentence, right: Sentence) -> Bool { left.english == right.english }
  package func hash(into hasher: inout Hasher) { hasher.combine(english) }
}

extension Sentence {
  /// The parts of a literal.
  package struct Parts: StringInterpolationProtocol {
    fileprivate var template = ""
    fileprivate var arguments: [Argument] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      template.reserveCapacity(literalCapacity + 3 * interpolationCount)
      arguments.reserveCapacity(interpolationCount)
    }

    package mutating func appendLiteral(_ text: String) { template += text }

    package mutating func appendInterpolation(_ sentence: Sentence) { append(.sentence(sentence)) }

    package mutating func appendInterpolation<Value>(_ value: Value) { append(.text("\(value)")) }

    private mutating func append(_ argument: Argument) {
      template += "{\(arguments.count)}"
      arguments.append(argument)
    }
  }

  /// `template` with `values` for its numbered placeholders; braces within a value are not placeholders.
  package static func filled(_ template: String, _ values: [String]) -> String {
    replacingPlaceholders(of: template) { word in Int(word).flatMap { values.indices.contains($0) ? values[$0] : nil } }
  }

  /// `template` with numbers instead of the names in its braces, and those names.
  package static func numbered(_ template: String) -> (template: String, names: [String]) {
    var names: [String] = []
    let numbered = replacingPlaceholders(of: template) { name in
      names.append(name)
      return "{\(names.count - 1)}"
    }
    return (numbered, names)
  }

  /// `template` with each placeholder replaced by the result of `value`; `nil` keeps it.
  private static func replacingPlaceholders(of template: String, _ value: (String) -> String?) -> String {
    var (result, rest) = ("", template[...])
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let inner = rest[rest.index(after: open)...]
      if let close = inner.firstIndex(of: "}"), let word = value(String(inner[..<close])) {
        result += word
        rest = inner[inner.index(after: close)...]
      } else {
        result += "{"
        rest = inner
      }
    }
    return result + rest
  }
}

extension Sequence<Sentence> {
  /// All sentences, joined by `separator`: two at a time, so that one translation is enough for lists of any length.
  package func joined(separator: String) -> Sentence {
    var all: Sentence?
    for sentence in self {
      var parts = Sentence.Parts(literalCapacity: separator.count, interpolationCount: 2)
      if let all {
        parts.appendInterpolation(all)
        parts.appendLiteral(separator)
      }
      parts.appendInterpolation(sentence)
      all = Sentence(stringInterpolation: parts)
    }
    return all ?? ""
  }
}
