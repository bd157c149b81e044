import Glibc

/// Holds a file for this process; the kernel lets go of it however the process ends.
package final class FileLock {
  private let descriptor: Int32

  /// Why the lock is not held.
  package enum Failure: Error, Hashable, Sendable {
    /// Another process, or another holder in this one, has it.
    case isHeld
    /// The lock's own file cannot be made or locked.
    case unusable(SystemError)
  }

  /// Takes the lock beside `path` (`PATH.lock`, mode 0600), waiting for its holder or not.
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

  /// Takes the lock beside `path`, waiting for its holder two seconds at most: one that does not let go, such as a
  /// program that was stopped, is not waited for.
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
