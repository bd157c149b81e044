import Glibc

/// The directories for a user's files (XDG Base Directory Specification).
package struct XDG: Hashable, Sendable {
  private var environment: Environment
  private var program: String

  package init(_ environment: Environment = .current, program: String = "ksx") {
    self.environment = environment
    self.program = program
  }

  /// Settings that the user writes.
  package var config: String { directory("XDG_CONFIG_HOME", ".config") }
  /// Data that can be obtained again.
  package var cache: String { directory("XDG_CACHE_HOME", ".cache") }
  /// The log, drafts, tokens: data that must be kept but is not a setting.
  package var state: String { directory("XDG_STATE_HOME", ".local/state") }
  /// Data such as the standalone backend's objects.
  package var data: String { directory("XDG_DATA_HOME", ".local/share") }
  /// The socket of the user's backend, on which ksxd listens and to which ksx connects.
  package var socket: String { runtime + "/ksxd.sock" }

  /// Sockets and locks; removed when the user logs out.
  ///
  /// A directory of the user under `/tmp` is used instead if `XDG_RUNTIME_DIR` is not set, does not exist, cannot be
  /// written to, as after a change of the user, or is too long for a socket's path.
  package var runtime: String {
    let own = "/tmp/\(program)-\(geteuid())"
    guard let base = environment["XDG_RUNTIME_DIR"], base.hasPrefix("/"), access(base, W_OK | X_OK) == 0 else {
      return own
    }
    let directory = "\(base)/\(program)"
    return directory.utf8.count + Self.longestName <= Self.longestSocketPath ? directory : own
  }

  /// The maximum bytes of a unix socket's path: `man 7 unix` allows 107, and swift-nio, which ksxd uses, fewer.
  package static let longestSocketPath = 103
  /// The bytes of a slash and the socket's name.
  private static let longestName = "/ksxd.sock".utf8.count

  private func directory(_ variable: String, _ otherwise: String) -> String {
    // The specification requires relative paths to be ignored.
    let base = environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(environment.home)/\(otherwise)"
    return "\(base)/\(program)"
  }
}
