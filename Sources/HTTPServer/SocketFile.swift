import Glibc
import Platform

/// The file of a unix socket, and the directory that it is in.
struct SocketFile: Hashable, Sendable {
  var path: String

  /// Creates the directory if it is missing, and removes a socket on which no server answers.
  func prepare() throws(ServerError) {
    let longest = XDG.longestSocketPath
    guard path.utf8.count <= longest else {
      throw .cannotListen(
        path, reason: "a socket's path has at most \(longest) bytes; choose a shorter one with --socket")
    }
    try prepareDirectory()
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw .cannotListen(path, reason: "there is a file that is no socket")
    }
    guard !isAnswered else { throw .inUse(path) }
    unlink(path)
  }

  /// Keeps other users from the socket.
  func restrict() {
    chmod(path, 0o600)
  }

  func remove() {
    unlink(path)
  }

  private func prepareDirectory() throws(ServerError) {
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    guard !directory.isEmpty else { return }
    let isNew = mkdir(directory, 0o700) == 0
    var status = stat()
    guard lstat(directory, &status) == 0 else {
      throw .cannotListen(path, reason: "\(directory): \(String(cString: strerror(errno)))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
      throw .cannotListen(path, reason: "\(directory) is no directory of this user")
    }
    // An existing folder is left unchanged, because the mode of the socket keeps other users out. But users who can
    // remove the socket could listen in its place.
    let mayOthersWrite = status.st_mode & 0o022 != 0 && status.st_mode & S_ISVTX == 0
    guard isNew || !mayOthersWrite else {
      throw .cannotListen(
        path,
        reason: "others may write in \(directory); choose another folder with --socket, or: chmod 700 \(directory)")
    }
  }

  private var isAnswered: Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
