import Glibc

/// Where a user's files belong (XDG Base Directory Specification).
package struct XDG: Hashable, Sendable {
  private var environment: Environment
  private var program: String

  package init(_ environment: Environment = .current, program: String = "ksx") {
    self.environment = environment
    self.program = program
  }

  /// Settings a user writes.
  package var config: String { directory("XDG_CONFIG_HOME", ".config") }
  /// What can be had again.
  package var cache: String { directory("XDG_CACHE_HOME", ".cache") }
  /// The log, drafts, tokens: what must survive but is not a setting.
  package var state: String { directory("XDG_STATE_HOME", ".local/state") }
  /// Data such as the standalone backend's objects.
  package var data: String { directory("XDG_DATA_HOME", ".local/share") }
  /// The socket of the user's backend, where ksxd listens and ksx looks for it.
  package var socket: String { runtime + "/ksxd.sock" }

  /// Sockets and locks; gone when the user logs out.
  ///
  /// Without `XDG_RUNTIME_DIR`, with one that is not there or cannot be written to, as after a change of the user, or so
  /// long that no socket fits into it, a directory of the user's own under `/tmp` stands in.
  package var runtime: String {
    let own = "/tmp/\(program)-\(geteuid())"
    guard let base = environment["XDG_RUNTIME_DIR"], base.hasPrefix("/"), access(base, W_OK | X_OK) == 0 else {
      return own
    }
    let directory = "\(base)/\(program)"
    return directory.utf8.count + Self.longestName <= Self.longestSocketPath ? directory : own
  }

  /// Bytes in the path of a unix socket: `man 7 unix` allows 107, and swift-nio, which ksxd listens with, fewer.
  package static let longestSocketPath = 103
  /// Bytes of a slash and a socket's name.
  private static let longestName = "/ksxd.sock".utf8.count

  private func directory(_ variable: String, _ otherwise: String) -> String {
    // The specification says to ignore relative paths.
    let base = environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(environment.home)/\(otherwise)"
    return "\(base)/\(program)"
  }
}
