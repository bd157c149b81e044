/// Why a token, password or policy file cannot be used, for the user who starts the server.
package struct AccessFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// Counted from one; 0 if the problem is the file as a whole.
  package var line: Int
  package var problem: String

  package var description: String { line > 0 ? "\(file):\(line): \(problem)" : "\(file): \(problem)" }
}
