import Manifest
import Platform

/// The rules of `.helmignore` for a chart that is read from a folder, as helm 3.17 applies them (`HelmIgnoreTests`).
///
/// The rules are tried in order, and the first that leaves a path out decides. One that begins with `!` leaves out
/// everything that it does not match, which is helm's meaning and not that of `.gitignore`.
struct IgnoreRules {
  private struct Rule {
    var pattern: PathPattern
    var isNegated = false
    var wantsFolder = false
    /// Whether it is matched against the whole path and not only the last part.
    var isWhole = false
  }

  private var rules: [Rule]

  /// Parses the file; like helm, adds a rule against hidden templates, and refuses `**` and patterns that Go refuses.
  init(_ text: String) throws(PackageError) {
    rules = []
    for (index, line) in (text.lines + ["templates/.?*"]).enumerated() {
      // By scalars, as helm compares: a combining mark after a character would hide it in a `Character`.
      let words = Self.trimmed(line)
      if words.isEmpty || words.first == "#" { continue }
      if zip(words, words.dropFirst()).contains(where: { $0 == ("*", "*") }) {
        throw Self.refusal(index, "helm does not support **")
      }
      guard PathPattern(words) != nil, let rule = Self.rule(words) else {
        throw Self.refusal(index, "this is no pattern: a bracket is not closed, or a backslash ends it")
      }
      rules.append(rule)
    }
  }

  /// Parses the bytes of the file, which need not be valid text.
  init(bytes: [UInt8]) throws(PackageError) {
    try self.init((try? String(textOf: bytes)) ?? String(decoding: bytes, as: UTF8.self))
  }

  /// Whether the file or folder at `path`, relative to the chart, is left out.
  func ignores(_ path: String, isFolder: Bool) -> Bool {
    let name = path.unicodeScalars.split(separator: "/").last.map { String($0) } ?? path
    return rules.contains { rule in
      if rule.wantsFolder, !isFolder { return rule.isNegated }
      return rule.pattern.matches(rule.isWhole ? path : name) != rule.isNegated
    }
  }

  private static func refusal(_ index: Int, _ problem: String) -> PackageError {
    .unreadable(path: ".helmignore", SyntaxError(line: index + 1, column: 1, problem: Sentence(verbatim: problem)))
  }

  private static func trimmed(_ line: String) -> ArraySlice<Unicode.Scalar> {
    var words = Array(line.unicodeScalars)[...]
    while words.first?.properties.isWhitespace == true { words.removeFirst() }
    while words.last?.properties.isWhitespace == true { words.removeLast() }
    return words
  }

  private static func rule(_ text: ArraySlice<Unicode.Scalar>) -> Rule? {
    var text = text
    let isNegated = text.first == "!"
    if isNegated { text.removeFirst() }
    let wantsFolder = text.last == "/"
    if wantsFolder { text.removeLast() }
    let isWhole = text.contains("/")
    // In helm, each match removes one more leading slash from the pattern.
    while text.first == "/" { text.removeFirst() }
    return PathPattern(text).map {
      Rule(pattern: $0, isNegated: isNegated, wantsFolder: wantsFolder, isWhole: isWhole)
    }
  }
}
