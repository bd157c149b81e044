import Packages
import Platform

/// Parses the text of a filter into terms.
struct FilterParser {
  private let characters: [Character]
  private var position = 0
  private var terms: [FilterTerm] = []
  private var problem: FilterProblem?

  init(_ text: String) { characters = Array(text) }

  /// Returns the valid terms, and the first problem.
  mutating func parse() -> ([FilterTerm], FilterProblem?) {
    while skipBlanks() {
      do throws(FilterProblem) {
        if let term = try term() { terms.append(term) }
      } catch {
        problem = problem ?? error
      }
    }
    return (terms, problem)
  }

  /// Skips blanks; returns whether any text follows.
  private mutating func skipBlanks() -> Bool {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    return position < characters.count
  }

  private mutating func term() throws(FilterProblem) -> FilterTerm? {
    let isInverse = characters[position] == "!"
    if isInverse { position += 1 }
    let start = position
    let word = try word()
    // While only `!` is typed, it excludes nothing.
    if word.text.isEmpty, isInverse { return nil }
    return FilterTerm(condition: try condition(word, start), isInverse: isInverse)
  }

  /// A word of the filter, without its quotes.
  private struct Word {
    var text = ""
    /// How many characters precede the first quote; only these can be a key or an operator.
    var plain = 0
    var hasQuotes = false
  }

  /// Reads up to the next blank outside of quotes.
  private mutating func word() throws(FilterProblem) -> Word {
    var word = Word()
    var opening: Int?
    while position < characters.count, opening != nil || !characters[position].isWhitespace {
      let character = characters[position]
      if character == "\"" {
        (opening, word.hasQuotes) = (opening == nil ? position : nil, true)
      } else {
        word.text.append(character)
        if !word.hasQuotes { word.plain += 1 }
      }
      position += 1
    }
    if let opening { throw unfinished(opening, "the quote is not closed") }
    return word
  }

  private mutating func condition(_ word: Word, _ start: Int) throws(FilterProblem) -> FilterTerm.Condition {
    let text = word.text.lowercased()
    if !word.hasQuotes, let flag = FilterFlag(rawValue: text) { return .flag(flag) }
    if word.plain >= 2, text.hasPrefix("-f") { return .fuzzy(Array(try argument(of: word, start).utf8)) }
    if word.plain >= 2, text.hasPrefix("-l") { return try label(try argument(of: word, start), start) }
    let name = text.prefix(word.plain).prefix { $0.isASCII && $0.isLetter }
    guard !name.isEmpty, let comparison = Self.comparison(text.dropFirst(name.count), within: word.plain - name.count)
    else { return .text(Needle(text)) }
    guard let key = FilterKey(rawValue: String(name)) else { throw unknown(String(name), start) }
    let value = text.dropFirst(name.count + comparison.length)
    return try condition(key, comparison.sign, String(value), start)
  }

  /// The argument of `-f` or `-l`, with or without a blank before it.
  private mutating func argument(of word: Word, _ start: Int) throws(FilterProblem) -> String {
    let joined = word.text.dropFirst(2).lowercased()
    if !joined.isEmpty { return joined }
    guard skipBlanks() else { throw unfinished(start, "\(word.text) takes a word") }
    return try self.word().text.lowercased()
  }

  /// The operator at the beginning of `text`: a single one, or a colon followed by one.
  private static func comparison(
    _ text: Substring, within limit: Int
  ) -> (sign: FilterComparison, length: Int)? {
    func sign(_ text: Substring) -> FilterComparison? {
      FilterComparison.allCases.first { text.hasPrefix($0.rawValue) && $0.rawValue.count <= limit }
    }
    guard let first = sign(text) else { return nil }
    guard first == .like, let second = sign(text.dropFirst()), second != .like else {
      return (first, first.rawValue.count)
    }
    return (second, 1 + second.rawValue.count)
  }

