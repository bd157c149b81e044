import HTTP
import Manifest
package import Platform

/// A kubeconfig, merged from its files as kubectl merges them.
///
/// Read once; later changes to the files have no effect.
package struct Kubeconfig: Sendable {
  /// Reads a file as a whole.
  package typealias ReadFile = (String) throws(SystemError) -> [UInt8]

  /// A named cluster, user or context of a file.
  struct Entry: Sendable {
    var name: String
    var node: YAMLNode
    var file: String
  }

  var clusters: [Entry] = []
  var users: [Entry] = []
  var contextEntries: [Entry] = []
  package private(set) var currentContext: String?
  /// The file and line of the first entry without a name, if any: it cannot be chosen, but is no error.
  private(set) var nameless: String?
  /// Parts of the files that were accepted but may be mistakes.
  package private(set) var warnings: [KubeconfigError] = []
  /// The files read, in order of precedence.
  package private(set) var files: [String] = []
  /// The files that were looked for but do not exist.
  private(set) var missing: [String] = []

  /// A context as a user chooses it.
  package struct Context: Hashable, Sendable {
    package var name: String
    package var cluster: String
    package var user: String
    package var namespace: String?
  }

  /// All contexts, in the order of the files.
  package var contexts: [Context] {
    contextEntries.map { entry in
      Context(
        name: entry.name, cluster: entry.text("cluster") ?? "", user: entry.text("user") ?? "",
        namespace: entry.text("namespace"))
    }
  }

  /// The server of `context` for display; empty if the files do not name it.
  package func server(of context: Context) -> String {
    let server = clusters.first { $0.name == context.cluster }?.text("server")
    return server.map(Redaction.withoutUserInfo) ?? ""
  }

  /// An empty kubeconfig.
  package init() {}

  /// Reads the file at `path`, or else those of `KUBECONFIG`, or else `~/.kube/config`.
  ///
  /// The file at `path` must exist; the others may be missing.
  package init(
    explicit path: String?, environment: Environment = .current,
    readFile: ReadFile = { (path) throws(SystemError) in try Files.read(path) }
  ) throws(KubeconfigError) {
    if let path, !path.isEmpty {
      try add(path, isRequired: true, readFile)
      return
    }
    var seen: Set<String> = []
    let listed = environment["KUBECONFIG"]?.split(separator: ":").map(String.init)
    for path in listed ?? [environment.home + "/.kube/config"] where seen.insert(path).inserted {
      try add(path, isRequired: false, readFile)
    }
  }

  private mutating func add(_ path: String, isRequired: Bool, _ readFile: ReadFile) throws(KubeconfigError) {
    let bytes: [UInt8]
    do {
      bytes = try readFile(path)
    } catch {
      guard isRequired || !error.isMissing else { return missing.append(path) }
      throw KubeconfigError(
        file: path, problem: error.problem, remedy: "Check the path given with --kubeconfig or KUBECONFIG")
    }
    let (root, repetitions) = try Self.root(bytes, of: path)
    files.append(path)
    warnings += repetitions.map { KubeconfigError(file: path, line: $0.line, problem: $0.problem) }
    guard let root, !root.isNull else { return }
    guard case .mapping = root.content else {
      throw KubeconfigError(
        file: path, line: root.line, problem: "this is not a kubeconfig",
        remedy: "It begins with apiVersion: v1 and kind: Config")
    }
    try Self.checkKind(of: root, path)
    try merge(root, from: path)
  }

  /// Throws if `kind` or `apiVersion` has another value than that of a kubeconfig; both may be missing.
  private static func checkKind(of root: YAMLNode, _ file: String) throws(KubeconfigError) {
    for (key, expected) in [("kind", "Config"), ("apiVersion", "v1")] {
      guard let node = root[key], !node.isNull, node.text != "", node.text != expected else { continue }
      throw KubeconfigError(
        file: file, line: node.line, problem: "this is not a kubeconfig: its \(key) is \(node.text ?? "no text")",
        remedy: "A kubeconfig says apiVersion: v1 and kind: Config")
    }
  }

  private static func root(
    _ bytes: [UInt8], of path: String
  ) throws(KubeconfigError) -> (YAMLNode?, [SyntaxError]) {
    let remedy: Sentence = "Correct the file or choose another"
    let text: String
    do {
      text = try String(textOf: bytes)
    } catch {
      throw KubeconfigError(file: path, line: error.line, problem: error.problem, remedy: remedy)
    }
    do {
      return try YAML.nodeAndWarnings(text)
    } catch {
      throw KubeconfigError(file: path, line: error.line, problem: error.problem, remedy: remedy)
    }
  }

  /// The first file with a name supplies the whole entry, and the first file with a value supplies the value.
  private mutating func merge(_ root: YAMLNode, from file: String) throws(KubeconfigError) {
    clusters.add(try entries(root, "clusters", "cluster", file))
    users.add(try entries(root, "users", "user", file))
    contextEntries.add(try entries(root, "contexts", "context", file))
    for (name, shape) in KubeconfigShape.others { try shape.check(root[name], name, in: file) }
    if currentContext == nil, let name = root["current-context"]?.text, !name.isEmpty { currentContext = name }
  }

  private mutating func entries(
    _ root: YAMLNode, _ list: String, _ key: String, _ file: String
  ) throws(KubeconfigError) -> [Entry] {
    guard let node = root[list], !node.isNull else { return [] }
    guard case .sequence(let items) = node.content else {
      throw KubeconfigError(
        file: file, line: node.line, problem: "\(list) is not a list", remedy: "Each entry begins with “- name:”")
    }
    var lines: [String: Int] = [:]
    var here: [Entry] = []
    for item in items {
      try KubeconfigShape.entry(key).check(item, key, in: file)
      let name = item["name"].flatMap { $0.isNull ? nil : $0.text } ?? ""
      // kubectl 1.20 and 1.32 refuse such a file, too, even if it is not used.
      if let first = lines.updateValue(item.line, forKey: name) {
        throw Self.repetition(of: key, name, file, line: item.line, first: first)
      }
      if name.isEmpty {
        nameless = nameless ?? "\(file):\(item.line)"
      } else {
        here.append(Entry(name: name, node: item[key] ?? item, file: file))
      }
    }
    return here
  }

  private static func repetition(
    of kind: String, _ name: String, _ file: String, line: Int, first: Int
  ) -> KubeconfigError {
    let problem: Sentence =
      name.isEmpty
      ? "this \(kind) has no name, and neither has that of line \(first)"
      : "this \(kind) has the same name, \(name), as that of line \(first)"
    return KubeconfigError(
      file: file, line: line, problem: problem,
      remedy: "Remove or rename one of them; kubectl refuses such a file as well")
  }
}

