import Platform

/// A YAML text in which the values of secret keys are masked, line by line.
///
/// It does not parse the text, because unfinished and invalid texts must not show secrets either. In doubt it masks.
package struct MaskedText: Hashable, Sendable {
  /// The same number of lines as in the text.
  package let lines: [String]

  /// `text` with its secrets masked.
  package init(_ text: String) {
    var scanner = MaskScanner()
    // A value that looks like a credential is masked under every key.
    lines = text.lines.map { CredentialText.removed(from: scanner.masked($0)) }
  }

  /// The lines as one text.
  package var text: String { lines.joined(separator: "\n") }
}

/// Masks a text line by line, and keeps the state in which the next line begins.
struct MaskScanner {
  enum State {
    case open
    /// The lines of a `|` or `>` that are indented by more than this.
    case block(Int)
    /// A quoted secret that continues on the next line.
    case quoted(UInt8)
    /// A secret in brackets that continues on the next line, with the depth of the brackets.
    case flow(Int)
    /// Between the first line and the last of a private key.
    case privateKey
  }

  var state = State.open
  /// The column of a secret key whose value is on later lines: those indented by more than this, and items at it.
  var secretKeyColumn: Int?
  /// The column of the keys of an item that names a secret variable, as `- name: DB_PASSWORD`: its `value` is secret.
  var variableColumn: Int?

  static let mask = Array(SecretKeys.mask.utf8)
  static let quote = UInt8(ascii: "\"")
  static let apostrophe = UInt8(ascii: "'")
  static let colon = UInt8(ascii: ":")
  static let hash = UInt8(ascii: "#")

  mutating func masked(_ line: String) -> String {
    // A fast check, because most lines have nothing to mask.
    let mayBeSecret = line.utf8.contains { ":=-".utf8.contains($0) }
    if case .open = state, secretKeyColumn == nil, !mayBeSecret { return line }
    return String(decoding: masked(Array(line.utf8)), as: UTF8.self)
  }

  private mutating func masked(_ bytes: [UInt8]) -> [UInt8] {
    let indent = skipBlanks(bytes, 0)
    if indent == bytes.count { return bytes }
    switch state {
    case .open: break
    case .privateKey: return maskedPrivateKey(bytes, indent)
    case .quoted(let mark): return continuedSecret(bytes, indent, to: endOfQuote(mark, in: bytes, from: indent))
    case .flow(let depth):
      let (end, depth) = flow(in: bytes, from: indent, depth: depth)
      state = .flow(depth)
      return continuedSecret(bytes, indent, to: end)
    case .block(let outer):
      if indent > outer { return bytes[..<indent] + Self.mask }
      state = .open
    }
    if let outer = secretKeyColumn, indent < outer || (indent == outer && !isItem(bytes, indent)) {
      secretKeyColumn = nil
    }
    if let column = variableColumn, indent < column, !isItem(bytes, indent) { variableColumn = nil }
    if Self.begins(key: bytes) {
      state = .privateKey
      return maskedPrivateKey(bytes, indent)
    }
    return entry(bytes, from: indent)
  }

  /// Whether the line contains a line such as `-----BEGIN RSA PRIVATE KEY-----`.
  private static func begins(key bytes: [UInt8]) -> Bool {
    guard bytes.contains(UInt8(ascii: "-")) else { return false }
    let line = String(decoding: bytes, as: UTF8.self)
    return line.containsText("-----BEGIN ") && line.containsText("PRIVATE KEY")
  }

  private mutating func maskedPrivateKey(_ bytes: [UInt8], _ indent: Int) -> [UInt8] {
    state = String(decoding: bytes, as: UTF8.self).containsText("-----END ") ? .open : .privateKey
    return bytes[..<indent] + Self.mask
  }

