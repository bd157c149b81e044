import Extensions
import Manifest
import Platform

extension Guardrails {
  /// The file with the rules of root.
  package static let rootFile = "/etc/ksx/config.yaml"

  /// The rules of both files; a file that cannot be parsed refuses every change.
  package static func load(root: String = rootFile, user: String) -> Guardrails {
    var guardrails = Guardrails()
    for file in [root, user] {
      do throws(SystemError) {
        guardrails.rules += rules(in: try Files.text(file, limit: 1 << 20, takesPipes: false), file)
      } catch {
        if !error.isMissing { guardrails.rules.append(flawed(file, error.problem)) }
      }
    }
    return guardrails
  }

  /// The rules in `text`; if it cannot be parsed, a single rule that says why.
  package static func rules(in text: String, _ file: String) -> [Rule] {
    do throws(SyntaxError) {
      let (settings, repeated) = try YAML.nodeAndWarnings(text)
      if let flaw = settings.flatMap(misspelt) { throw flaw }
      if let flaw = try lost(in: text, settings, repeated) { throw flaw }
      guard let list = settings?["guardrails"], list.value != .null else { return [] }
      guard case .sequence(let items) = list.content else { throw list.mistake("guardrails are a list") }
      var rules: [Rule] = []
      for item in items { rules.append(try GuardrailReader(file: file).rule(item)) }
      return rules
    } catch {
      return [flawed(file, error.sentence)]
    }
  }

  /// A key that may be a misspelt `guardrails`, because a typing error must not disable them.
  private static func misspelt(_ settings: YAMLNode) -> SyntaxError? {
    guard case .mapping(let pairs) = settings.content, settings["guardrails"] == nil else { return nil }
    let key = pairs.map(\.key).first { key in
      !suggestion(for: (key.text ?? "").lowercased(), among: ["guardrails"]).isEmpty
    }
    return key.map { $0.mistake("there is no setting \($0.text ?? ""); guardrails are meant") }
  }

  /// What would be passed over in silence: of repeated keys the last counts, and of several documents the first.
  private static func lost(
    in text: String, _ settings: YAMLNode?, _ repeated: [SyntaxError]
  ) throws(SyntaxError) -> SyntaxError? {
    if let other = try YAML.documents(text).dropFirst().first(where: { $0.value.mapping != nil }) {
      return other.mistake("only the first document is read: there is one file for all settings")
    }
    guard case .mapping(let pairs)? = settings?.content,
      let start = pairs.first(where: { $0.key.text == "guardrails" })?.key.line
    else { return nil }
    let end = pairs.map(\.key.line).filter { $0 > start }.min() ?? Int.max
    return repeated.first { (start..<end).contains($0.line) }
  }

  private static func flawed(_ file: String, _ problem: Sentence) -> Rule {
    var rule = Rule(file: file)
    rule.flaw = problem
    return rule
  }

  /// All verbs that a rule can name; an unknown word is an error, because it would silently deny nothing.
  package static let verbs: [String] =
    ChangeKind.allCases.map(\.verb) + [
      "cancel", "undo", "safe-mode on", "safe-mode off", "bisect start", "bisect good", "bisect bad", "bisect reset",
      "config unset", "config edit", "apply", "test", "repo add", "repo edit", "repo sync", "repo remove",
    ]
}

/// Parses one rule; errors have the position of the mistake.
private struct GuardrailReader {
  let file: String

  private static let keys = ["contexts", "servers", "read-only", "deny", "typed", "at-most", "windows"]

  func rule(_ node: YAMLNode) throws(SyntaxError) -> Guardrails.Rule {
    guard case .mapping(let pairs) = node.content else { throw node.mistake("a guardrail is a mapping") }
    var rule = Guardrails.Rule(file: file)
    for pair in pairs {
      switch pair.key.text {
      case "contexts": rule.contexts = try texts(pair.value)
      case "servers": rule.servers = try texts(pair.value)
      case "read-only":
        guard let flag = pair.value.value.bool else { throw pair.value.mistake("read-only is true or false") }
        rule.isReadOnly = flag
      case "deny": rule.denied = try verbs(pair.value, besides: [])
      case "typed": rule.typedVerbs = try verbs(pair.value, besides: ["all"])
      case "at-most":
        guard let count = pair.value.value.integer, count > 0 else { throw pair.value.mistake("at-most is a number") }
        rule.maximum = count
      case "windows": rule.windows = try windows(pair.value)
      default:
        throw pair.key.mistake(
          "there is no setting \(pair.key.text ?? ""); there are \(Self.keys.joined(separator: ", "))")
      }
    }
    return rule
  }

  /// A string, or a list of strings.
  private func texts(_ node: YAMLNode) throws(SyntaxError) -> [String] {
    if let text = node.text, !text.isEmpty, node.value != .null { return [text] }
    guard case .sequence(let items) = node.content else { throw node.mistake("this is a text, or a list of texts") }
    return try items.map { (item) throws(SyntaxError) in
      guard let text = item.text, !text.isEmpty else { throw item.mistake("this is a text") }
      return text
    }
  }

  private func verbs(_ node: YAMLNode, besides others: [String]) throws(SyntaxError) -> [String] {
    let words = try texts(node)
    let known =
      Guardrails.verbs + Guardrails.verbs.compactMap { $0.split(separator: " ").first.map(String.init) } + others
    if let unknown = words.first(where: { !known.contains($0) }) {
      let hint = suggestionSentence(for: unknown, among: known)
      throw node.mistake("\(unknown) changes nothing that ksx knows of\(hint)")
    }
    return words
  }

  private func windows(_ node: YAMLNode) throws(SyntaxError) -> [ChangeWindow] {
    guard case .sequence(let items) = node.content else { throw node.mistake("windows are a list") }
    return try items.map { (item) throws(SyntaxError) in try window(item) }
  }

  private func window(_ node: YAMLNode) throws(SyntaxError) -> ChangeWindow {
    guard case .mapping(let pairs) = node.content else { throw node.mistake("a window is a mapping") }
    var window = ChangeWindow(days: Set(0..<7), start: 0, end: 0, zone: .utc)
    for pair in pairs {
      switch pair.key.text {
      case "days": window.days = try days(pair.value)
      case "from": window.start = try minute(pair.value)
      case "to": window.end = try minute(pair.value)
      case "zone":
        guard let zone = pair.value.text.flatMap({ TimeZone(named: $0) }) else {
          throw pair.value.mistake("the time zone \(pair.value.text ?? "") is not known on this computer")
        }
        window.zone = zone
      default: throw pair.key.mistake("there is no setting \(pair.key.text ?? ""); there are days, from, to, zone")
      }
    }
    return window
  }

  /// `mon`, `mon-fri`.
  private func days(_ node: YAMLNode) throws(SyntaxError) -> Set<Int> {
    var days: Set<Int> = []
    for text in try texts(node) {
      let ends = text.lowercased().split(separator: "-").map { ChangeWindow.names.firstIndex(of: String($0)) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2 else {
        throw node.mistake("days are of \(ChangeWindow.names.joined(separator: ", ")), or such as mon-fri, not \(text)")
      }
      for step in 0...((last - first + 7) % 7) { days.insert((first + step) % 7) }
    }
    return days
  }

  /// `09:30`.
  ///
  /// Without quotes YAML 1.1 reads it as a number of minutes.
  private func minute(_ node: YAMLNode) throws(SyntaxError) -> Int {
    let parts = (node.text ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
      (0..<60).contains(minute)
    else {
      throw node.mistake("a time is such as \"09:30\", not \(node.text ?? "this")")
    }
    return hour * 60 + minute
  }
}
