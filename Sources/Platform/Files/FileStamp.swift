import Glibc

/// The attributes that change when a file is changed or replaced, or when a link on its path has a new target.
package struct FileStamp: Hashable, Sendable {
  private var device: UInt
  private var node: UInt
  private var size: Int
  private var seconds: Int
  private var nanoseconds: Int

  /// `nil` if there is no file.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, node, size) = (UInt(status.st_dev), UInt(status.st_ino), Int(status.st_size))
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
