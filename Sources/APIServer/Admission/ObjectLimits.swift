import KubernetesAPI
import Manifest

/// How large and how deep an object may be.
enum ObjectLimits {
  /// Bytes of its JSON; patches could otherwise grow an object beyond what any request may carry.
  static let bytes = 3 << 19
  /// Levels of nesting: fewer than the reader takes, because watches put objects into others.
  static let depth = JSON.maximumDepth - 8

  static func check(_ value: Value) throws(Status) {
    guard !isDeeper(value, than: depth) else { throw .tooLarge("the object is nested deeper than \(depth) levels") }
    // Written out only where it may be too large: no letter takes more than six bytes in JSON.
    guard 6 * letters(value) > bytes else { return }
    let size = JSON.bytes(value).count
    // What a cluster's etcd takes by default, in its words.
    guard size <= bytes else { throw Status(code: 500, message: "etcdserver: request is too large") }
  }

  /// Refuses `value` where it would be nested too deep below `level` others.
  static func check(depthOf value: Value, below level: Int) throws(Status) {
    guard !isDeeper(value, than: max(0, depth - level)) else {
      throw .tooLarge("the object is nested deeper than \(depth) levels")
    }
  }

  /// The bytes of all texts in `value`, and enough for what stands between them.
  private static func letters(_ value: Value) -> Int {
    switch value {
    case .mapping(let mapping): mapping.pairs.reduce(2) { $0 + $1.key.utf8.count + 2 + letters($1.value) }
    case .sequence(let items): items.reduce(2) { $0 + 1 + letters($1) }
    case .string(let text): text.utf8.count + 2
    case .integer, .number, .bool, .null: 24
    }
  }

  private static func isDeeper(_ value: Value, than depth: Int) -> Bool {
    switch value {
    case .mapping(let mapping): depth == 0 || mapping.pairs.contains { isDeeper($0.value, than: depth - 1) }
    case .sequence(let items): depth == 0 || items.contains { isDeeper($0, than: depth - 1) }
    default: false
    }
  }
}
