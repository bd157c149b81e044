import Platform

/// What is to be said of a config before the cluster reads it: the one judge for the editor and for plans.
///
/// helm and KubeSphere's webhook read with Go's YAML, and so does this.
package struct ConfigReview: Hashable, Sendable {
  /// Why they will refuse it.
  package private(set) var mistake: SyntaxError?
  /// What they will take, but perhaps not as it was meant.
  package private(set) var warnings: [SyntaxError] = []
  /// Where a second document begins, which is among the warnings.
  package private(set) var secondDocument: SyntaxError?
  /// Whether there is no value in it, as in blank text, in comments alone and in `null`.
  package private(set) var isMissing = false
  /// Whether it sets nothing.
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
      mistake = error.inPlainWords(in: text)
    }
  }

  /// Only the first document counts; an empty one after it, as a lone `---` makes it, means nothing.
  private static func others(_ text: String) -> SyntaxError? {
    let words: Sentence = "a second document begins here: only the first one counts"
    do throws(SyntaxError) {
      let second = try YAML.documents(text).dropFirst().first { $0.value != .null }
      return second.map { $0.mistake(words) }
    } catch {
      // Go does not read it, so its mistakes are none.
      return SyntaxError(line: error.line, column: error.column, problem: words)
    }
  }
}
