import Glibc
import Manifest
package import Platform

/// The changes that this user made to clusters with ksx, in a file that shows whether it was tampered with.
///
/// JSON lines are appended under a lock, because several ksx processes may write at the same time. Each line has its
/// own hash and that of the line before, so that a changed, removed or inserted line breaks the chain. The hashes that
/// are also sent to the system log show whether the last lines were cut off.
package struct Journal: Hashable, Sendable {
  package let path: String
  /// The socket of the system log; nothing is sent if it does not exist.
  private let systemLog: String

  /// The journal in the program's state folder.
  package init(folder: String, systemLog: String = "/dev/log") {
    path = folder + "/journal.jsonl"
    self.systemLog = systemLog
  }

  /// The `previous` hash of the first line.
  package static let origin = String(repeating: "0", count: 64)

  /// Appends `entry`; if that fails, for example on a full disk, the file is unchanged, and a message is sent to the
  /// system log.
  package func append(_ entry: JournalEntry) throws(SystemError) {
    do throws(SystemError) {
      try Files.makeDirectory(Files.parent(of: path) ?? "/")
      let lock = try FileLock.held(beside: path)
      defer { withExtendedLifetime(lock) {} }
      let file = try JournalFile(path)
      let line = Self.line(
        entry, number: file.count + 1, after: file.head, isAfterBroken: !file.isLastLineComplete)
      try file.append(line.text)
      SystemLog(socket: systemLog).note(
        "journal line \(file.count + 1) of \(path) has hash \(line.hash)")
    } catch {
      SystemLog(socket: systemLog).note(
        "not in the journal (\(error)): \(entry.event.word) \(entry.verb) \(entry.method) \(entry.target) in \(entry.cluster)"
      )
      throw error
    }
  }

  static func line(
    _ entry: JournalEntry, number: Int, after head: String, isAfterBroken: Bool = false
  ) -> (text: String, hash: String) {
    var fields: Mapping = ["n": .integer(number)]
    for pair in entry.fields.pairs { fields[pair.key] = pair.value }
    // This distinguishes a line that was cut off from one that was inserted.
    if isAfterBroken { fields["brokenBefore"] = true }
    fields["previous"] = .string(head)
    let text = JSON.text(.mapping(fields))
    let hash = SHA256.hex(Array(text.utf8))
    return ("\(text.dropLast()),\"hash\":\"\(hash)\"}\n", hash)
  }

  /// The bytes of the file; empty if it does not exist.
  package func bytes() throws(SystemError) -> [UInt8] {
    do throws(SystemError) {
      return try Files.read(path, limit: 1 << 30)
    } catch {
      if error.isMissing { return [] }
      throw error
    }
  }

  /// The lines that can be parsed, oldest first.
  package func lines() throws(SystemError) -> [JournalLine] { Self.lines(in: try bytes()) }

  static func lines(in bytes: [UInt8]) -> [JournalLine] {
    bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      (try? JSON.parse(Array(line))).flatMap { value in
        value.mapping == nil ? nil : JournalLine(value: value)
      }
    }
  }
}

/// The end of the journal's file, read before a line is appended.
private struct JournalFile {
  private let path: String
  private let size: Int
  /// Whether the last line is complete; a crash or a full disk may have cut it off.
  private(set) var isLastLineComplete = true
  /// The number and the hash of the last complete line.
  private(set) var count = 0
  private(set) var head = Journal.origin

  /// How many bytes of the end are read: first as many as most last lines have, then more than any line has.
  private static let tailSizes = [8 << 10, 256 << 10]

  init(_ path: String) throws(SystemError) {
    self.path = path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw SystemError("reading \(path)") }
      size = 0
      return
    }
    defer { close(descriptor) }
    size = Int(lseek(descriptor, 0, SEEK_END))
    // Urgent changes wait for this, so no more is read than the longest line can have.
    for tail in Self.tailSizes {
      let bytes = try Self.end(of: descriptor, from: max(0, size - tail), to: size, path)
      isLastLineComplete = bytes.last.map { $0 == Self.newline } ?? true
      if takeLast(of: bytes) || size <= tail { return }
    }
  }

  private static let newline = UInt8(ascii: "\n")

  private static func end(
    of descriptor: Int32, from start: Int, to size: Int, _ path: String
  ) throws(SystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size - start)
    guard lseek(descriptor, start, SEEK_SET) >= 0,
      Glibc.read(descriptor, &bytes, bytes.count) == bytes.count
    else { throw SystemError("reading \(path)") }
    return bytes
  }

  /// Takes number and hash from the last whole line of `bytes` that has them; false if there is none.
  private mutating func takeLast(of bytes: [UInt8]) -> Bool {
    guard var end = bytes.lastIndex(of: Self.newline) else { return false }
    while end > 0 {
      let start = bytes[..<end].lastIndex(of: Self.newline).map { $0 + 1 } ?? 0
      if let last = Journal.lines(in: Array(bytes[start..<end])).first, last.value["hash"]?.string != nil {
        (count, head) = (last.value["n"]?.integer ?? 0, last.text("hash"))
        return true
      }
      end = max(0, start - 1)
    }
    return false
  }

  /// Appends a line; if that fails, the file is left as it was.
  func append(_ line: String) throws(SystemError) {
    do throws(SystemError) {
      try Files.append(Array(((isLastLineComplete ? "" : "\n") + line).utf8), to: path)
    } catch {
      truncate(path, size)
      throw error
    }
  }
}

/// The system log, if there is one.
private struct SystemLog {
  let socket: String

  func note(_ text: String) {
    guard Files.exists(socket) else { return }
    let descriptor = Glibc.socket(
      AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(socket.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    // Facility 10, security messages, severity 6, informational (RFC 5424: 10 × 8 + 6).
    let message = Array("<86>ksx[\(getpid())]: \(text)".utf8)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // Does not wait for a log whose buffer is full.
        sendto(
          descriptor, message, message.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), $0,
          socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
