import Extensions
import Glibc
package import Platform

/// The changes in one cluster: those of this user with ksx, and those of others that a console saw.
///
/// There is one file for each cluster. Lines are only appended, under a lock, because the console and several commands
/// may write at the same time. Configs may contain secrets, so only the owner may read the file.
package struct History: Hashable, Sendable {
  /// The program's state folder, such as `~/.local/state/ksx`.
  package let folder: String
  /// A stable identifier of the cluster, such as its URL.
  package let cluster: String

  /// In bytes; a longer file is rewritten with the newest lines of each extension.
  static let limit = 16 << 20

  package init(folder: String, cluster: String) {
    self.folder = folder
    self.cluster = cluster
  }

  private var directory: String { folder + "/history" }
  private var mark: String { ConfigHash.of(cluster) }
  var path: String { "\(directory)/\(mark).jsonl" }

  /// Appends a line.
  package func note(_ line: HistoryLine) throws(SystemError) {
    try Files.makeDirectory(directory)
    try holdingLock { () throws(SystemError) in
      try takeOver()
      try append(line.bytes)
      if size > Self.limit { try shorten() }
    }
  }

  /// Runs `body` while no other ksx process writes.
  private func holdingLock(_ body: () throws(SystemError) -> Void) throws(SystemError) {
    try Files.makeDirectory(Files.parent(of: path) ?? "/")
    let lock = try FileLock.held(beside: path)
    defer { withExtendedLifetime(lock) {} }
    try body()
  }

  /// All lines, oldest first.
  package func lines() -> [HistoryLine] {
    guard Files.isDirectory(directory) else { return [] }
    if !oldFiles.isEmpty {
      // If the files of an earlier version cannot be moved, they are read in place.
      let isTakenOver = (try? holdingLock { () throws(SystemError) in try takeOver() }) != nil
      if !isTakenOver { return oldFiles.flatMap { $0.lines } + ownLines }
    }
    return ownLines
  }

  /// The past releases of each extension.
  package func releases() -> [String: ReleaseMemory] { Self.releases(lines()) }

  /// The past releases of each extension, according to `lines`.
  package static func releases(_ lines: [HistoryLine]) -> [String: ReleaseMemory] {
    var memories: [String: ReleaseMemory] = [:]
    for line in lines { memories[line.extension, default: ReleaseMemory()].add(line) }
    return memories
  }

  /// The past releases of the extension `name`.
  package func releases(of name: String) -> ReleaseMemory {
    var memory = ReleaseMemory()
    for line in lines() where line.extension == name { memory.add(line) }
    return memory
  }

  private var ownLines: [HistoryLine] {
    guard let bytes = try? Files.read(path, limit: 4 * Self.limit) else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap(HistoryLine.init(bytes:))
  }

  private var size: Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  private func append(_ bytes: [UInt8]) throws(SystemError) {
    // A crash may have left an incomplete line, which must not spoil this one.
    try Files.append(endsWhole ? bytes : [UInt8(ascii: "\n")] + bytes, to: path)
  }

  private var endsWhole: Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var last: UInt8 = 0
    guard lseek(descriptor, -1, SEEK_END) >= 0, read(descriptor, &last, 1) == 1 else { return true }
    return last == UInt8(ascii: "\n")
  }

  /// Keeps as many of the newest lines of each extension as fit into half of the limit.
  private func shorten() throws(SystemError) {
    let all = ownLines
    var count = 2 * ReleaseMemory.capacity
    while true {
      var seen: [String: Int] = [:]
      let kept = all.reversed().filter { line in
        seen[line.extension, default: 0] += 1
        return seen[line.extension, default: 0] <= count
      }
      let bytes = kept.reversed().flatMap(\.bytes)
      if bytes.count <= Self.limit / 2 || count <= 1 { return try Files.write(bytes, to: path) }
      count /= 2
    }
  }
}

// Files of earlier versions, which had one for each extension.
extension History {
  /// A file of an earlier version.
  private struct OldFile {
    var name: String
    var lines: [HistoryLine]
  }

  private var oldFiles: [OldFile] {
    let names = (try? Files.names(in: directory)) ?? []
    return names.filter { $0.hasPrefix(mark + "-") && $0.hasSuffix(".json") }.compactMap { name in
      guard let bytes = try? Files.read("\(directory)/\(name)"),
        let old = OldReleaseMemory(json: bytes), old.cluster == cluster
      else { return nil }
      return OldFile(name: name, lines: old.lines)
    }
  }

  /// Appends the lines of earlier versions to this file, and moves their files to the folder `old`.
  private func takeOver() throws(SystemError) {
    let aside = directory + "/old"
    for file in oldFiles {
      try Files.makeDirectory(aside)
      // After a crash here the lines are appended again, which is harmless.
      try append(file.lines.flatMap(\.bytes))
      guard rename("\(directory)/\(file.name)", "\(aside)/\(file.name)") == 0 else {
        throw SystemError("moving \(directory)/\(file.name)")
      }
    }
  }
}

extension ReleaseMemory {
  /// Updates the memory with a line about the extension.
  package mutating func add(_ line: HistoryLine) {
    switch line.event {
    case .change(let words, let former?):
      remember(
        Entry(
          version: former.version, config: former.config, time: line.time, what: words,
          wasInstalled: former.wasInstalled))
    case .outcome(.done, let version, let hash):
      note(wasInstalled: true, version: version, configHash: hash)
      // Someone else may make the next change, and then no other line records this release.
      guard let asked, asked.version == version, ConfigHash.of(asked.config) == hash else { return }
      remember(Entry(version: version, config: asked.config, time: line.time, what: "", wasInstalled: true))
    case .outcome(.failed, let version, let hash): note(wasInstalled: false, version: version, configHash: hash)
    case .written(let config): written = config
    case .spec(_, let after):
      asked = after
      if after == nil { noteUninstall() }
    case .change(_, nil), .outcome: break
    }
  }
}
