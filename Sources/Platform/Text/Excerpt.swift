/// A short beginning of a text from another program, safe to show: without control characters that affect a terminal,
/// and without credentials.
package enum Excerpt {
  static let limit = 200

  /// The beginning of a response that is not JSON; for an HTML page, its words.
  package static func of(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(16 << 10), as: UTF8.self)
    let plain = looksLikeHTML(text) ? withoutTags(text) : text
    return shortened(plain)
  }

  /// Whether a text begins like an HTML or XML document.
  package static func looksLikeHTML(_ text: String) -> Bool {
    let start = text.prefix(200).trimmed().lowercased()
    return start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<head")
      || start.hasPrefix("<?xml")
  }

  /// One line of text from another program, without characters that affect a terminal.
  package static func shortened(_ text: String, to limit: Int = limit) -> String {
    var result = ""
    var count = 0
    var isBlankDue = false
    // Masked before the text is cut, because a part of a token is secret, too.
    for character in CredentialText.removed(from: String(text.prefix(16 << 10))) {
      if character.isWhitespace {
        isBlankDue = !result.isEmpty
        continue
      }
      let shown = String.UnicodeScalarView(character.unicodeScalars.filter(isHarmless))
      guard !shown.isEmpty else { continue }
      guard count < limit else { return result + "…" }
      if isBlankDue { result += " " }
      isBlankDue = false
      result.unicodeScalars += shown
      count += 1
    }
    return result
  }

  /// Whether a scalar is only displayed and has no other effect.
  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  /// The words of a page: no tags, no scripts, no styles.
  private static func withoutTags(_ html: String) -> String {
    var result = ""
    var rest = html[...]
    while let open = rest.firstIndex(of: "<") {
      result += rest[..<open] + " "
      rest = rest[open...]
      for name in ["script", "style"] where rest.prefix(name.count + 1).lowercased() == "<" + name {
        rest = rest.rangeOfText("</" + name).map { rest[$0.upperBound...] } ?? ""
      }
      guard let close = rest.firstIndex(of: ">") else { return result }
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}

extension Sentence {
  /// The sentence with at most `limit` characters of each inserted text, safe to show.
  package func shortened(to limit: Int) -> Sentence { changingTexts { Excerpt.shortened($0, to: limit) } }
}
