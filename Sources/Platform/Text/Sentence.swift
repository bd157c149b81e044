/// A sentence for a user as data: its English with numbered places, and what stands in them.
///
/// It is made as a string literal where the reason is known, `"\(name) is not installed"`, and is put into another
/// language as a whole, by its template `{0} is not installed`, only where it is painted. In a string it is English.
package struct Sentence: Hashable, Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// What stands in a place.
  package enum Argument: Sendable {
    case text(String)
    case sentence(Sentence)
    /// With a capital and a full stop.
    case whole(Sentence)
  }

  /// The English, with `{0}`, `{1}` and so on for what is filled in.
  package let template: String
  /// What is filled in; `nil` where the words are those of an object, a user or a server, and are not put into another language.
  package let arguments: [Argument]?

  private init(template: String, arguments: [Argument]?) {
    self.template = template
    self.arguments = arguments
  }

  /// Words that are the same in every language.
  package init(verbatim text: String) { self.init(template: text, arguments: nil) }

  package init(stringLiteral text: String) { self.init(template: text, arguments: []) }

  package init(stringInterpolation parts: Parts) {
    self.init(template: parts.template, arguments: parts.arguments)
  }

  /// `template` with what stands in braces by name, such as `{version}`, given by `values`.
  package init(_ template: String, named values: (String) -> String) {
    let (numbered, names) = Self.numbered(template)
    self.init(template: numbered, arguments: names.map { .text(values($0)) })
  }

  /// As commands, JSON and logs have it.
  package var english: String { filled { $0 } }
  package var description: String { english }
  package var isEmpty: Bool { template.isEmpty }

  /// The sentence where `translation` says of each template what it is in another language.
  package func filled(_ translation: (String) -> String) -> String {
    guard let arguments else { return template }
    let words = translation(template)
    if arguments.isEmpty { return words }
    let values = arguments.map { argument in
      switch argument {
      case .text(let text): text
      case .sentence(let sentence): sentence.filled(translation)
      case .whole(let sentence): Self.whole(sentence.filled(translation), translation)
      }
    }
    return Self.filled(words, values)
  }

  /// The same with each text that was filled in as `change` makes it.
  func changingTexts(_ change: (String) -> String) -> Sentence {
    guard let arguments else { return Sentence(verbatim: change(template)) }
    return Sentence(
      template: template,
      arguments: arguments.map { argument in
        switch argument {
        case .text(let text): .text(change(text))
        case .sentence(let sentence): .sentence(sentence.changingTexts(change))
        case .whole(let sentence): .whole(sentence.changingTexts(change))
        }
      })
  }

  /// The same with a capital and a full stop, as it stands alone.
  package var asSentence: Sentence { Sentence(template: "{0}", arguments: [.whole(self)]) }

  private static func whole(_ text: String, _ translation: (String) -> String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + (text.hasSuffix(".") ? "" : translation("."))
  }

  package static func == (left: Sentence, right: Sentence) -> Bool { left.english == right.english }
  package func hash(into hasher: inout Hasher) { hasher.combine(english) }
}

extension Sentence {
  /// What a literal is made of.
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

  /// `template` with `values` in its numbered places; what stands in a value is no place.
  package static func filled(_ template: String, _ values: [String]) -> String {
    places(of: template) { word in Int(word).flatMap { values.indices.contains($0) ? values[$0] : nil } }
  }

  /// `template` with numbers for the names in its braces, and those names.
  package static func numbered(_ template: String) -> (template: String, names: [String]) {
    var names: [String] = []
    let numbered = places(of: template) { name in
      names.append(name)
      return "{\(names.count - 1)}"
    }
    return (numbered, names)
  }

  /// `template` with what `value` says for the words in its braces; `nil` leaves them as they are.
  private static func places(of template: String, _ value: (String) -> String?) -> String {
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
  /// All of them in a row.
  package func joined(separator: String) -> Sentence {
    var parts = Sentence.Parts(literalCapacity: 0, interpolationCount: 2)
    for (place, sentence) in enumerated() {
      if place > 0 { parts.appendLiteral(separator) }
      parts.appendInterpolation(sentence)
    }
    return Sentence(stringInterpolation: parts)
  }
}
