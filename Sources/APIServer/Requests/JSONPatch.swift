import KubernetesAPI
import Manifest

/// JSON patch, RFC 6902.
///
/// As lenient as kube-apiserver's library in two places: a negative index counts from the end, and a test for `null`
/// succeeds if the value is missing. A document that is not a list of operations is a bad request (400); an operation
/// that is malformed or cannot be applied is invalid (422).
struct JSONPatch: Hashable, Sendable {
  private var operations: [Value]

  init(_ document: Value) throws(Status) {
    guard let operations = document.sequence else { throw .badRequest("a JSON patch is a list of operations") }
    // The limit of Kubernetes: each operation may copy the whole object.
    guard operations.count <= 10_000 else {
      throw .tooLarge("The allowed maximum operations in a JSON patch is 10000, got \(operations.count)")
    }
    guard operations.allSatisfy({ $0.mapping != nil }) else {
      throw .badRequest("an operation of a JSON patch is an object")
    }
    self.operations = operations
  }

  func apply(to value: Value) throws(Status) -> Value {
    var result = value
    var copied = 0
    for operation in operations {
      if operation["op"]?.string == "copy" {
        // A copy of the whole object into itself doubles it. kube-apiserver accepts copies of 3 MiB in all
        // (JSONPatchMaxCopyBytes), but no object larger than `ObjectLimits.bytes`.
        copied += JSON.bytes(try Self.find(try Self.pointer(operation, "from"), in: result)).count
        guard copied <= ObjectLimits.bytes else {
          throw .tooLarge("the copies of a JSON patch come to \(copied) bytes")
        }
      }
      result = try Self.apply(operation, to: result)
    }
    return result
  }

  private static func apply(_ operation: Value, to document: Value) throws(Status) -> Value {
    let path = try pointer(operation, "path")
    switch operation["op"]?.string {
    case "add":
      guard !path.isEmpty else { throw failure("the whole document cannot be replaced") }
      return try insert(try member(operation), at: path, into: document)
    case "remove": return try remove(at: path[...], from: document).rest
    case "replace":
      guard !path.isEmpty else { throw failure("the whole document cannot be replaced") }
      let rest = try remove(at: path[...], from: document).rest
      return try insert(try member(operation), at: path, into: rest)
    case "move":
      let from = try pointer(operation, "from")
      guard !path.starts(with: from) || path == from else { throw failure("nothing can be moved into itself") }
      let (value, rest) = try remove(at: from[...], from: document)
      return try insert(value, at: path, into: rest)
    case "copy": return try insert(try find(try pointer(operation, "from"), in: document), at: path, into: document)
    case "test":
      let expected = try member(operation)
      if expected == .null, (try? find(path, in: document)) == nil { return document }
      guard try find(path, in: document) == expected else { throw failure("testing value \(text(path)) failed") }
      return document
    default: throw failure("unknown operation in a JSON patch: \(JSON.text(operation["op"] ?? .null))")
    }
  }

  private static func member(_ operation: Value) throws(Status) -> Value {
    guard let value = operation["value"] else { throw failure("a JSON patch operation lacks its value") }
    return value
  }

  /// The segments of a JSON pointer, RFC 6901.
  private static func pointer(_ operation: Value, _ key: String) throws(Status) -> [String] {
    guard let text = operation[key]?.string, text.isEmpty || text.hasPrefix("/") else {
      throw failure("a JSON patch operation needs a \(key) that begins with a slash")
    }
    return segments(text)
  }

  /// The keys and indices that a JSON pointer consists of.
  static func segments(_ pointer: String) -> [String] {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescaped)
  }

  private static func unescaped(_ segment: Substring) -> String {
    var result = ""
    var rest = segment
    while let character = rest.popFirst() {
      if character == "~", let code = rest.first, code == "0" || code == "1" {
        rest.removeFirst()
        result.append(code == "0" ? "~" : "/")
      } else {
        result.append(character)
      }
    }
    return result
  }

  private static func find(_ path: [String], in document: Value) throws(Status) -> Value {
    var value = document
    for segment in path {
      switch value {
      case .mapping(let mapping):
        guard let next = mapping[segment] else { throw missing(path) }
        value = next
      case .sequence(let items):
        value = items[try index(segment, below: items.count, path)]
      default: throw missing(path)
      }
    }
    return value
  }

  /// Each copy of a value into itself doubles its depth, so the depth is checked before the value is inserted.
  private static func insert(_ new: Value, at path: [String], into value: Value) throws(Status) -> Value {
    try ObjectLimits.check(depthOf: new, below: path.count)
    return try add(new, at: path[...], to: value)
  }

  private static func add(_ new: Value, at path: ArraySlice<String>, to value: Value) throws(Status) -> Value {
    guard let segment = path.first else { return new }
    let rest = path.dropFirst()
    switch value {
    case .mapping(var mapping):
      guard rest.isEmpty || mapping[segment] != nil else { throw missing(Array(path)) }
      mapping[segment] = try add(new, at: rest, to: mapping[segment] ?? .null)
      return .mapping(mapping)
    case .sequence(var items):
      if rest.isEmpty {
        let position = segment == "-" ? items.count : try index(segment, below: items.count + 1, Array(path))
        items.insert(new, at: position)
      } else {
        let position = try index(segment, below: items.count, Array(path))
        items[position] = try add(new, at: rest, to: items[position])
      }
      return .sequence(items)
    default: throw missing(Array(path))
    }
  }

  private static func remove(
    at path: ArraySlice<String>, from value: Value
  ) throws(Status) -> (removed: Value, rest: Value) {
    guard let segment = path.first else { throw failure("the whole document cannot be removed") }
    let rest = path.dropFirst()
    switch value {
    case .mapping(var mapping):
      guard let member = mapping[segment] else { throw missing(Array(path)) }
      let (removed, left) = rest.isEmpty ? (member, nil) : try inside(rest, member)
      mapping[segment] = left
      return (removed, .mapping(mapping))
    case .sequence(var items):
      let position = try index(segment, below: items.count, Array(path))
      let (removed, left) = rest.isEmpty ? (items[position], nil) : try inside(rest, items[position])
      if let left { items[position] = left } else { items.remove(at: position) }
      return (removed, .sequence(items))
    default: throw missing(Array(path))
    }
  }

  private static func inside(_ path: ArraySlice<String>, _ value: Value) throws(Status) -> (Value, Value?) {
    let (removed, rest) = try remove(at: path, from: value)
    return (removed, rest)
  }

  private static func index(_ segment: String, below count: Int, _ path: [String]) throws(Status) -> Int {
    guard let number = Int(segment), case let index = number < 0 ? number + count : number, (0..<count).contains(index)
    else { throw missing(path) }
    return index
  }

  private static func text(_ path: [String]) -> String { path.map { "/" + $0 }.joined() }

  private static func missing(_ path: [String]) -> Status {
    failure("unable to find \(text(path)) in the object")
  }

  private static func failure(_ problem: String) -> Status {
    Status(
      code: 422, reason: "Invalid",
      message: "the server rejected our request due to an error in our request: \(problem)")
  }
}
