import Glibc

/// Reads and writes whole files.
package enum Files {
  /// The bytes of the file at `path`; throws if there are more than `limit`.
  ///
  /// A pipe, such as a shell's `<(command)`, is read to its end, unless `takesPipes` is false.
  package static func read(
    _ path: String, limit: Int = 64 << 20, takesPipes: Bool = true
  ) throws(SystemError) -> [UInt8] {
    let action: Sentence = "reading \(path)"
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

  /// The text of the file at `path`; the error for a file that is not a text names its line and byte.
  package static func text(
    _ path: String, limit: Int = 64 << 20, takesPipes: Bool = true
  ) throws(SystemError) -> String {
    let bytes = try read(path, limit: limit, takesPipes: takesPipes)
    do {
      return try String(textOf: bytes)
    } catch {
      throw SystemError("reading \(path)", problem: error.sentence)
    }
  }

  private static func isPipe(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Writes a file so that a crash at any moment leaves the old or the new content, never a part.
  ///
  /// Only the owner may read it unless `mode` allows others. A symbolic link is followed.
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(SystemError) {
    let target = resolved(path)
    let action: Sentence = "writing \(path)"
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

  /// Appends to a file, in one write if the system allows it.
  package static func append(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(SystemError) {
    let action: Sentence = "writing \(path)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw SystemError(action) }
    defer { close(descriptor) }
    try write(bytes, to: descriptor, action)
  }

  /// Creates a directory and its parents, for the owner only; an existing directory is not changed.
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

  /// Whether the directory at `path` belongs to this user and is closed to others, after closing it if necessary;
  /// `nil` if it does not exist.
  package static func ensurePrivateDirectory(_ path: String) -> Bool? {
    var status = stat()
    // A symbolic link is not followed, because another user may have created it.
    guard lstat(path, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else { return false }
    return status.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Removes a file; a missing file is no error.
  package static func remove(_ path: String) throws(SystemError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("removing \(path)") }
  }

  /// The names in a directory, sorted, without `.` and `..`.
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

  /// The parent directory of a path.
  package static func parent(of path: String) -> String? {
    guard let slash = path.lastIndex(of: "/") else { return nil }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// `path`, resolved relative to `directory`.
  package static func path(_ path: String, in directory: String) -> String {
    path.hasPrefix("/") ? path : (directory.hasSuffix("/") ? directory : directory + "/") + path
  }

  /// `path` as Go's `filepath` joins it to the directory of `file`: absolute, without `.` and `..`.
  ///
  /// Only the text is considered, so `..` after a symbolic link leads to the directory of the link.
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

  private static func write(_ bytes: [UInt8], to descriptor: Int32, _ action: Sentence) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError(action) }
      written += count
    }
  }

  /// The target of a symbolic link, so that the link is kept.
  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }

  /// Synchronizes the directory, without which the new name is not durable.
  private static func synchronize(directoryOf path: String) {
    let descriptor = open(parent(of: path) ?? ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
