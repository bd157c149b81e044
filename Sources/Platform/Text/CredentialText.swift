/// Masks credentials in a text from another program, which it recognises by their form.
///
/// It masks credentials in header fields (`Authorization: Basic …`, `Cookie: …`), tokens (`Bearer …`, `eyJ….….…`),
/// passwords in URLs, and values of parameters that are named like secrets. In doubt a word of prose is kept.
package enum CredentialText {
  static let mask = Array("•••".utf8)

  /// `text` with its credentials masked.
  package static func removed(from text: String) -> String {
    // A fast check, because most texts have none.
    guard text.utf8.contains(where: isMark) else { return text }
    var scanner = CredentialScanner(Array(text.utf8))
    return scanner.scan() ? String(decoding: scanner.result, as: UTF8.self) : text
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: " "), UInt8(ascii: "J"): true
    default: false
    }
  }
}

/// Scans a text once, and examines the text before and after certain characters, the marks.
private struct CredentialScanner {
  private let bytes: [UInt8]
  private(set) var result: [UInt8] = []
  /// The index up to which the text is in the result.
  private var done = 0
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether anything was masked.
  mutating func scan() -> Bool {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: ":"): colon()
      case UInt8(ascii: "="): equals()
      case UInt8(ascii: " "): blank()
      case UInt8(ascii: "J"): webToken()
      default: break
      }
      position += 1
    }
    guard done > 0 else { return false }
    result += bytes[done...]
    return true
  }

  private mutating func hide(_ range: Range<Int>) {
    guard range.lowerBound >= done, !range.isEmpty else { return }
    result += bytes[done..<range.lowerBound] + CredentialText.mask
    done = range.upperBound
    position = max(position, range.upperBound - 1)
  }
}

// The checks at each mark.
extension CredentialScanner {
  /// `name: value`, `"name":"value"`, or `scheme://user:password@`.
  private mutating func colon() {
    if bytes[(position + 1)...].starts(with: "//".utf8) { return address() }
    let name = name(before: position)
    let (start, quote) = value(from: position + 1)
    if Self.fields.contains(name.plain) { return authorization(start, quote) }
    if Self.cookies.contains(name.plain) { return cookie(start, quote) }
    // Prose also has colons, and objects may have such names: fields are recognised by their prefix, keys by quotes.
    let isField =
      name.bytes.starts(with: "x-".utf8) || name.bytes.starts(with: "X-".utf8) || Self.keys.contains(name.plain)
    guard isField || name.isQuoted && quote != nil, SecretWords.isIn(name.plain), !SecretWords.isHarmless(name.plain)
    else {
      return
    }
    let range = start..<end(from: start, quote)
    if quote != nil || Self.isCredential(bytes[range]) { hide(range) }
  }

  /// `name=value`, as in an environment, a query or a log.
  private mutating func equals() {
    let name = name(before: position)
    let (start, quote) = value(from: position + 1)
    guard start <= position + 2, start < bytes.count else { return }
    if Self.fields.contains(name.plain) { return authorization(start, quote) }
    guard !name.plain.isEmpty, SecretWords.isIn(name.plain), !SecretWords.isHarmless(name.plain),
      !"$<{".utf8.contains(bytes[start])
    else { return }
    hide(start..<end(from: start, quote))
  }

  /// `Bearer …` and `Basic …`, anywhere in the text.
  private mutating func blank() {
    let word = String(decoding: name(before: position).bytes, as: UTF8.self).lowercased()
    guard Self.schemes.contains(word) else { return }
    let token = token(from: position + 1)
    // A version may follow the word, too.
    let isVersion = word == "basic" && bytes[token].contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    if token.count >= 8, !isVersion, Self.isCredential(bytes[token]) { hide(token) }
  }

  /// A JSON web token, which begins with `{"` in Base64.
  private mutating func webToken() {
    guard position >= 2, bytes[position - 1] == UInt8(ascii: "y"), bytes[position - 2] == UInt8(ascii: "e"),
      position == 2 || !Self.isToken(bytes[position - 3]) || bytes[position - 3] == UInt8(ascii: "=")
    else { return }
    let token = token(from: position - 2)
    guard token.count >= 24, bytes[token].count(where: { $0 == UInt8(ascii: ".") }) >= 2 else { return }
    hide(token)
  }

