/// A path of a rule, in which `*` stands for anything, also for slashes and for nothing.
package struct PathGlob: Hashable, Sendable {
  package let text: String
  /// What stands before, between and after the stars.
  private let pieces: [[UInt8]]

  package init(_ text: String) {
    self.text = text
    pieces = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false).map(Array.init)
  }

  /// Whether it names one path only.
  package var isExact: Bool { pieces.count == 1 }

  /// What every path that fits begins with.
  package var literalPrefix: [UInt8] { pieces[0] }

  package func matches(_ path: String) -> Bool { matches(Array(path.utf8)) }

  func matches(_ path: [UInt8]) -> Bool { restEnd(of: path) != nil }

  /// What the first star stands for in `path`, as much of it as can be; `nil` when the path does not fit.
  package func rest(of path: String) -> String? {
    let bytes = Array(path.utf8)
    return restEnd(of: bytes).map { String(decoding: bytes[pieces[0].count..<$0], as: UTF8.self) }
  }

  /// Where that ends; it begins behind the first piece.
  private func restEnd(of bytes: [UInt8]) -> Int? {
    guard !isExact else { return bytes == pieces[0] ? bytes.count : nil }
    guard bytes.starts(with: pieces[0]) else { return nil }
    // Placed from the end, so that the first star gets all that the later ones can leave it.
    var end = bytes.count
    for index in (1..<pieces.count).reversed() {
      let isLast = index == pieces.count - 1
      let room = bytes[pieces[0].count..<end]
      guard let place = Self.lastPlace(of: pieces[index], in: room, atEnd: isLast) else { return nil }
      end = place
    }
    return end
  }

  private static func lastPlace(of piece: [UInt8], in bytes: ArraySlice<UInt8>, atEnd: Bool) -> Int? {
    guard piece.count <= bytes.count else { return nil }
    var place = bytes.endIndex - piece.count
    while place >= bytes.startIndex {
      if bytes[place..<(place + piece.count)].elementsEqual(piece) { return place }
      if atEnd { return nil }
      place -= 1
    }
    return nil
  }
}
