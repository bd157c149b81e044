/// Text from elsewhere, made fit to be shown: nothing in it orders a terminal about.
package enum Harmless {
  /// Whether a scalar is one that is only ever shown.
  package static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }

  /// `text` without the others, and at most `limit` characters of it.
  package static func text(_ text: String, limit: Int) -> String {
    if text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    let plain = String(String.UnicodeScalarView(text.unicodeScalars.filter(isHarmless)))
    return plain.count > limit ? plain.prefix(limit) + "…" : plain
  }
}
