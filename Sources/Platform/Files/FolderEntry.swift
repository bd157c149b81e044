import Glibc

/// A file below a folder.
package struct FolderEntry: Hashable, Sendable {
  /// Its path relative to the folder.
  package var path: String
  /// Its length in bytes.
  package var size: Int
  /// The time of its last change, in nanoseconds since 1970.
  package var changed: Int

  /// The regular files below `folder`, sorted by path; `skip` returns true for files and folders to leave out.
  ///
  /// Symbolic links are left out, because they may lead anywhere.
  package static func all(
    below folder: String, limit: Int = 10_000, skip: (_ path: String, _ isFolder: Bool) -> Bool = { _, _ in false }
  ) throws(SystemError) -> [FolderEntry] {
    try walk(folder, limit, skip).files
  }

  /// The symbolic links below `folder` that `all` leaves out, sorted.
  package static func links(
    below folder: String, limit: Int = 10_000, skip: (_ path: String, _ isFolder: Bool) -> Bool = { _, _ in false }
  ) throws(SystemError) -> [String] {
    try walk(folder, limit, skip).links
  }

  private static func walk(
    _ folder: String, _ limit: Int, _ skip: (_ path: String, _ isFolder: Bool) -> Bool
  ) throws(SystemError) -> (files: [FolderEntry], links: [String]) {
    var found: [FolderEntry] = []
    var links: [String] = []
    var waiting = [""]
    while let inner = waiting.popLast() {
      for name in try Files.names(in: folder + "/" + inner) {
        let path = inner.isEmpty ? name : inner + "/" + name
        var status = stat()
        guard lstat(folder + "/" + path, &status) == 0 else { continue }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        if skip(path, isFolder) { continue }
        if isFolder {
          waiting.append(path)
        } else if status.st_mode & S_IFMT == S_IFREG {
          let time = status.st_mtim
          found.append(
            FolderEntry(path: path, size: Int(status.st_size), changed: time.tv_sec * 1_000_000_000 + time.tv_nsec))
        }
        if status.st_mode & S_IFMT == S_IFLNK { links.append(path) }
        guard found.count + waiting.count + links.count <= limit else {
          throw SystemError("reading the folder \(folder)", problem: "it holds more than \(limit) files")
        }
      }
    }
    return (found.sorted { $0.path < $1.path }, links.sorted())
  }
}
