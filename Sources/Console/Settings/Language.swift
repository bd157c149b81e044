import Extensions
import Manifest
import Operations
package import Platform

/// The language of the console's own texts, with the translations of `languages/zh.yaml`.
///
/// The English texts in the code are the keys of every other language, so a missing translation shows as English rather
/// than as a blank; a test checks that none is missing.
package struct Language: Hashable, Sendable {
  /// `en` or `zh`.
  package let name: String

  /// `text` in this language, with `{0}`, `{1}` and so on replaced by `values`.
  package func callAsFunction(_ text: String, _ values: String...) -> String {
    let words = translation(of: text)
    return values.isEmpty ? words : Sentence.filled(words, values)
  }

  /// `sentence`, which was composed in English elsewhere, in this language.
  package func callAsFunction(_ sentence: Sentence) -> String {
    guard name == "zh" else { return sentence.english }
    // A sentence that is made whole may end with a stop already, of this language.
    return sentence.rendered(translation).replacingText("。。", with: "。")
  }

  private func translation(of template: String) -> String {
    guard name == "zh" else { return template }
    return Self.chinese[template] ?? Self.chinese[template.spacedOut] ?? template
  }

  /// The Chinese translations by English text.
  package static let chinese: [String: String] = {
    let text = String(decoding: PackageResources.language_zh_yaml, as: UTF8.self)
    let pairs = (try? YAML.parse(text))?.mapping?.pairs ?? []
    return Dictionary(pairs.map { ($0.key, $0.value.string ?? "") }, uniquingKeysWith: { $1 })
  }()
}

extension Language {
  /// `clauses` as one line.
  func list(_ clauses: [String]) -> String { clauses.joined(separator: self("; ")) }

  /// `text` with a remark in parentheses, if there is one.
  func text(_ text: String, remark: String) -> String { remark.isEmpty ? text : self("{0} ({1})", text, remark) }
}

extension Language {
  /// Where a value is from.
  func origin(_ origin: EffectiveValues.Origin) -> String {
    switch origin {
    case .chart: self("chart")
    case .config: self("config")
    case .cluster(let name): self("cluster {0}", name)
    }
  }

  /// How the tests of a chart ended: `passed, 2 of 2`.
  func tests(_ run: TestRun) -> String {
    let counts = ("\(run.outcomes.count { $0.hasPassed })", "\(run.count)")
    return switch run.state {
    case .refused: self("refused: {0}", run.message)
    case .running: self("running, {0} of {1}", counts.0, counts.1)
    case .passed: self("passed, {0} of {1}", counts.0, counts.1)
    case .failed: self("failed, {0} of {1}", counts.0, counts.1)
    }
  }
}

extension Language {
  /// The verb of `change`, as used in titles and on buttons.
  func verb(_ change: Change) -> String {
    guard name == "zh" else { return change.words.prefix(1).uppercased() + change.words.dropFirst() }
    switch (change.kind, change.version) {
    case (.install, let version?): return self("install {0}", version)
    case (.upgrade, let version?): return self("upgrade to {0}", version)
    case (.rollBack, let version?): return self("roll back to {0}", version)
    default: return verb(change.kind)
    }
  }

  /// The verb of a kind of change, as used in titles.
  func verb(_ kind: ChangeKind) -> String {
    guard name == "zh" else { return kind.row.verb.prefix(1).uppercased() + kind.row.verb.dropFirst() }
    return self(kind.row.verb)
  }
}

extension ConsoleState {
  /// `word`, the name of a state, in the user's language; any other text is unchanged.
  func state(_ word: String) -> String { words.name == "zh" ? words(word.spacedOut) : word }

  /// The texts of the console in the user's language.
  var words: Language { Language(name: language) }
}
