package import Manifest

/// A text in several languages, or in one that is not named.
///
/// Shipped KubeSphere has a map from language codes to texts where the first design had a string.
package struct Localized: Hashable, Sendable {
  /// Sorted by language, each once; an array, because a marketplace has thousands of texts and a dictionary takes twice
  /// the memory.
  private let all: [Text]

  private struct Text: Hashable, Sendable {
    let language: String
    let text: String
  }

  /// Texts by language code; the empty code is for a plain string.
  package init(_ texts: [String: String]) {
    all = texts.map { Text(language: $0.key, text: $0.value) }.sorted { $0.language < $1.language }
  }

  /// Reads a string, or a mapping from language codes to texts.
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

  /// The text in `language` (`en`, `zh`), otherwise in English, otherwise in any language.
  package func text(in language: String) -> String {
    for wanted in [language, "en", ""] {
      if let found = all.first(where: { $0.language == wanted }), !found.text.isEmpty { return found.text }
    }
    return all.first { !$0.text.isEmpty }?.text ?? ""
  }

  /// Only the text that `text(in: language)` returns.
  package func alone(in language: String) -> Localized {
    let text = text(in: language)
    return Localized(all: all.first { $0.text == text }.map { [$0] } ?? [])
  }

  private init(all: [Text]) { self.all = all }
}
