import Manifest

/// The language of the console's own words, whose catalogue is `languages/zh.yaml`.
///
/// English is what stands in the code and is the key of every other language, so that a word that was forgotten is
/// English and not a blank; a test holds that none is.
package struct Language: Hashable, Sendable {
  /// `en` or `zh`.
  package let name: String

  /// `text` in this language, where `{0}`, `{1}` and so on stand for `values`.
  package func callAsFunction(_ text: String, _ values: String...) -> String {
    var result = name == "zh" ? Self.chinese[text] ?? text : text
    for (place, value) in values.enumerated() { result = result.filling("{\(place)}", with: value) }
    return result
  }

  /// The catalogue of Chinese.
  package static let chinese: [String: String] = {
    let text = String(decoding: PackageResources.language_zh_yaml, as: UTF8.self)
    let pairs = (try? YAML.parse(text))?.mapping?.pairs ?? []
    return Dictionary(pairs.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
  }()
}

extension String {
  /// This text with `other` for each `part`.
  fileprivate func filling(_ part: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while let start = rest.indices.first(where: { rest[$0...].hasPrefix(part) }) {
      result += rest[..<start] + other
      rest = rest[start...].dropFirst(part.count)
    }
    return result + rest
  }
}

extension ConsoleState {
  /// The console's own words in the user's language.
  var words: Language { Language(name: language) }
}