  /// Masks the rest of a secret that began on an earlier line; it ends at `end`, or continues.
  private mutating func continuedSecret(_ bytes: [UInt8], _ indent: Int, to end: Int?) -> [UInt8] {
    guard let end else { return bytes[..<indent] + Self.mask }
    state = .open
    return bytes[..<indent] + Self.mask + withoutSecrets(inFlow: bytes, from: end)
  }

  /// Masks a key with its value, an item, or a comment with one; below a secret key also a value alone.
  private mutating func entry(_ bytes: [UInt8], from start: Int) -> [UInt8] {
    var position = start
    let isComment = bytes[start] == Self.hash
    while position < bytes.count, isItem(bytes, position) || (isComment && bytes[position] == Self.hash) {
      position = skipBlanks(bytes, position + 1)
    }
    guard position < bytes.count else { return bytes }
    let isBelow = secretKeyColumn != nil && !isComment
    guard let (key, value) = key(in: bytes, at: position) else {
      return bytes[..<position] + self.value(bytes, from: position, indent: nil, isSecret: isBelow)
    }
    if !isComment { noteVariable(key, bytes, value, at: position) }
    let isSecret =
      SecretKeys.isSecret(key) || (isBelow && !SecretKeys.isHarmless(key))
      || (variableColumn == position && key == "value")
    return bytes[..<value] + self.value(bytes, from: value, indent: isComment ? nil : position, isSecret: isSecret)
  }

  /// Records whether an item names a secret variable.
  private mutating func noteVariable(_ key: String, _ bytes: [UInt8], _ value: Int, at column: Int) {
    guard SecretKeys.namesVariable(key) else { return }
    let text = String(decoding: bytes[value..<endOfPlain(in: bytes, from: value)], as: UTF8.self)
    if SecretKeys.isSecret(text.filter { $0 != "\"" && $0 != "'" }) {
      variableColumn = column
    } else if variableColumn == column {
      variableColumn = nil
    }
  }

  /// Masks a value if it is secret, of a key at column `indent` if there is one; the lines below a secret key are too.
  private mutating func value(_ bytes: [UInt8], from start: Int, indent: Int?, isSecret: Bool) -> [UInt8] {
    guard isSecret else { return start < bytes.count ? withoutSecrets(bytes, from: start) : [] }
    if let indent, secretKeyColumn == nil { secretKeyColumn = indent }
    guard start < bytes.count, bytes[start] != Self.hash else { return Array(bytes[start...]) }
    switch bytes[start] {
    case UInt8(ascii: "&"), UInt8(ascii: "!"):
      // An anchor or a tag; the value follows it.
      let word = bytes[start...].prefix { $0 != UInt8(ascii: " ") }
      let next = skipBlanks(bytes, word.endIndex)
      return bytes[start..<next] + value(bytes, from: next, indent: indent, isSecret: true)
    case UInt8(ascii: "|"), UInt8(ascii: ">"):
      state = .block(indent ?? secretKeyColumn ?? 0)
      return Array(bytes[start...])
    case Self.quote, Self.apostrophe:
      let end = endOfQuote(bytes[start], in: bytes, from: start + 1)
      return hidden(bytes, start, end, else: .quoted(bytes[start]))
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let (end, depth) = flow(in: bytes, from: start, depth: 0)
      return hidden(bytes, start, end, else: .flow(depth))
    default: return hidden(bytes, start, endOfPlain(in: bytes, from: start), else: .open)
    }
  }

  /// Empty values, null and Booleans are not secret.
  private static let harmless: Set<String> = ["", "\"\"", "''", "{}", "[]", "null", "~", "true", "false"]

  /// The mask for a value up to `end`; without an `end`, the value continues in the state `next`.
  mutating func hidden(_ bytes: [UInt8], _ start: Int, _ end: Int?, else next: State) -> [UInt8] {
    guard let end else {
      state = next
      return Self.mask
    }
    if Self.harmless.contains(String(decoding: bytes[start..<end], as: UTF8.self)) { return Array(bytes[start...]) }
    return Self.mask + bytes[end...]
  }
}
