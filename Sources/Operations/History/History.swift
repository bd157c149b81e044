import Extensions
import Glibc
package import Platform

/// What was changed in one cluster, by this user with ksx and by others as far as a console saw it.
///
/// One file for each cluster, to which lines are only added, under a lock: the console and any number of commands
/// write it at the same time. A config may hold secrets, so it is its owner's alone.
package struct History: Hashable, Sendable {
  /// The program's state folder, such as `~/.local/state/ksx`.
  package let folder: String
  /// A name that is the same whenever it is the same cluster, such as its URL.
  package let cluster: String

  /// A longer file is written anew with the newest lines of each extension.
  static let limit = 16 << 20

  package init(folder: String, cluster: String) {
    self.folder = folder
    self.cluster = cluster
  }

  private var directory: String { folder + "/history" }
  private var mark: String { ConfigHash.of(cluster) }
  var path: String { "\(directory)/\(mark).jsonl" }

  /// Adds a line.
  package func note(_ line: HistoryLine) throws(SystemError) {
    try Files.makeDirectory(directory)
    try holdingLock { () throws(SystemError) in
      try takeOver()
      try append(line.bytes)
      if size > Self.limit { try shorten() }
    }
  }

  /// Runs `body` while no other ksx writes.
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
      // Where that cannot be written, what earlier versions kept is read where it is.
      let isTakenOver = (try? holdingLock { () throws(SystemError) in try takeOver() }) != nil
      if !isTakenOver { return oldFiles.flatMap { $0.lines } + ownLines }
    }
    return ownLines
  }

  /// What each extension was before.
  package func releases() -> [String: ReleaseMemory] { Self.releases(lines()) }

  /// What each extension was before, by `lines`.
  package static func releases(_ lines: [HistoryLine]) -> [String: ReleaseMemory] {
    var memories: [String: ReleaseMemory] = [:]
    for line in lines { memories[line.extension, default: ReleaseMemory()].add(line) }
    return memories
  }

  /// What the extension called `name` was before.
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
    // A crash may have left half a line: it must not spoil this one.
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

  /// Keeps as many of each extension's newest lines as fit into half the limit.
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

// Earlier versions had a file for each extension.
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

  /// Adds what earlier versions kept, and puts their files aside: nothing is lost.
  private func takeOver() throws(SystemError) {
    let aside = directory + "/old"
    for file in oldFiles {
      try Files.makeDirectory(aside)
      // A crash in between may have left lines that are added again: remembering the same twice does no harm.
      try append(file.lines.flatMap(\.bytes))
      guard rename("\(directory)/\(file.name)", "\(aside)/\(file.name)") == 0 else {
        throw SystemError("moving \(directory)/\(file.name)")
      }
    }
  }
}

extension ReleaseMemory {
  /// Takes in a line about the extension.
  package mutating func add(_ line: HistoryLine) {
    switch line.event {
    case .change(let words, let former?):
      remember(
        Entry(
          version: former.version, config: former.config, time: line.time, what: words,
          wasInstalled: former.wasInstalled))
    case .outcome(.done, let version, let hash):
      note(wasInstalled: true, version: version, configHash: hash)
      // Others may change it next, and then nothing else tells what was there.
      guard let asked, asked.version == version, ConfigHash.of(asked.config) == hash else { return }
      remember(Entry(version: version, config: asked.config, time: line.time, what: "", wasInstalled: true))
    case .outcome(.failed, let version, let hash): note(wasInstalled: false, version: version, configHash: hash)
    case .written(let config): written = config
    case .spec(_, let after):
      asked = after
      if after == nil { endLife() }
    case .change(_, nil), .outcome: break
    }
  }
}
