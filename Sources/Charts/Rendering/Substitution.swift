import Manifest
import Packages

/// Renders the part of helm's template language that needs no helm.
///
/// It replaces `{{ .Values.a.b }}`, `{{ .Release.Name }}`, `{{ .Chart.Version }}` and the like, and supports trim
/// markers and comments. Everything else is refused with file and line.
struct Substitution {
  private let values: Value
  private let file: String

  init(file: String, values: Value) {
    self.file = file
    self.values = values
  }

  /// The values of `.Values`, `.Release` and `.Chart` in a release.
  static func values(_ package: Package, _ release: Release) throws(ChartError) -> Value {
    let chart: Chart
    let defaults: Value
    do { chart = try package.chart() } catch { throw .package(error) }
    do { defaults = try YAML.parse(package.values) } catch {
      throw .package(.unreadable(path: "values.yaml", error))
    }
    // helm merges values like merge patches: mappings are merged recursively, null removes, and lists are replaced.
    let merged = MergePatch.apply(release.forced, to: MergePatch.apply(try release.configValue(), to: defaults))
    return [
      "Values": merged,
      "Release": [
        "Name": .string(release.name), "Namespace": .string(release.namespace), "Service": "Helm",
        "IsInstall": .bool(!release.isUpgrade), "IsUpgrade": .bool(release.isUpgrade),
        "Revision": .integer(release.revision),
      ],
      "Chart": [
        "Name": .string(chart.name), "Version": .string(chart.version), "AppVersion": .string(chart.appVersion),
        "Description": .string(chart.description),
      ],
    ]
  }

  func render(_ text: String) throws(ChartError) -> String {
    var result = ""
    var rest = text[...]
    var line = 1
    while let action = Action(in: rest) {
      result += action.before
      line += action.before.lineBreaks
      if action.trimsBefore { result.trimEnd() }
      guard let expression = action.expression else {
        throw .badValue(file: file, line: line, expression: "{{", problem: "is never closed")
      }
      result += try replacement(of: expression, line: line)
      line += action.whole.lineBreaks
      rest = action.after
      if action.trimsAfter {
        let trimmed = rest.drop(while: \.isWhitespace)
        line += rest[..<trimmed.startIndex].lineBreaks
        rest = trimmed
      }
    }
    return result + rest
  }

  private func replacement(of expression: String, line: Int) throws(ChartError) -> String {
    if expression.hasPrefix("/*"), expression.hasSuffix("*/") { return "" }
    let words = expression.split(separator: ".", omittingEmptySubsequences: false)
    let isPath = words.count >= 3 && words[0].isEmpty && words.dropFirst().allSatisfy(Self.isWord)
    guard isPath, ["Values", "Release", "Chart"].contains(words[1]) else {
      throw .needsHelm(file: file, line: line, construct: "{{ \(expression) }}")
    }
    let path = words.dropFirst().map(String.init)
    guard let parent = values[path: Array(path.dropLast())], parent.mapping != nil else {
      throw .badValue(file: file, line: line, expression: expression, problem: "is below something that is not set")
    }
    return try text(of: parent[path.last ?? ""], expression, line)
  }

  /// The value as Go prints it; a missing value is empty, as in helm.
  private func text(of value: Value?, _ expression: String, _ line: Int) throws(ChartError) -> String {
    switch value {
    case nil, .null?: return ""
    case .string(let text)?: return text
    case .bool(let bool)?: return String(bool)
    case .integer(let number)?: return String(number)
    case .number(let number)?: return Int(exactly: number).map(String.init) ?? String(number)
    case .sequence?, .mapping?:
      throw .badValue(file: file, line: line, expression: expression, problem: "is no single value")
    }
  }

  private static func isWord(_ word: Substring) -> Bool {
    guard let first = word.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
    return word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}

/// The next `{{ … }}` of a text, with the text before and after it.
private struct Action {
  var before: Substring
  /// `nil` if the action is never closed.
  var expression: String?
  var whole: Substring
  var after: Substring
  var trimsBefore: Bool
  var trimsAfter = false

  init?(in text: Substring) {
    guard let start = text.firstIndex(of: "{{", from: text.startIndex) else { return nil }
    before = text[..<start]
    let inside = text.index(start, offsetBy: 2)
    // A trim marker requires a blank beside it: `{{-3}}` is a number.
    trimsBefore = text[inside...].first == "-" && text[inside...].dropFirst().first?.isWhitespace == true
    guard let end = text.firstIndex(of: "}}", from: inside) else {
      (whole, after) = (text[start...], text[text.endIndex...])
      return
    }
    after = text[text.index(end, offsetBy: 2)...]
    whole = text[start..<after.startIndex]
    var content = text[inside..<end].dropFirst(trimsBefore ? 1 : 0)
    trimsAfter = content.last == "-" && content.dropLast().last?.isWhitespace == true
    if trimsAfter { content = content.dropLast() }
    while content.last?.isWhitespace == true { content = content.dropLast() }
    expression = String(content.drop(while: \.isWhitespace))
  }
}

extension Substring {
  fileprivate var lineBreaks: Int { utf8.count { $0 == 10 } }

  fileprivate func firstIndex(of pair: String, from start: Index) -> Index? {
    var rest = self[start...]
    while let first = pair.first, let index = rest.firstIndex(of: first) {
      if rest[index...].hasPrefix(pair) { return index }
      rest = rest[self.index(after: index)...]
    }
    return nil
  }
}

extension String {
  fileprivate mutating func trimEnd() {
    while last?.isWhitespace == true { removeLast() }
  }
}