extension [Kubeconfig.Entry] {
  fileprivate mutating func add(_ more: [Kubeconfig.Entry]) {
    self += more.filter { entry in !contains { $0.name == entry.name } }
  }
}

extension Kubeconfig.Entry {
  /// The text of a field; `nil` if it is missing or empty.
  func text(_ key: String) -> String? {
    guard let node = node[key], !node.isNull, let text = node.text, !text.isEmpty else { return nil }
    return text
  }

  /// The path in a field, relative to the directory of its file.
  func path(_ key: String) -> String? {
    text(key).map { Files.wholePath($0, besides: file) }
  }

  /// The path in the field `key`; `nil` if the entry contains the data itself.
  func file(of key: String) -> String? { text(key + "-data") == nil ? path(key) : nil }

  /// A Boolean field; false if it is missing.
  func flag(_ key: String) throws(KubeconfigError) -> Bool {
    guard let node = node[key], !node.isNull else { return false }
    guard case .bool(let value) = node.value else {
      throw mistake(key, "\(key) is neither true nor false", "Write true or false, without quotes")
    }
    return value
  }

  /// An error in this entry, at the line of `key` if it has that field.
  func mistake(_ key: String? = nil, _ problem: Sentence, _ remedy: Sentence) -> KubeconfigError {
    KubeconfigError(file: file, line: (key.flatMap { node[$0] } ?? node).line, problem: problem, remedy: remedy)
  }

  /// The bytes in the field `KEY-data`, or else of the file named in the field `KEY`.
  func material(
    _ key: String, _ readFile: Kubeconfig.ReadFile
  ) throws(KubeconfigError) -> [UInt8]? {
    if let data = text(key + "-data") {
      guard let bytes = Base64.decode(data) else {
        throw mistake(key + "-data", "\(key)-data is not base64", "Make it anew, for example with “base64 -w0 FILE”")
      }
      return bytes
    }
    guard let path = path(key) else { return nil }
    do {
      return try readFile(path)
    } catch {
      throw mistake(
        key, "\(key) \(path) cannot be read: \(error.problem)",
        "Check the path; it counts from the kubeconfig's directory")
    }
  }
}

extension YAMLNode {
  var isNull: Bool { value == .null }
}
