/// Why a file that says who may do what cannot be used, for the user who starts the server.
package struct AccessFileError: Error, Hashable, Sendable, CustomStringConvertible {
  package var file: String
  /// From one; 0 when the file as a whole is meant.
  package var line: Int
  package var problem: String

  package var description: String { line > 0 ? "\(file):\(line): \(problem)" : "\(file): \(problem)" }
}
