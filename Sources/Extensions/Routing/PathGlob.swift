/// A path pattern of a rule; `*` matches any text, including slashes and the empty text.
package struct PathGlob: Hashable, Sendable {
  package let text: String
  /// The texts before, between and after the stars.
  private let pieces: [[UInt8]]

  package init(_ text: String) {
    self.text = text
    pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
  }

  /// Whether it matches only one path.
  package var isExact: Bool { pieces.count == 1 }

  /// The text with which every matching path begins.
  package var literalPrefix: [UInt8] { pieces[0] }

  package func matches(_ path: String) -> Bool { matches(Array(path.utf8)) }

  func matches(_ path: [UInt8]) -> Bool { restEnd(of: path) != nil }

  /// The text that the first star matches in `path`, as long as possible; `nil` if the path does not match.
  package func rest(of path: String) -> String? {
    let bytes = Array(path.utf8)
    return restEnd(of: bytes).map { String(decoding: bytes[pieces[0].count..<$0], as: UTF8.self) }
  }

  /// The end of that text, which begins after the first piece.
  private func restEnd(of bytes: [UInt8]) -> Int? {
    guard !isExact else { return bytes == pieces[0] ? bytes.count : nil }
    guard bytes.starts(with: pieces[0]) else { return nil }
    // Matched from the end, so that the first star gets as much as possible.
    var end = bytes.count
    for index in (1..<pieces.count).reversed() {
      let isLast = index == pieces.count - 1
      let room = bytes[pieces[0].count..<end]
      guard let position = Self.lastPosition(of: pieces[index], in: room, atEnd: isLast) else { return nil }
      end = position
    }
    return end
  }

  private static func lastPosition(of piece: [UInt8], in bytes: ArraySlice<UInt8>, atEnd: Bool) -> Int? {
    guard piece.count <= bytes.count else { return nil }
    var position = bytes.endIndex - piece.count
    while position >= bytes.startIndex {
      if bytes[position..<(position + piece.count)].elementsEqual(piece) { return position }
      if atEnd { return nil }
      position -= 1
    }
    return nil
  }
}
