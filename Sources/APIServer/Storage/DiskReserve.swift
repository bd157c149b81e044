import Glibc

/// Room on the disk that is kept for deletions: a file whose blocks are given back when there are no others.
///
/// A deletion writes before it frees, so without this a full disk could not be made less full.
struct DiskReserve {
  /// A deletion writes the object once more; this holds the largest there may be.
  static let size = 4 << 20

  private let path: String

  init(beside path: String) { self.path = path + ".reserve" }

  /// Takes the room, or as much of it as there is; nothing depends on its success.
  func fill() {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var size = off_t(Self.size)
    while size >= 64 << 10, posix_fallocate(descriptor, 0, size) != 0 {
      // A failure can leave some of the blocks.
      ftruncate(descriptor, 0)
      size /= 2
    }
  }

  /// Gives the room back.
  func release() {
    truncate(path, 0)
  }
}
