import Glibc
import Manifest
import Platform

/// The file that stores the login of a profile, readable by its owner only.
package struct TokenStore: Hashable, Sendable {
  package var path: String
  /// The gateway that issued the tokens; tokens of another gateway are not returned.
  package var server: String

  package init(path: String, server: String) {
    self.path = path
    self.server = server
  }

  /// The file of the profile `name` in the state directory.
  package init(profile name: String, server: String, directory: String = XDG().state) {
    self.init(path: "\(directory)/tokens/\(PercentEncoding.encode(name)).json", server: server)
  }

  /// The stored token; `nil` if there is none for this gateway.
  ///
  /// A file that other users can read is refused, because they may know its tokens.
  func read() throws(SystemError) -> OAuthToken? {
    let action: Sentence = "reading \(path)"
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
    // Reads the file that was checked, even if the path names another file by now.
    let bytes = try Files.read("/proc/self/fd/\(descriptor)", limit: 1 << 20)
    // A file that is not JSON counts as no login; the next login replaces it.
    return (try? JSON.parse(bytes)).flatMap { OAuthToken($0, server: server) }
  }

  func write(_ token: OAuthToken) throws(SystemError) {
    if let directory = Files.parent(of: path) { try Files.makeDirectory(directory) }
    try Files.write(JSON.bytes(token.value(server: server)), to: path, mode: 0o600)
  }

  func remove() throws(SystemError) { try Files.remove(path) }
}
