import Platform

/// Checks what Go's `url.ParseRequestURI` accepts, for the format `uri`: an absolute path, or a scheme and what follows
/// it.
enum RequestURI {
  static func isValid(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return false }
    if text == "*" { return true }
    guard let (scheme, rest) = divided(text) else { return false }
    let address = rest.prefix { $0 != "?" }
    // After a scheme, anything that is not a path is accepted.
    guard address.hasPrefix("/") else { return !scheme.isEmpty }
    guard !scheme.isEmpty, address.hasPrefix("//") else { return PercentEncoding.isWhole(address) }
    let authority = address.dropFirst(2).prefix { $0 != "/" }
    return isAuthority(authority) && PercentEncoding.isWhole(address.dropFirst(2 + authority.count))
  }

  /// The scheme, empty if there is none, and the text after its colon; `nil` if `text` begins with a colon.
  private static func divided(_ text: String) -> (scheme: Substring, rest: Substring)? {
    let scheme = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    let isScheme = text[scheme.endIndex...].first == ":" && (scheme.first?.isLetter ?? true)
    guard isScheme else { return ("", text[...]) }
    return scheme.isEmpty ? nil : (scheme, text[scheme.endIndex...].dropFirst())
  }

  private static func isAuthority(_ text: Substring) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let user = parts.dropLast().joined(separator: "@")
    let isUser = user.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._:~!$&'()*+,;=%@".contains($0)) }
    return isUser && PercentEncoding.isWhole(user) && isHost(parts.last ?? "")
  }

  private static func isHost(_ text: Substring) -> Bool {
    if text.hasPrefix("[") {
      guard let end = text.lastIndex(of: "]") else { return false }
      return PercentEncoding.isWhole(text) && isPort(text[text.index(after: end)...])
    }
    let name = text.lastIndex(of: ":").map { text[..<$0] } ?? text
    let letters = name.allSatisfy {
      !$0.isASCII || $0.isLetter || $0.isNumber || "-._~!$&'()*+,;=:[]<>\"%".contains($0)
    }
    return letters && escapesNoLetter(name) && isPort(text[name.endIndex...])
  }

  /// Whether all escapes in a host are of bytes beyond ASCII.
  private static func escapesNoLetter(_ name: Substring) -> Bool {
    PercentEncoding.isWhole(name)
      && name.split(separator: "%", omittingEmptySubsequences: false).dropFirst()
        .allSatisfy { UInt8($0.prefix(2), radix: 16) ?? 0 >= 0x80 }
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || text.first == ":" && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
  }
}
