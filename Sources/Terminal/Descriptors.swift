import CTerminal
import Glibc

/// What the system lets this process open.
package enum Descriptors {
  /// Raises the limit to what is allowed, and says whether `count` more files can be opened.
  ///
  /// A connection that cannot be opened later looks like a server that is down, so the console asks before it begins.
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
