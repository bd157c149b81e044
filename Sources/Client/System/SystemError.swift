import Glibc

/// The operating system said no.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was tried, such as `reading /etc/hosts`.
  public var action: String
  /// The number C calls `errno`, or 0.
  public var code: Int32
  public var problem: String

  /// What C's `errno` says now.
  public init(_ action: String) {
    self.init(action, code: errno)
  }

  public init(_ action: String, code: Int32) {
    self.action = action
    self.code = code
    problem = String(cString: strerror(code))
  }

  public init(_ action: String, problem: String) {
    self.action = action
    self.problem = problem
    code = 0
  }

  public var description: String { "\(action): \(problem)" }

  /// Whether there simply is no such file.
  public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}
