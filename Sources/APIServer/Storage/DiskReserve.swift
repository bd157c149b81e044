import Glibc

/// Disk space reserved for deletions: a file whose blocks are freed when the disk is full.
///
/// A deletion writes before it frees space, so without the reserve it would fail on a full disk.
struct DiskReserve {
  /// The reserve in bytes: a deletion writes the object once more, and this is enough for the largest one.
  static let size = 4 << 20

  private let path: String

  init(beside path: String) { self.path = path + ".reserve" }

  /// Reserves the space, or as much of it as is available; errors are ignored.
  func fill() {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var size = off_t(Self.size)
    while size >= 64 << 10, posix_fallocate(descriptor, 0, size) != 0 {
      // A failed call may leave some blocks allocated.
      ftruncate(descriptor, 0)
      size /= 2
    }
  }

  /// Frees the space.
  func release() {
    truncate(path, 0)
  }
}
