import Glibc
import Platform

/// The default paths (XDG Base Directory Specification).
enum Places {
  /// The socket of this user's backend.
  static var socket: String {
    // Where ksx looks for it.
    XDG().runtime + "/ksxd.sock"
  }

  /// The directory of what is kept.
  static var data: String {
    if let data = absolute("XDG_DATA_HOME") { return data + "/ksx" }
    return (absolute("HOME") ?? "/tmp/ksx-\(geteuid())") + "/.local/share/ksx"
  }

  /// Makes `directory` and those above it, for this user alone.
  static func make(_ directory: String) {
    var path = directory.hasPrefix("/") ? "" : "."
    for part in directory.split(separator: "/") {
      path += "/" + part
      mkdir(path, 0o700)
    }
  }

  /// The specification has relative paths ignored.
  private static func absolute(_ variable: String) -> String? {
    guard let text = getenv(variable).map({ String(cString: $0) }), text.hasPrefix("/") else { return nil }
    return text
  }
}
