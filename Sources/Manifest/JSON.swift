/// JSON (RFC 8259).
///
/// Parsing is tolerant where Go's `encoding/json` is, because the servers are written in Go: the last value
/// of a repeated key counts, and bytes that are not UTF-8 become U+FFFD.
package enum JSON {
  /// The maximum nesting of objects and arrays, so that no text can exhaust the stack.
  package static let maximumDepth = 512

  /// Parses one value that nothing follows, without the values at `skipping`.
  package static func parse(
    _ bytes: some Collection<UInt8>, skipping: JSONPaths = JSONPaths()
  ) throws(SyntaxError) -> Value {
    if let result = bytes.withContiguousStorageIfAvailable({ parse(buffer: $0, skipping) }) { return try result.get() }
    return try Array(bytes).withUnsafeBufferPointer { parse(buffer: $0, skipping) }.get()
  }

  private static func parse(
    buffer: UnsafeBufferPointer<UInt8>, _ skipping: JSONPaths
  ) -> Result<Value, SyntaxError> {
    var reader = JSONReader(buffer)
    return Result { () throws(SyntaxError) in try reader.document(skipping) }
  }

  /// Parses one value, and returns the places of repeated keys, such as `spec.ports[0].name`.
  package static func parseNotingRepeats(_ bytes: [UInt8]) throws(SyntaxError) -> (value: Value, repeated: [String]) {
    try bytes.withUnsafeBufferPointer { buffer -> Result<(value: Value, repeated: [String]), SyntaxError> in
      var reader = JSONReader(buffer)
      do throws(SyntaxError) {
        return .success((try reader.document(JSONPaths()), reader.repeated.paths))
      } catch {
        return .failure(error)
      }
    }.get()
  }

  /// The value as compact JSON.
  package static func text(_ value: Value) -> String {
    var writer = JSONWriter(indentation: nil)
    writer.write(value)
    return writer.text
  }

  /// The value as indented JSON, two spaces a level.
  package static func prettyText(_ value: Value) -> String {
    var writer = JSONWriter(indentation: 2)
    writer.write(value)
    return writer.text
  }

  /// The bytes of indented JSON; all lines but the first are indented as at `level` of a document.
  package static func prettyBytes(_ value: Value, level: Int) -> [UInt8] {
    var writer = JSONWriter(indentation: 2, level: level)
    writer.write(value)
    return writer.bytes
  }

  /// The value as the bytes of compact JSON.
  package static func bytes(_ value: Value) -> [UInt8] {
    var writer = JSONWriter(indentation: nil)
    writer.write(value)
    return writer.bytes
  }
}

/// Places in a JSON document, as paths of keys from its root.
package struct JSONPaths: Hashable, Sendable {
  private(set) var isEnd = false
  private(set) var children: [String: JSONPaths] = [:]
  /// Whether only mappings are skipped, so that any other value at these places is kept.
  private(set) var isOfMappings = false

  package init(_ paths: [String]...) {
    for path in paths { insert(path[...]) }
  }

  var isEmpty: Bool { children.isEmpty }

  /// The same places, but only for values that are mappings.
  package var ofMappings: JSONPaths {
    var paths = JSONPaths()
    (paths.isEnd, paths.isOfMappings) = (isEnd, true)
    paths.children = children.mapValues(\.ofMappings)
    return paths
  }

  /// The same places in a document that contains this one under `key`.
  package func under(_ key: String) -> JSONPaths {
    var paths = JSONPaths()
    paths.children = [key: self]
    return paths
  }

  private mutating func insert(_ path: ArraySlice<String>) {
    guard let first = path.first else {
      isEnd = true
      return
    }
    children[first, default: JSONPaths()].insert(path.dropFirst())
  }
}
