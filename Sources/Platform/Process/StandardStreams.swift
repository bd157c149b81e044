import Glibc

/// The descriptors that every program expects to be open.
package enum StandardStreams {
  /// Puts `/dev/null` where the caller has closed one; to be called before anything is opened.
  ///
  /// What is opened next would get its number, and what is printed would go into a database or a socket. Each is opened
  /// the wrong way round, so that reading or printing fails as it would on a closed one; only errors are thrown away.
  package static func occupy() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    where fcntl(descriptor, F_GETFD) < 0 { _ = open("/dev/null", mode) }
  }
}