  private func label(_ text: String, _ start: Int) throws(FilterProblem) -> FilterTerm.Condition {
    let key = text.prefix { !"=!".contains($0) }
    let sign = text.dropFirst(key.count).prefix { "=!".contains($0) }
    let value = text.dropFirst(key.count + sign.count)
    let isWhole = !key.isEmpty && !value.isEmpty && ["=", "==", "!="].contains(sign)
    guard isWhole, !value.contains(where: { "!=,()<>".contains($0) }) else {
      throw unfinished(start, "-l takes KEY=VALUE or KEY!=VALUE, such as -l category=security, not \(text)")
    }
    return .label(key: String(key), value: String(value), isEqual: sign != "!=")
  }
}

extension FilterParser {
  private func condition(
    _ key: FilterKey, _ sign: FilterComparison, _ value: String, _ start: Int
  ) throws(FilterProblem) -> FilterTerm.Condition {
    if sign.hasOrder, !key.isOrdered {
      throw FilterProblem(start, "\(key.rawValue) takes : = and !=, not \(sign.rawValue)")
    }
    if value.isEmpty {
      throw unfinished(start, "\(key.rawValue)\(sign.rawValue) takes a value, such as \(key.example)")
    }
    switch key {
    case .state: return .words(key, sign, value.filter { $0 != " " })
    case .repo, .category, .needs: return .words(key, sign, value)
    case .since: return .changed(try when(sign, value, start))
    case .version: return .version(try constraint(key, sign, value, start))
    case .kube, .ks:
      if sign.hasOrder { return .asks(key, try constraint(key, sign, value, start)) }
      guard let version = SemanticVersion(value) else { throw noVersion(key, value, start) }
      return .suits(key, version, isWanted: sign != .different)
    }
  }

  private func constraint(
    _ key: FilterKey, _ sign: FilterComparison, _ value: String, _ start: Int
  ) throws(FilterProblem) -> VersionConstraint {
    guard let constraint = VersionConstraint((sign == .like ? "" : sign.rawValue) + value) else {
      throw noVersion(key, value, start)
    }
    return constraint
  }

  private func when(
    _ sign: FilterComparison, _ value: String, _ start: Int
  ) throws(FilterProblem) -> ChangedWhen {
    if let seconds = DurationText.seconds(value, units: DurationText.longUnits) { return .ago(sign, seconds) }
    if let moment = Timestamp.seconds(value.uppercased()) ?? Timestamp.seconds("\(value)T00:00:00Z") {
      return .at(sign, moment)
    }
    throw unfinished(start, "since takes an age such as 2h or 3d, or a day such as 2026-05-01, not \(value)")
  }

  private func noVersion(_ key: FilterKey, _ value: String, _ start: Int) -> FilterProblem {
    unfinished(start, "\(key.rawValue) takes a version such as 1.2 or 1.2.0, not \(value)")
  }

  private func unknown(_ name: String, _ start: Int) -> FilterProblem {
    let keys = FilterKey.allCases.map(\.rawValue)
    let guess = suggestionSentence(for: name, among: keys)
    let rest: Sentence = guess.isEmpty ? "; the keys are \(keys.joined(separator: ", "))" : guess
    return FilterProblem(start, "there is no key \(name)\(rest)")
  }

  private func unfinished(_ position: Int, _ sentence: Sentence) -> FilterProblem {
    FilterProblem(position, sentence, isUnfinished: true)
  }
}

extension FilterProblem {
  /// `position` is counted from zero.
  fileprivate init(_ position: Int, _ sentence: Sentence, isUnfinished: Bool = false) {
    self.init(column: position + 1, sentence: sentence, isUnfinished: isUnfinished)
  }
}

extension FilterKey {
  fileprivate var example: String {
    switch self {
    case .state: "state:failed"
    case .version: "version>=1.2"
    case .kube: "kube:1.27"
    case .ks: "ks:4.1"
    case .repo: "repo:main"
    case .category: "category:security"
    case .since: "since:2h"
    case .needs: "needs:log-lens"
    }
  }
}
