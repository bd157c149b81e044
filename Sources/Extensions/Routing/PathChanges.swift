import Manifest
import Platform

/// The changes of a ReverseProxy to the path, in this order: remove a prefix and a suffix, apply the first rewrite that
/// matches, replace texts, replace regular expressions.
struct PathChanges: Hashable, Sendable {
  var prefix = ""
  var suffix = ""
  var rewrites: [PathRewrite] = []
  var replacements: [Replacement] = []
  var expressions: [ExpressionReplacement] = []

  struct Replacement: Hashable, Sendable {
    var text: String
    var with: String
    /// The maximum number of replacements; 0 for all.
    var limit = 0
  }

  struct ExpressionReplacement: Hashable, Sendable {
    var expression: PathExpression
    var template: String
  }

  /// The maximum number of changes of one kind.
  private static let maximum = 64

  init() {}

  /// Parses `directives` (shipped) or the spec itself (the first design has only `rewrite`).
  init(_ value: Value?, _ problems: inout [Sentence]) {
    prefix = value?["stripPathPrefix"]?.string ?? ""
    suffix = value?["stripPathSuffix"]?.string ?? ""
    Self.each("rewrite", value, &problems) { text throws(RuleProblem) in rewrites.append(try PathRewrite(text)) }
    Self.each("replace", value, &problems) { text throws(RuleProblem) in replacements.append(try Self.replacement(text))
    }
    Self.each("pathRegexp", value, &problems) { text throws(RuleProblem) in
      let words = try Self.words(text, 2...2)
      expressions.append(ExpressionReplacement(expression: try PathExpression(words[0]), template: words[1]))
    }
  }

  private static func each(
    _ key: String, _ value: Value?, _ problems: inout [Sentence], _ read: (String) throws(RuleProblem) -> Void
  ) {
    for (index, item) in (value?[key]?.sequence ?? []).enumerated() {
      do throws(RuleProblem) {
        guard index < maximum else { throw RuleProblem("only \(maximum) are carried out") }
        try read(item.string ?? "")
      } catch {
        problems.append("\(key)[\(index)] is passed over: \(error.sentence)")
      }
    }
  }

  private static func replacement(_ text: String) throws(RuleProblem) -> Replacement {
    let words = try words(text, 2...3)
    guard words.count == 2 || Int(words[2]) != nil else { throw RuleProblem("the limit is no number") }
    return Replacement(text: words[0], with: words[1], limit: words.count == 3 ? Int(words[2]) ?? 0 : 0)
  }

  static func words(_ text: String, _ count: ClosedRange<Int>) throws(RuleProblem) -> [String] {
    let words = text.split(separator: " ").map(String.init)
    guard count.contains(words.count) else {
      let wanted: Sentence =
        count.lowerBound == count.upperBound ? "\(count.lowerBound)" : "\(count.lowerBound) or \(count.upperBound)"
      throw RuleProblem("\(wanted) words are expected")
    }
    return words
  }

  /// The path and query after all changes.
  func applied(to path: RequestPath, method: String, host: String) -> (path: String, query: String?) {
    var (text, query) = (path.decoded, path.query)
    // By bytes, because this runs for every request and Characters are slow.
    if !prefix.isEmpty, text.utf8.starts(with: prefix.utf8) {
      text = String(Substring(text.utf8.dropFirst(prefix.utf8.count)))
    }
    if !suffix.isEmpty, text.utf8.reversed().starts(with: suffix.utf8.reversed()) {
      text = String(Substring(text.utf8.dropLast(suffix.utf8.count)))
    }
    for rewrite in rewrites where Self.isBounded(text) {
      guard let result = rewrite.applied(to: text, query, method: method, host: host) else { continue }
      (text, query) = result
      break
    }
    for replacement in replacements where Self.isBounded(text) { text = Self.replacing(replacement, in: text) }
    for change in expressions where Self.isBounded(text) {
      text = change.expression.replacing(in: text, with: change.template)
    }
    return (text, query)
  }

  /// Whether `text` may grow further; a longer target is not sent.
  static func isBounded(_ text: String) -> Bool { text.utf8.count <= UpstreamRequest.longestTarget }

  private static func replacing(_ replacement: Replacement, in text: String) -> String {
    let limit = replacement.limit > 0 ? replacement.limit : .max
    // A target that becomes too long is not sent, so it need not be completed.
    let maximum = UpstreamRequest.longestTarget / max(1, replacement.with.utf8.count) + 1
    return text.replacingText(replacement.text, with: replacement.with, atMost: min(limit, maximum))
  }
}

/// `FROM TO` of a rewrite or a redirect: if FROM matches the path, TO replaces it (Caddy's `rewrite`).
///
/// In TO `{path}`, `{query}`, `{uri}`, `{method}` and `{host}` stand for those of the request, `{path.rest}` for the
/// text that the first star of FROM matches. A query in TO replaces that of the request.
struct PathRewrite: Hashable, Sendable {
  /// `nil` matches every path.
  var from: PathGlob?
  var to: String

  init(_ text: String) throws(RuleProblem) {
    try self.init(words: try PathChanges.words(text, 1...2))
  }

  init(words: [String]) throws(RuleProblem) {
    from = words.count == 2 && words[0] != "*" ? PathGlob(words[0]) : nil
    to = words[words.count - 1]
    guard to.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else { throw RuleProblem("there is a control character in it") }
    guard from.map({ $0.text.hasPrefix("/") || $0.text.hasPrefix("*") }) ?? true else {
      throw RuleProblem("\(words[0]) is no path")
    }
  }

  func applied(to path: String, _ query: String?, method: String, host: String) -> (path: String, query: String?)? {
    guard let rest = from.map({ $0.rest(of: path) }) ?? path else { return nil }
    let parts = to.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let uri = query.map { path + "?" + $0 } ?? path
    let values = [
      "path": path, "query": query ?? "", "uri": uri, "method": method, "host": host, "path.rest": rest,
      "http.request.uri.path": path, "http.request.uri.query": query ?? "", "http.request.uri": uri,
      "http.request.method": method, "http.request.host": host,
    ]
    let newPath = Self.filled(parts[0], values)
    guard parts.count == 2 else { return (newPath.isEmpty ? path : newPath, query) }
    let pieces = Self.filled(parts[1], values).split(separator: "&")
    return (newPath.isEmpty ? path : newPath, RequestPath.encoded(query: pieces.joined(separator: "&")))
  }

  static func filled(_ template: Substring, _ values: [String: String]) -> String {
    var (result, rest) = ("", template)
    while PathChanges.isBounded(result), let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      rest = rest[open...]
      guard let close = rest.firstIndex(of: "}"), let value = values[String(rest[..<close].dropFirst())] else {
        result += "{"
        rest = rest.dropFirst()
        continue
      }
      result += value
      rest = rest[rest.index(after: close)...]
    }
    return PathChanges.isBounded(result) ? result + rest : result
  }
}
