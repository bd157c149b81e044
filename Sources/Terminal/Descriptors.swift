import CTerminal
import Glibc

/// The file descriptors that the system allows this process.
package enum Descriptors {
  /// Raises the soft limit to the hard limit, and returns whether `count` more files can be opened.
  ///
  /// A connection that cannot be opened later looks like a server that is down, so the console checks at its start.
  package static func has(_ count: Int) -> Bool {
    ksx_allow_files(-1)
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    while opened.count < count, case let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC), descriptor >= 0 {
      opened.append(descriptor)
    }
    return opened.count == count
  }
}
