import KubernetesAPI
import Manifest

/// Limits the size and the nesting of objects.
enum ObjectLimits {
  /// The most bytes of an object's JSON; otherwise patches could grow an object beyond the size of any request.
  static let bytes = 3 << 19
  /// The most levels of nesting: fewer than the JSON parser accepts, because watch events nest objects in others.
  static let depth = JSON.maximumDepth - 8

  static func check(_ value: Value) throws(Status) {
    guard !isDeeper(value, than: depth) else { throw .tooLarge("the object is nested deeper than \(depth) levels") }
    // Encoded only if it may be too large: one byte of text takes at most six bytes in JSON.
    guard 6 * letters(value) > bytes else { return }
    let size = JSON.bytes(value).count
    // The default limit of etcd, with its message.
    guard size <= bytes else { throw Status(code: 500, message: "etcdserver: request is too large") }
  }

  /// Refuses `value` if it would be nested too deep below `level` levels.
  static func check(depthOf value: Value, below level: Int) throws(Status) {
    guard !isDeeper(value, than: max(0, depth - level)) else {
      throw .tooLarge("the object is nested deeper than \(depth) levels")
    }
  }

  /// The bytes of all strings in `value`, plus an allowance for numbers and punctuation.
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
