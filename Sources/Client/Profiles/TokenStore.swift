import Glibc
import Manifest
import Platform

/// The one file in which the login of a profile is kept, for its owner alone.
package struct TokenStore: Hashable, Sendable {
  package var path: String
  /// The gateway whose tokens these are; those of another are not given away.
  package var server: String

  package init(path: String, server: String) {
    self.path = path
    self.server = server
  }

  /// The file of the profile `name` under the directory of state.
  package init(profile name: String, server: String, directory: String = XDG().state) {
    self.init(path: "\(directory)/tokens/\(PercentEncoding.encode(name)).json", server: server)
  }

  /// The token kept, or `nil` when there is none for this gateway.
  ///
  /// A file that others could read is refused: its tokens may be known to them.
  func read() throws(SystemError) -> OAuthToken? {
    let action = "reading \(path)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0, errno == ENOENT { return nil }
    guard descriptor >= 0 else { throw SystemError(action) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError(action) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(action, problem: "it is not a file") }
    guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
      throw SystemError(
        action,
        problem: "others can read the login in it, so it is not used. Log in again, or make it yours alone: chmod 600")
    }
    // The very file that was read, even if the name leads to another by now.
    let bytes = try Files.read("/proc/self/fd/\(descriptor)", limit: 1 << 20)
    // What is not JSON is no login: a new one replaces it.
    return (try? JSON.parse(bytes)).flatMap { OAuthToken($0, server: server) }
  }

  func write(_ token: OAuthToken) throws(SystemError) {
    if let directory = Files.parent(of: path) { try Files.makeDirectory(directory) }
    try Files.write(JSON.bytes(token.value(server: server)), to: path, mode: 0o600)
  }

  func remove() throws(SystemError) { try Files.remove(path) }
}
