import Glibc

/// The operating system said no.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, such as `reading /etc/hosts`.
  package var action: String
  /// The number C calls `errno`, or 0.
  package var code: Int32
  package var problem: String

  /// What C's `errno` says now.
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

  /// Whether there simply is no such file.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}
