import Glibc

/// The environment of a process, as a value that tests can make up.
package struct Environment: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  package private(set) var variables: [String: String]

  package init(_ variables: [String: String]) { self.variables = variables }

  package init(dictionaryLiteral elements: (String, String)...) {
    variables = Dictionary(elements, uniquingKeysWith: { $1 })
  }

  /// That of this process, as it is now.
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

  /// A variable; one that is set but empty is as good as none.
  package subscript(name: String) -> String? {
    get { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
    set { variables[name] = newValue }
  }

  /// The user's directory: `HOME`, else what the system's list of users says.
  package var home: String {
    if let home = self["HOME"] { return home }
    guard let entry = getpwuid(getuid()), let directory = entry.pointee.pw_dir else { return "/" }
    return String(cString: directory)
  }

  /// Who sits at this computer: behind `sudo` its caller, else who is logged in, else what the system's list of users says.
  package var person: String {
    if let name = self["SUDO_USER"] ?? self["LOGNAME"] ?? self["USER"] { return name }
    guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "" }
    return String(cString: name)
  }

  /// `~` and `~/…` with the user's directory in its place.
  package func expandingTilde(_ path: String) -> String {
    path == "~" ? home : path.hasPrefix("~/") ? home + path.dropFirst() : path
  }

  /// Where `program` lies on the `PATH`, if it can be run.
  ///
  /// As with Go, no program is taken from the directory that one happens to be in.
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
