import HTTP
import Platform

/// Takes the warnings that servers send with their answers, and reports each of them once.
///
/// Kubernetes warns so of a deprecated version, of a field it dropped, of a name that will not do
/// (`Warning: 299 - "…"`, RFC 7234 §5.5). The texts are harmless to a terminal.
package final class Warnings: Sendable {
  private let seen = Locked<Set<String>>([])
  private let report: @Sendable (String) -> Void

  /// What is remembered as reported; beyond that, old warnings may come again.
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
  /// Other codes than 299 speak of caches on the way, and are left out.
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

  /// The text of a quoted string, which is taken off `rest`.
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
