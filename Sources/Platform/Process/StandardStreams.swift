import Glibc

/// The standard descriptors, which every program expects to be open.
package enum StandardStreams {
  /// Opens `/dev/null` for those that the caller has closed; to be called before any other file is opened.
  ///
  /// Otherwise the next file would get such a number, and output would go into a database or a socket. Input and output
  /// are opened in the wrong mode, so that reading or printing fails as on a closed descriptor; errors are discarded.
  package static func occupy() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", mode) }
  }
}
