import Extensions
import Manifest
package import Platform

/// The language of the console's own words, whose catalogue is `languages/zh.yaml`.
///
/// English is what stands in the code and is the key of every other language, so that a word that was forgotten is
/// English and not a blank; a test holds that none is.
package struct Language: Hashable, Sendable {
  /// `en` or `zh`.
  package let name: String

  /// `text` in this language, where `{0}`, `{1}` and so on stand for `values`.
  package func callAsFunction(_ text: String, _ values: String...) -> String {
    let words = translation(of: text)
    return values.isEmpty ? words : Sentence.filled(words, values)
  }

  /// `sentence`, which was made where it is known, in this language.
  package func callAsFunction(_ sentence: Sentence) -> String {
    name == "zh" ? sentence.filled(translation) : sentence.english
  }

  private func translation(of template: String) -> String {
    guard name == "zh" else { return template }
    return Self.chinese[template] ?? Self.chinese[template.spacedOut] ?? template
  }

  /// The catalogue of Chinese.
  package static let chinese: [String: String] = {
    let text = String(decoding: PackageResources.language_zh_yaml, as: UTF8.self)
    let pairs = (try? YAML.parse(text))?.mapping?.pairs ?? []
    return Dictionary(pairs.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
  }()
}

extension Language {
  /// What `change` does, as a title or a button says it.
  func verb(_ change: Change) -> String {
    guard name == "zh" else { return change.words.prefix(1).uppercased() + change.words.dropFirst() }
    switch (change.kind, change.version) {
    case (.install, let version?): return self("install {0}", version)
    case (.upgrade, let version?): return self("upgrade to {0}", version)
    case (.rollBack, let version?): return self("roll back to {0}", version)
    default: return verb(change.kind)
    }
  }

  /// What a change of this kind does, as a title says it.
  func verb(_ kind: ChangeKind) -> String {
    guard name == "zh" else { return kind.row.verb.prefix(1).uppercased() + kind.row.verb.dropFirst() }
    return self(kind.row.verb)
  }
}

extension ConsoleState {
  /// `word`, the name of a state, in the user's language; what is more than a name stays as it is.
  func state(_ word: String) -> String { words.name == "zh" ? words(word.spacedOut) : word }

  /// The console's own words in the user's language.
  var words: Language { Language(name: language) }
}