  private mutating func address() {
    let start = position + 3
    let end = bytes[start...].firstIndex { "/?#, \t\n\"'".utf8.contains($0) } ?? bytes.count
    guard let at = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) else { return }
    if let split = bytes[start..<at].firstIndex(of: UInt8(ascii: ":")) { return hide(split + 1..<at) }
    // A token may be in the place of the user.
    if at - start >= 20 { hide(start..<at) }
  }

  private mutating func authorization(_ start: Int, _ quote: UInt8?) {
    guard start < bytes.count else { return }
    let word = token(from: start)
    let scheme = String(decoding: bytes[word], as: UTF8.self).lowercased()
    if word.upperBound < bytes.count, bytes[word.upperBound] == UInt8(ascii: " "), Self.allSchemes.contains(scheme) {
      // The rest is one credential, even if it has several parts.
      let isList = scheme == "digest" || scheme.hasPrefix("aws4")
      let rest = word.upperBound + 1
      return hide(rest..<(isList ? listEnd(from: rest, quote) : end(from: rest, quote)))
    }
    if Self.isCredential(bytes[word]) { hide(word) }
  }

  /// Masks the values of all cookies, but not their names and attributes.
  private mutating func cookie(_ start: Int, _ quote: UInt8?) {
    var (next, end) = (start, lineEnd(from: start, quote))
    while next < end {
      let pair = next..<(bytes[next..<end].firstIndex(of: UInt8(ascii: ";")) ?? end)
      if let split = bytes[pair].firstIndex(of: UInt8(ascii: "=")) {
        let name = String(decoding: bytes[pair.lowerBound..<split].filter { $0 != 32 }, as: UTF8.self).lowercased()
        if !Self.attributes.contains(name) { hide(split + 1..<pair.upperBound) }
      }
      next = pair.upperBound + 1
    }
    end = min(end, bytes.count)
    position = max(position, end - 1)
  }
}

// The text before and after a mark.
extension CredentialScanner {
  private static let fields: Set = ["authorization", "proxyauthorization"]
  private static let cookies: Set = ["cookie", "setcookie"]
  private static let keys: Set = ["apikey", "privatetoken", "accesstoken", "authtoken"]
  private static let attributes: Set = ["path", "domain", "expires", "max-age", "samesite", "version"]
  private static let schemes: Set = ["bearer", "basic"]
  private static let allSchemes: Set = [
    "bearer", "basic", "digest", "negotiate", "ntlm", "token", "apikey", "hawk", "mac", "aws4-hmac-sha256",
  ]

  /// The name that ends before `end`.
  private func name(before end: Int) -> (bytes: ArraySlice<UInt8>, plain: String, isQuoted: Bool) {
    var last = end
    let isQuoted = last > done && (bytes[last - 1] == UInt8(ascii: "\"") || bytes[last - 1] == UInt8(ascii: "'"))
    if isQuoted { last -= 1 }
    var first = last
    while first > done, Self.isName(bytes[first - 1]) { first -= 1 }
    let name = bytes[first..<last]
    return (name, SecretWords.plain(String(decoding: name, as: UTF8.self)), isQuoted)
  }

  /// The start of the value after a mark, and its quotation mark, if any.
  private func value(from start: Int) -> (start: Int, quote: UInt8?) {
    var position = start
    while position < bytes.count, bytes[position] == 32 || bytes[position] == 9 { position += 1 }
    // Within a quoted text, quotation marks are escaped by a backslash.
    let quoted = position < bytes.count && bytes[position] == UInt8(ascii: "\\") ? position + 1 : position
    guard quoted < bytes.count, bytes[quoted] == UInt8(ascii: "\"") || bytes[quoted] == UInt8(ascii: "'") else {
      return (position, nil)
    }
    return (quoted + 1, bytes[quoted])
  }

  /// The end of the value that begins at `start`.
  private func end(from start: Int, _ quote: UInt8?) -> Int {
    if quote != nil { return lineEnd(from: start, quote) }
    return bytes[start...].firstIndex { " \t\n\r,;&\"'`)]}<>\\".utf8.contains($0) } ?? bytes.count
  }

  private func lineEnd(from start: Int, _ quote: UInt8?) -> Int {
    bytes[start...].firstIndex { byte in
      byte == 10 || byte == 13
        || (quote.map { byte == $0 || byte == UInt8(ascii: "\\") } ?? (byte == UInt8(ascii: "\"")))
    } ?? bytes.count
  }

  /// The end of a list, whose parts are quoted themselves: without an outer quotation mark, the end of the line.
  private func listEnd(from start: Int, _ quote: UInt8?) -> Int {
    if quote != nil { return lineEnd(from: start, quote) }
    return bytes[start...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
  }

  private func token(from start: Int) -> Range<Int> {
    let end = start < bytes.count ? bytes[start...].firstIndex { !Self.isToken($0) } ?? bytes.count : start
    return start..<max(start, end)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
    default: false
    }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    isName(byte) || "~+/=".utf8.contains(byte)
  }

  /// Whether it is not just a word of prose: it is long, and has digits, padding or mixed case.
  private static func isCredential(_ token: ArraySlice<UInt8>) -> Bool {
    guard token.count >= 6 else { return false }
    let hasFigure = token.contains { (48...57).contains($0) } || token.last == UInt8(ascii: "=")
    let inner = token.dropFirst()
    return hasFigure || (inner.contains { (65...90).contains($0) } && inner.contains { (97...122).contains($0) })
  }
}
