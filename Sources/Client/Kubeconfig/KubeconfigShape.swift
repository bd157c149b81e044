import Manifest
import Platform

/// The expected YAML structure of a part of a kubeconfig.
///
/// kubectl 1.20 and 1.32 refuse a file in which a part has another structure, even if that part is not used.
indirect enum KubeconfigShape: Sendable {
  case text
  case flag
  case list(KubeconfigShape)
  /// A mapping whose keys the user chooses.
  case named(KubeconfigShape)
  /// A mapping with these fields; other fields are ignored.
  case fields([String: KubeconfigShape])

  /// The shape of an entry of the lists `clusters`, `users` and `contexts`, by the key of its content.
  static func entry(_ key: String) -> Self { .fields(["name": .text, key: contents[key] ?? .fields([:])]) }

  /// The top-level fields besides those lists.
  static let others: [(name: String, shape: Self)] = [
    ("current-context", .text), ("preferences", .fields(["colors": .flag, "extensions": extensions])),
    ("extensions", extensions),
  ]

  /// Data of other programs.
  private static let extensions = Self.list(.fields(["name": .text]))

  private static let contents: [String: Self] = [
    "cluster": .fields([
      "server": .text, "tls-server-name": .text, "certificate-authority": .text, "certificate-authority-data": .text,
      "proxy-url": .text, "insecure-skip-tls-verify": .flag, "disable-compression": .flag,
      "extensions": extensions,
    ]),
    "context": .fields(["cluster": .text, "user": .text, "namespace": .text, "extensions": extensions]),
    "user": .fields([
      "client-certificate": .text, "client-certificate-data": .text, "client-key": .text, "client-key-data": .text,
      "token": .text, "tokenFile": .text, "username": .text, "password": .text, "as": .text, "as-uid": .text,
      "as-groups": .list(.text), "as-user-extra": .named(.list(.text)), "exec": plugin,
      "auth-provider": .fields(["name": .text, "config": .named(.text)]), "extensions": extensions,
    ]),
  ]
  private static let plugin = Self.fields([
    "apiVersion": .text, "command": .text, "args": .list(.text), "installHint": .text, "interactiveMode": .text,
    "env": .list(.fields(["name": .text, "value": .text])), "provideClusterInfo": .flag,
  ])

  /// Throws if `node`, the value of `name`, has another structure; a missing or null node is accepted.
  func check(_ node: YAMLNode?, _ name: String, in file: String) throws(KubeconfigError) {
    guard let node, !node.isNull else { return }
    switch (self, node.value) {
    case (.text, .string), (.flag, .bool): return
    default: break
    }
    switch (self, node.content) {
    case (.list(let shape), .sequence(let items)):
      for item in items { try shape.check(item, name, in: file) }
    case (.named(let shape), .mapping(let pairs)):
      for pair in pairs { try shape.check(pair.value, pair.key.text ?? name, in: file) }
    case (.fields(let fields), .mapping):
      for (key, shape) in fields.sorted(by: { $0.key < $1.key }) { try shape.check(node[key], key, in: file) }
    default:
      throw KubeconfigError(file: file, line: node.line, problem: flaw(of: name), remedy: remedy)
    }
  }

  private func flaw(of name: String) -> Sentence {
    switch self {
    case .text: "\(name) is no text"
    case .flag: "\(name) is neither true nor false"
    case .list: "\(name) is not a list"
    case .named, .fields: "\(name) is not a mapping"
    }
  }

  private var remedy: Sentence {
    switch self {
    case .text: "Write it in quotes; kubectl refuses such a file as well"
    case .flag: "Write true or false, without quotes"
    case .list: "Begin each of its entries with a dash"
    case .named, .fields: "Write “key: value”, a pair a line"
    }
  }
}
