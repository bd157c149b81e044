package import Platform

/// A place in a text and what is wrong there.
///
/// Lines and columns start at one; a column counts characters, not bytes.
package struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  /// What is wrong there.
  package var problem: Sentence
  /// Where what it is about began, such as the bracket that is not closed.
  var beginning: Beginning?

  struct Beginning: Hashable, Sendable {
    var line: Int
    var column: Int
  }

  package init(line: Int, column: Int, problem: Sentence) {
    self.line = line
    self.column = column
    // Keys and anchors of the text are quoted in it.
    self.problem = problem.shortened(to: 300)
  }

  /// The place and what is wrong there.
  package var sentence: Sentence { "line \(line), column \(column): \(problem)" }
  package var description: String { sentence.english }
}
