import HTTP
import Platform

/// Reports the warnings in the responses of servers, each text once.
///
/// Kubernetes warns of a deprecated version, a dropped field or an unsuitable name
/// (`Warning: 299 - "…"`, RFC 7234 §5.5). The texts contain no control characters that affect a terminal.
package final class Warnings: Sendable {
  private let seen = Locked<Set<String>>([])
  private let report: @Sendable (String) -> Void

  /// The number of texts to remember as reported; beyond it, old warnings may be repeated.
  private static let limit = 1000

  /// `report` is called from any thread.
  package init(_ report: @escaping @Sendable (String) -> Void) { self.report = report }

  func report(from headers: HTTPHeaders) {
    for field in headers.fields where HTTPHeaders.same(field.name, "Warning") {
      for text in Self.texts(of: field.value) where isNew(text) { report(text) }
    }
  }

  private func isNew(_ text: String) -> Bool {
    seen.withLock { seen in
      if seen.count >= Self.limit { seen = [] }
      return seen.insert(text).inserted
    }
  }

  /// The texts in a field such as `299 - "first", 299 agent "second" "Sun, 06 Nov 1994 08:49:37 GMT"`.
  ///
  /// Codes other than 299 come from caches and are left out.
  static func texts(of field: String) -> [String] {
    var texts: [String] = []
    var rest = Array(field.unicodeScalars)[...]
    while !rest.isEmpty {
      let head = String(String.UnicodeScalarView(rest.prefix { $0 != "\"" && $0 != "," }))
      rest = rest.dropFirst(head.unicodeScalars.count)
      guard rest.first == "\"" else {
        rest = rest.dropFirst()
        continue
      }
      let text = Excerpt.shortened(quoted(&rest), to: 1000)
      if head.split(separator: " ").first == "299", !text.isEmpty { texts.append(text) }
    }
    return texts
  }

  /// `text` as a quoted string (RFC 9110 §5.6.4).
  static func quoted(_ text: String) -> String {
    "\"" + text.replacingText("\\", with: "\\\\").replacingText("\"", with: "\\\"") + "\""
  }

  /// Removes a quoted string from `rest` and returns its text.
  private static func quoted(_ rest: inout ArraySlice<Unicode.Scalar>) -> String {
    rest = rest.dropFirst()
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst(), scalar != "\"" {
      guard scalar == "\\" else {
        text.append(scalar)
        continue
      }
      if let escaped = rest.popFirst() { text.append(escaped) }
    }
    return String(text)
  }
}
