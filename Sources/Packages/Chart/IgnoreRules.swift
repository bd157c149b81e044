import Manifest
import Platform

/// What `.helmignore` leaves out of a chart that is read from a folder: the rules that helm's documentation names.
///
/// The rules are asked one after another, and the first that leaves a path out decides; one that begins with `!` leaves
/// out all that it does not match, which is helm's meaning and not that of `.gitignore`.
struct IgnoreRules {
  private struct Rule {
    var pattern: String
    var isNegated = false
    var wantsFolder = false
    /// It is held against the whole path and not only against the last part.
    var isWhole: Bool
  }

  private var rules: [Rule]

  /// Reads the file, as helm does with a rule of its own against hidden templates, and without double stars.
  init(_ text: String) throws(PackageError) {
    rules = []
    for (index, line) in (text.lines + ["templates/.?*"]).enumerated() {
      let rule = line.trimmed()
      if rule.isEmpty || rule.hasPrefix("#") { continue }
      if rule.containsText("**") {
        let problem = SyntaxError(line: index + 1, column: 1, problem: "helm knows no double star")
        throw .unreadable(path: ".helmignore", problem)
      }
      rules.append(Self.rule(rule))
    }
  }

  /// Whether the file or folder at `path`, seen from the chart, is left out.
  func leaveOut(_ path: String, isFolder: Bool) -> Bool {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return rules.contains { rule in
      if rule.wantsFolder, !isFolder { return rule.isNegated }
      return PathPattern(rule.pattern).matches(rule.isWhole ? path : name) != rule.isNegated
    }
  }

  private static func rule(_ text: String) -> Rule {
    var text = text[...]
    var rule = Rule(pattern: "", isWhole: false)
    if text.hasPrefix("!") { (rule.isNegated, text) = (true, text.dropFirst()) }
    if text.hasSuffix("/") { (rule.wantsFolder, text) = (true, text.dropLast()) }
    rule.isWhole = text.contains("/")
    rule.pattern = String(text.hasPrefix("/") ? text.dropFirst() : text)
    return rule
  }
}
