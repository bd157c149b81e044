/// A place in a text and what is wrong there.
///
/// Lines and columns start at one; a column counts characters, not bytes.
public struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  public var line: Int
  public var column: Int
  public var problem: String

  public init(line: Int, column: Int, problem: String) {
    self.line = line
    self.column = column
    // Keys and anchors of the text are quoted in it.
    self.problem = Harmless.text(problem, limit: 300)
  }

  public var description: String { "line \(line), column \(column): \(problem)" }
}
