public import Manifest

/// What is wrong with a keymap or a theme, and where.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as it was named to the reader.
  public var file: String
  /// The line, from one.
  public var line: Int
  /// The column, from one.
  public var column: Int
  /// What is wrong there.
  public var problem: String

  /// The mistake `mistake` in `file`.
  public init(file: String, _ mistake: SyntaxError) {
    self.file = file
    line = mistake.line
    column = mistake.column
    problem = mistake.problem
  }

  /// `file:line:column: problem`, as compilers have it.
  public var description: String { "\(file):\(line):\(column): \(problem)" }
}
