import Glibc
import Platform

/// A temporary folder that only this user can access.
struct ScratchFolder: Sendable {
  var path: String

  init() throws(SystemError) {
    let root = Environment.current["TMPDIR"] ?? "/tmp"
    var template = Array((root + "/ksxd-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError("making a folder in \(root)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws(SystemError) {
    try Files.write(bytes, to: path + "/" + name)
  }

  /// Removes the folder and its contents; what cannot be removed is left to the system's cleanup.
  func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    for name in (try? Files.names(in: path)) ?? [] {
      let inner = path + "/" + name
      if unlink(inner) != 0 { remove(inner) }
    }
    rmdir(path)
  }
}
