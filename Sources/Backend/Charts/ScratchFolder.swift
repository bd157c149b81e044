import Glibc

/// A folder of this process alone, for the time of one piece of work.
struct ScratchFolder: Sendable {
  var path: String

  init() throws(FileError) {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((root + "/ksxd-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else { throw FileError(root, "make a folder in") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  func write(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    try Files.write(bytes, to: path + "/" + name, mode: 0o600)
  }

  /// The text of a file in it; one that is not there is empty.
  func text(_ name: String) -> String {
    (try? Files.read(path + "/" + name)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  func remove() {
    Files.removeTree(path)
  }
}
