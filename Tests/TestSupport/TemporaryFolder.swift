import Glibc
import Platform

/// A folder that only its owner can read, and that is gone with everything in it when the test is over.
package final class TemporaryFolder: Sendable {
  /// Where it is.
  package let path: String

  /// Makes it under `/tmp`, whose paths are short enough for sockets.
  package init() {
    var template = Array("/tmp/ksx-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("no temporary folder can be made: \(errno)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { remove() }

  /// Removes it now: statics are not taken down when a process ends.
  package func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    // A link is removed, not what it points to.
    if unlink(path) == 0 { return }
    for name in (try? Files.names(in: path)) ?? [] { remove(path + "/" + name) }
    rmdir(path)
  }
}
