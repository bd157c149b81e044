import Glibc

/// An error of the operating system.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The failed action, such as `reading /etc/hosts`.
  package var action: String
  /// The `errno`, or 0.
  package var code: Int32
  package var problem: String

  /// The error of the present `errno`.
  package init(_ action: String) {
    self.init(action, code: errno)
  }

  package init(_ action: String, code: Int32) {
    self.action = action
    self.code = code
    problem = String(cString: strerror(code))
  }

  package init(_ action: String, problem: String) {
    self.action = action
    self.problem = problem
    code = 0
  }

  package var description: String { "\(action): \(problem)" }

  /// Whether the file does not exist.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}
