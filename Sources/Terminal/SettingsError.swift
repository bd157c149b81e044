package import Manifest
package import Platform

/// What is wrong with a keymap or a theme, and where.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as it was named to the reader.
  package var file: String
  /// The line, from one.
  package var line: Int
  /// The column, from one.
  package var column: Int
  /// What is wrong there.
  package var problem: Sentence

  /// The mistake `mistake` in `file`.
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

  /// `file:line:column: problem`, as compilers have it.
  package var sentence: Sentence { "\(file):\(line):\(column): \(problem)" }
  package var description: String { sentence.english }
}
