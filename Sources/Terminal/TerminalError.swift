/// Why a screen could not be opened.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Standard input or output is a file, a pipe or closed.
  case notATerminal
  /// terminfo has no description of TERM or its usual substitutes.
  case unknownTerminal(String)
  /// The terminal cannot move the cursor.
  case tooSimple(String)
  /// Another screen is open.
  case taken
  /// The system has no free file descriptor.
  case noDescriptor

  /// One sentence for standard error.
  package var description: String {
    switch self {
    case .notATerminal: "ksx needs a terminal on standard input and output"
    case .unknownTerminal(let name):
      "the terminal \(name.isEmpty ? "(TERM is not set)" : name) is not known here; try TERM=xterm-256color, or ksx --plain, which needs none"
    case .tooSimple(let name):
      "ksx cannot draw on a terminal of the type \(name); is TERM right? ksx --plain needs none"
    case .taken: "the screen is in use already"
    case .noDescriptor: "too few files may be open at once; allow 64 or more (ulimit -n 64)"
    }
  }
}
