import Glibc

/// Holds a file for this process; the kernel lets go of it however the process ends.
final class FileLock {
  private let descriptor: Int32

  /// Takes the lock beside `path`, or says who is in the way.
  init(beside path: String) throws(StorageError) {
    let file = path + ".lock"
    descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .unusable(path: file, reason: "cannot be made (\(String(cString: strerror(errno))))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw .unusable(path: path, reason: "is in use by another ksxd; stop it, or choose a directory with --data")
    }
  }

  deinit {
    close(descriptor)
  }
}
