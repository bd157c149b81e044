public import Manifest

/// What is wrong with a keymap or a theme, and where.
public struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  public var line: Int
  public var column: Int
  public var problem: String

  public init(file: String, _ mistake: SyntaxError) {
    self.file = file
    line = mistake.line
    column = mistake.column
    problem = mistake.problem
  }

  public var description: String { "\(file):\(line):\(column): \(problem)" }
}
