import Platform

/// A place in a text and what is wrong there.
///
/// Lines and columns start at one; a column counts characters, not bytes.
package struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  package var line: Int
  package var column: Int
  package var problem: String
  /// Where what it is about began, such as the bracket that is not closed.
  var beginning: Beginning?

  struct Beginning: Hashable, Sendable {
    var line: Int
    var column: Int
  }

  package init(line: Int, column: Int, problem: String) {
    self.line = line
    self.column = column
    // Keys and anchors of the text are quoted in it.
    self.problem = Excerpt.shortened(problem, to: 300)
  }

  package var description: String { "line \(line), column \(column): \(problem)" }
}
