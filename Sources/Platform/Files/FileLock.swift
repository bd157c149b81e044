import Glibc

/// A lock on a file for this process; the kernel releases it however the process ends.
package final class FileLock {
  private let descriptor: Int32

  /// Why the lock is not held.
  package enum Failure: Error, Hashable, Sendable {
    /// Another process, or another `FileLock` in this one, holds it.
    case isHeld
    /// The lock's own file cannot be created or locked.
    case unusable(SystemError)
  }

  /// Takes the lock beside `path` (`PATH.lock`, mode 0600); `waiting` waits until it is released.
  package init(beside path: String, waiting: Bool = false) throws(Failure) {
    let file = path + ".lock"
    descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unusable(SystemError("making \(file)")) }
    while flock(descriptor, waiting ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      if errno == EWOULDBLOCK { throw .isHeld }
      throw .unusable(SystemError("locking \(file)"))
    }
  }

  /// Takes the lock beside `path`, waiting at most two seconds for its release, because its holder may be a program
  /// that was stopped.
  package static func held(beside path: String) throws(SystemError) -> FileLock {
    for _ in 0..<200 {
      do throws(Failure) {
        return try FileLock(beside: path)
      } catch {
        if case .unusable(let problem) = error { throw problem }
        usleep(10_000)
      }
    }
    throw SystemError("locking \(path)", problem: "another ksx has held it for two seconds")
  }

  deinit {
    close(descriptor)
  }
}
