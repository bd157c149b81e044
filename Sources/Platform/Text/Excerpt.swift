/// A short beginning of a text from elsewhere, made fit to be shown: nothing in it orders a terminal about, or is a
/// credential.
package enum Excerpt {
  static let limit = 200

  /// The beginning of what came where JSON was expected; of a page, its words.
  package static func of(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: bytes.prefix(16 << 10), as: UTF8.self)
    let plain = looksLikeHTML(text) ? withoutTags(text) : text
    return shortened(plain)
  }

  package static func looksLikeHTML(_ text: String) -> Bool {
    let start = text.prefix(200).trimmed().lowercased()
    return start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<head")
      || start.hasPrefix("<?xml")
  }

  /// One line of text from elsewhere, without anything that a terminal could take for an order.
  package static func shortened(_ text: String, to limit: Int = limit) -> String {
    var result = ""
    var count = 0
    var isBlankDue = false
    // Before it is cut short: half a token is a secret, too.
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

  /// Whether a scalar is one that is only ever shown.
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
  /// The same with no more than `limit` characters of each text from elsewhere, made fit to be shown.
  package func shortened(to limit: Int) -> Sentence { changingTexts { Excerpt.shortened($0, to: limit) } }
}
