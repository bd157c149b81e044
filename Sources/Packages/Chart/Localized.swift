package import Manifest

/// A text in several languages, or in one unnamed language.
///
/// Shipped KubeSphere has a map from language code to text where the first design had a string.
package struct Localized: Hashable, Sendable {
  /// By language, without one twice: a marketplace has thousands, and a dictionary takes twice as much.
  private let all: [Text]

  private struct Text: Hashable, Sendable {
    let language: String
    let text: String
  }

  /// Texts by language code; a plain string stands under the empty code.
  package init(_ texts: [String: String]) {
    all = texts.map { Text(language: $0.key, text: $0.value) }.sorted { $0.language < $1.language }
  }

  package init(_ value: Value?) {
    switch value {
    case .string(let text)?: self.init(["": text])
    case .mapping(let mapping)?:
      self.init(
        Dictionary(
          mapping.pairs.compactMap { pair in pair.value.string.map { (pair.key, $0) } }, uniquingKeysWith: { $1 }))
    default: self.init([:])
    }
  }

  /// Texts by language code.
  package var texts: [String: String] {
    Dictionary(all.map { ($0.language, $0.text) }, uniquingKeysWith: { first, _ in first })
  }

  /// The texts in all languages.
  package var values: [String] { all.map(\.text) }

  package var isEmpty: Bool { all.allSatisfy(\.text.isEmpty) }

  /// The text in `language` (`en`, `zh`), or in English, or in any language there is.
  package func text(in language: String) -> String {
    for wanted in [language, "en", ""] {
      if let found = all.first(where: { $0.language == wanted }), !found.text.isEmpty { return found.text }
    }
    return all.first { !$0.text.isEmpty }?.text ?? ""
  }

  /// The same with each text as `transform` has it; what it leaves as it is costs nothing.
  package func mapValues(_ transform: (String) -> String?) -> Localized {
    let changed = all.map { ($0, transform($0.text)) }
    guard changed.contains(where: { $0.1 != nil }) else { return self }
    return Localized(all: changed.map { Text(language: $0.language, text: $1 ?? $0.text) })
  }

  private init(all: [Text]) { self.all = all }

  /// Whether any text is as `condition` says; no copy is made.
  package func contains(where condition: (String) -> Bool) -> Bool { all.contains { condition($0.text) } }
}
