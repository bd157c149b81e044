package import Platform

/// An error in a text, with its place.
///
/// Lines and columns start at one; a column counts characters, not bytes.
package struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  /// The message, without the place.
  package var problem: Sentence
  /// Where the construct of the error begins, such as a bracket that is not closed.
  var beginning: Position?

  struct Position: Hashable, Sendable {
    var line: Int
    var column: Int
  }

  package init(line: Int, column: Int, problem: Sentence) {
    self.line = line
    self.column = column
    // It may quote keys and anchors of the text.
    self.problem = problem.shortened(to: 300)
  }

  /// The place and the message.
  package var sentence: Sentence { "line \(line), column \(column): \(problem)" }
  package var description: String { sentence.english }
}
