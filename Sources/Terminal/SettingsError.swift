package import Manifest
package import Platform

/// An error in a keymap or a theme, with its place.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the file.
  package var file: String
  /// The line, from one.
  package var line: Int
  /// The column, from one.
  package var column: Int
  /// The message, without the place.
  package var problem: Sentence

  /// The error `mistake` in `file`.
  package init(file: String, _ mistake: SyntaxError) {
    self.file = file
    line = mistake.line
    column = mistake.column
    problem = mistake.problem
  }

  /// `problem` at a place of `file`.
  init(file: String, line: Int, column: Int, problem: Sentence) {
    self.file = file
    self.line = line
    self.column = column
    self.problem = problem
  }

  /// `file:line:column: problem`, as in compilers.
  package var sentence: Sentence { "\(file):\(line):\(column): \(problem)" }
  package var description: String { sentence.english }
}
