package import Manifest

/// A text in several languages, or in one unnamed language.
///
/// Shipped KubeSphere has a map from language code to text where the first design had a string.
package struct Localized: Hashable, Sendable {
  /// Texts by language code; a plain string stands under the empty code.
  package var texts: [String: String]

  package init(_ texts: [String: String]) { self.texts = texts }

  package init(_ value: Value?) {
    switch value {
    case .string(let text)?: texts = ["": text]
    case .mapping(let mapping)?:
      texts = Dictionary(
        mapping.pairs.compactMap { pair in pair.value.string.map { (pair.key, $0) } }, uniquingKeysWith: { $1 })
    default: texts = [:]
    }
  }

  package var isEmpty: Bool { texts.values.allSatisfy(\.isEmpty) }

  /// The text in `language` (`en`, `zh`), or in English, or in any language there is.
  package func text(in language: String) -> String {
    let candidates = [language, "en", ""] + texts.keys.sorted()
    return candidates.lazy.compactMap { texts[$0] }.first { !$0.isEmpty } ?? ""
  }
}
