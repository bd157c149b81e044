import Glibc
import Platform

/// The positions of `\/` in a text: an escape of JSON and YAML 1.2 in double quotes that go-yaml does not accept.
struct SlashEscapes {
  private var positions: [(line: Int, column: Int)] = []

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    var (line, column, counted, at) = (1, 0, 0, 0)
    while at < bytes.count, let found = memchr(start + at, 0x5c, bytes.count - at) {
      let first = start.distance(to: found.assumingMemoryBound(to: UInt8.self))
      let run = bytes[first...].prefix { $0 == 0x5c }.count
      at = first + run
      // A pair of backslashes is an escaped backslash.
      guard run % 2 == 1, at < bytes.count, bytes[at] == UInt8(ascii: "/") else { continue }
      for byte in bytes[counted..<at] {
        // Columns count characters: bytes that do not continue one.
        if byte == 10 { (line, column) = (line + 1, 0) } else if byte & 0xC0 != 0x80 { column += 1 }
      }
      counted = at
      positions.append((line, column))
    }
  }

  /// The error at the first one within `event`.
  func first(in event: YAMLEvent) -> SyntaxError? {
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < (event.line, event.column) { low = middle + 1 } else { high = middle }
    }
    guard low < positions.count, positions[low] < event.end else { return nil }
    return SyntaxError(
      line: positions[low].line, column: positions[low].column,
      problem: "\\/ is an escape that helm and KubeSphere refuse: write / alone")
  }
}
