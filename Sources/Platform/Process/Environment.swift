import Glibc

/// The environment of a process, as a value that tests can construct.
package struct Environment: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var variables: [String: String]

  package init(_ variables: [String: String]) { self.variables = variables }

  package init(dictionaryLiteral elements: (String, String)...) {
    variables = Dictionary(elements, uniquingKeysWith: { $1 })
  }

  /// The present environment of this process.
  package static var current: Environment {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return Environment(variables)
  }

  /// The value of a variable; `nil` if it is not set or empty.
  package subscript(name: String) -> String? {
    get { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    set { variables[name] = newValue }
  }

  /// The user's home directory: `HOME`, else the one in the system's user database.
  package var home: String {
    if let home = self["HOME"] { return home }
    guard let entry = getpwuid(getuid()), let directory = entry.pointee.pw_dir else { return "/" }
    return String(cString: directory)
  }

  /// The name of the person: behind `sudo` its caller, else the logged-in user, else the system's user database.
  package var person: String {
    if let name = self["SUDO_USER"] ?? self["LOGNAME"] ?? self["USER"] { return name }
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "" }
    return String(cString: name)
  }

  /// `path` with a leading `~` replaced by the home directory.
  package func expandingTilde(_ path: String) -> String {
    path == "~" ? home : path.hasPrefix("~/") ? home + path.dropFirst() : path
  }

  /// The path of `program` on the `PATH`; `nil` if it cannot be executed.
  ///
  /// As in Go, relative directories on the `PATH`, such as the current one, are ignored.
  package func locate(_ program: String) -> String? {
    if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
    for directory in (self["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    where directory.hasPrefix("/") {
      let path = "\(directory)/\(program)"
      if access(path, X_OK) == 0, !Files.isDirectory(path) { return path }
    }
    return nil
  }
}
