import Platform

/// The errors and warnings of a config before the cluster reads it, for the editor and for plans.
///
/// helm and KubeSphere's webhook parse with Go's YAML, and so does this.
package struct ConfigReview: Hashable, Sendable {
  /// Why they will refuse it; `nil` if they will not.
  package private(set) var mistake: SyntaxError?
  /// Parts that they will accept but that may be mistakes.
  package private(set) var warnings: [SyntaxError] = []
  /// The warning about a second document, which is also in `warnings`.
  package private(set) var secondDocument: SyntaxError?
  /// Whether the config has no value: it is blank, has only comments, or is `null`.
  package private(set) var isMissing = false
  /// Whether it sets nothing: it has no value or is `{}`.
  package private(set) var isEmpty = false

  package init(_ text: String) {
    do throws(SyntaxError) {
      let (node, warnings) = try YAML.nodeAndWarnings(text)
      secondDocument = Self.others(text)
      self.warnings = warnings + [secondDocument].compactMap { $0 }
      let value = node?.value ?? .null
      isMissing = value == .null
      isEmpty = isMissing || value == [:]
      if let node, value != .null, value.mapping == nil { throw node.mistake("the config must be a mapping") }
    } catch {
      mistake = error.explained(in: text)
    }
  }

  /// The warning that only the first document counts; an empty second document, as after a lone `---`, is ignored.
  private static func others(_ text: String) -> SyntaxError? {
    let words: Sentence = "a second document begins here: only the first one counts"
    do throws(SyntaxError) {
      let second = try YAML.documents(text).dropFirst().first { $0.value != .null }
      return second.map { $0.mistake(words) }
    } catch {
      // Go does not parse the second document, so errors in it do not matter.
      return SyntaxError(line: error.line, column: error.column, problem: words)
    }
  }
}
