/// Restores the holes of a sparse file, which tar stores without them: in GNU's format and the three pax formats, as
/// Go's archive/tar reads them.
struct SparseContent: Sendable {
  /// Bytes of the file with its holes.
  let size: Int
  /// The name in the pax header; `nil` if there is none.
  private(set) var name: String?
  /// Where the stored bytes belong, in order; `nil` until the map has been read, which may precede the bytes.
  private var fragments: [Fragment]?
  /// The index of the fragment that the next stored bytes belong to.
  private var current = 0
  private var map: [UInt8] = []
  /// How many bytes of the file have been passed on.
  private var position = 0

  private struct Fragment {
    var offset: Int
    var length: Int

    var end: Int { offset + length }
  }

  private static let flaw = PackageError.malformed("a file of its tar has a map of holes that cannot be read")
  private static let zeros = [UInt8](repeating: 0, count: 1 << 16)
  /// The limit of a map in the content (format 1.0), in bytes, and of the fragments that it may announce.
  private static let longestMap = 1 << 17

  /// Reads the records of a pax header; `nil` if they do not describe a sparse file.
  init?(_ records: PaxRecords) throws(PackageError) {
    let texts = try Self.map(records)
    switch (records["GNU.sparse.major"], records["GNU.sparse.minor"]) {
    case ("1", "0"), ("0", "0"), ("0", "1"): break
    // Formats 0.0 and 0.1 have no records of their version.
    case (nil, nil): if texts.isEmpty { return nil }
    default: return nil
    }
    guard let size = Int(records["GNU.sparse.size"] ?? records["GNU.sparse.realsize"] ?? ""), size >= 0 else {
      throw Self.flaw
    }
    self.size = size
    name = records["GNU.sparse.name"]
    if records["GNU.sparse.major"] == "1" { return }
    guard let count = Int(records["GNU.sparse.numblocks"] ?? ""), count >= 0, texts.count / 2 == count,
      texts.count % 2 == 0
    else { throw Self.flaw }
    fragments = try Self.fragments(texts.map { Int($0) }, size)
  }

  /// The numbers of the map in a pax header: in one record, or each in its own, an offset and a length by turns.
  private static func map(_ records: PaxRecords) throws(PackageError) -> [String] {
    let keys = ["GNU.sparse.offset", "GNU.sparse.numbytes"]
    let pairs = records.all.filter { keys.contains($0.key) }
    for (index, record) in pairs.enumerated() where record.key != keys[index % 2] || record.value.contains(",") {
      throw flaw
    }
    if !pairs.isEmpty { return pairs.map(\.value) }
    let map = records["GNU.sparse.map"]?.split(separator: ",", omittingEmptySubsequences: false)
    return (map ?? []).map(String.init)
  }

  /// Reads the map in GNU's header; `blocks` continue it.
  init(header: [UInt8], extensionBlocks blocks: [[UInt8]]) throws(PackageError) {
    guard let size = TarHeader.number(header[483..<495]), size >= 0 else { throw Self.flaw }
    self.size = size
    var numbers = Self.numbers(header[386..<482])
    for block in blocks { numbers += Self.numbers(block[0..<504]) }
    fragments = try Self.fragments(numbers, size)
  }

  private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int?] {
    stride(from: bytes.startIndex, to: bytes.endIndex, by: 24).prefix { bytes[$0] != 0 }.flatMap { start in
      [TarHeader.number(bytes[start..<start + 12]), TarHeader.number(bytes[start + 12..<start + 24])]
    }
  }

  private static func fragments(_ numbers: [Int?], _ size: Int) throws(PackageError) -> [Fragment] {
    var (fragments, end): ([Fragment], Int) = ([], 0)
    guard numbers.count % 2 == 0 else { throw flaw }
    for index in stride(from: 0, to: numbers.count, by: 2) {
      guard let offset = numbers[index], let length = numbers[index + 1], offset >= end, length >= 0,
        offset <= size, length <= size - offset
      else { throw flaw }
      end = offset + length
      if length > 0 { fragments.append(Fragment(offset: offset, length: length)) }
    }
    return fragments
  }

  /// Passes on bytes of the archive, with the holes before them.
  mutating func take(_ bytes: ArraySlice<UInt8>, _ emit: (ArraySlice<UInt8>) throws -> Void) throws {
    var rest = bytes
    while !rest.isEmpty {
      guard let fragments else {
        rest = try readMap(rest)
        continue
      }
      guard current < fragments.count else { throw Self.flaw }
      let fragment = fragments[current]
      try fill(to: fragment.offset, emit)
      let part = rest.prefix(fragment.end - position)
      rest = rest.dropFirst(part.count)
      try emit(part)
      position += part.count
      if position == fragment.end { current += 1 }
    }
  }

  /// Passes on the last hole.
  mutating func finish(_ emit: (ArraySlice<UInt8>) throws -> Void) throws {
    guard fragments?.count == current else { throw Self.flaw }
    try fill(to: size, emit)
  }

  private mutating func fill(to end: Int, _ emit: (ArraySlice<UInt8>) throws -> Void) throws {
    while position < end {
      let part = Self.zeros.prefix(end - position)
      try emit(part)
      position += part.count
    }
  }

  /// Reads the map before the bytes, which fills whole blocks: lines with the number of fragments, and then the offset
  /// and length of each.
  private mutating func readMap(_ bytes: ArraySlice<UInt8>) throws(PackageError) -> ArraySlice<UInt8> {
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.prefix(512 - map.count % 512)
      map += part
      rest = rest.dropFirst(part.count)
      guard map.count % 512 == 0 else { break }
      guard map.count <= Self.longestMap else { throw Self.flaw }
      let lines = map.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
      guard let count = lines.first.flatMap({ Int(String(decoding: $0, as: UTF8.self)) }) else {
        if lines.isEmpty { continue }
        throw Self.flaw
      }
      guard count >= 0, count < Self.longestMap else { throw Self.flaw }
      guard lines.count > 2 * count else { continue }
      fragments = try Self.fragments(
        lines.dropFirst().prefix(2 * count).map { Int(String(decoding: $0, as: UTF8.self)) }, size)
      map = []
      return rest
    }
    return rest
  }
}
