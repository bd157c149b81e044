/// Turns chunks of bytes, cut anywhere, into whole lines.
///
/// A watch sends one JSON object a line, and an object may be far longer than
/// the chunk a socket delivers, so a chunk with no newline in it is ordinary.
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

  /// Bytes that no newline has completed yet.
  package var count: Int { partial.count }

  /// What was received after the last newline.
  package mutating func finish() -> [UInt8]? {
    defer { partial = [] }
    return partial.isEmpty ? nil : partial
  }
}
