import Glibc

/// Files as wholes.
package enum Files {
  /// The bytes of the file at `path`, if there are no more than `limit`.
  ///
  /// A pipe is waited for, since a shell's `<(command)` is one, unless `takesPipes` is false.
  package static func read(
    _ path: String, limit: Int = 64 << 20, takesPipes: Bool = true
  ) throws(SystemError) -> [UInt8] {
    let action = "reading \(path)"
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (takesPipes ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else { throw SystemError(action) }
    defer { close(descriptor) }
    if !takesPipes, isPipe(descriptor) { throw SystemError(action, problem: "it is a pipe, and no file") }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SystemError(action) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else { throw SystemError(action, problem: "it is longer than \(limit) bytes") }
    }
  }

  /// The text of the file at `path`; one that is not a text is refused with its line and byte.
  package static func text(
    _ path: String, limit: Int = 64 << 20, takesPipes: Bool = true
  ) throws(SystemError) -> String {
    let bytes = try read(path, limit: limit, takesPipes: takesPipes)
    do {
      return try String(textOf: bytes)
    } catch {
      throw SystemError("reading \(path)", problem: error.description)
    }
  }

  private static func isPipe(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Writes a file so that a crash at any moment leaves the old one or the new one, never half.
  ///
  /// Only the owner may read it unless `mode` says otherwise. A symbolic link is followed.
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(SystemError) {
    let target = resolved(path)
    let action = "writing \(path)"
    let temporary = "\(target).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw SystemError(action) }
    do throws(SystemError) {
      defer { close(descriptor) }
      try write(bytes, to: descriptor, action)
      guard fsync(descriptor) == 0 else { throw SystemError(action) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, target) == 0 else {
      let error = SystemError(action)
      unlink(temporary)
      throw error
    }
    synchronize(directoryOf: target)
  }

  /// Adds to the end of a file, in one piece where the system can.
  package static func append(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(SystemError) {
    let action = "writing \(path)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw SystemError(action) }
    defer { close(descriptor) }
    try write(bytes, to: descriptor, action)
  }

  /// Makes a directory and those above it, for the owner alone; one that is there stays as it is.
  package static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
    if isDirectory(path) || mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let parent = parent(of: path) else { throw SystemError("making the directory \(path)") }
    try makeDirectory(parent, mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("making the directory \(path)") }
  }

  package static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether the directory at `path` is this user's own, and closed to others, which it becomes if it was not;
  /// `nil` when there is none.
  package static func isPrivateDirectory(_ path: String) -> Bool? {
    var status = stat()
    // Not through a symbolic link, which another user may have laid there.
    guard lstat(path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else { return false }
    return status.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Removes a file; one that is not there is no error.
  package static func remove(_ path: String) throws(SystemError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("removing \(path)") }
  }

  /// The names in a directory, in order, without `.` and `..`.
  package static func names(in path: String) throws(SystemError) -> [String] {
    guard let directory = opendir(path) else { throw SystemError("reading the directory \(path)") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The directory a path lies in.
  package static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// `path` as seen from `directory`.
  package static func path(_ path: String, in directory: String) -> String {
    path.hasPrefix("/") ? path : (directory.hasSuffix("/") ? directory : directory + "/") + path
  }

  /// `path` as Go's `filepath` joins it to the directory of `file`: from the root, without `.` and `..`.
  ///
  /// By its letters alone, so that `..` after a symbolic link leads back to where the link is.
  package static func wholePath(_ path: String, besides file: String) -> String {
    if path.hasPrefix("/") { return path }
    var parts: [Substring] = []
    let start = file.hasPrefix("/") ? "" : currentDirectory + "/"
    for part in "\(start)\(parent(of: file) ?? ".")/\(path)".split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static var currentDirectory: String {
    guard let directory = getcwd(nil, 0) else { return "" }
    defer { free(directory) }
    return String(cString: directory)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, _ action: String) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError(action) }
      written += count
    }
  }

  /// Where a symbolic link leads, so that it stays one.
  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }

  /// The new name is durable only when its directory is.
  private static func synchronize(directoryOf path: String) {
    let descriptor = open(parent(of: path) ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
