/// Splits arbitrary chunks of bytes into whole lines.
///
/// A watch sends one JSON object a line, and an object may be far longer than a chunk
/// from a socket, so a chunk without a newline is common.
package struct LineSplitter: Sendable {
  private var partial: [UInt8] = []

  package init() {}

  /// The lines that `chunk` completes, without their newlines.
  package mutating func add(_ chunk: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var start = chunk.startIndex
    while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
      partial += chunk[start..<end]
      lines.append(partial)
      partial = []
      start = end + 1
    }
    partial += chunk[start...]
    return lines
  }

  /// The number of bytes after the last newline.
  package var count: Int { partial.count }

  /// The bytes after the last newline, or `nil`.
  package mutating func finish() -> [UInt8]? {
    defer { partial = [] }
    return partial.isEmpty ? nil : partial
  }
}
