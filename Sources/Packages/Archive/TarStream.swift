import Platform

/// Parses a tar archive that arrives in pieces: ustar, pax, and GNU's long names and sparse files.
package struct TarStream: Sendable {
  /// The header of a file, a folder or a link.
  package struct Member: Hashable, Sendable {
    /// The path as written.
    package var path: String
    package var size: Int
    /// `0` for a file, `1` for a hard link, `2` for a symbolic link, `5` for a folder.
    package var type: Character
    /// The target of a link.
    package var link: String
  }

  /// A part of the archive.
  package enum Event: Hashable, Sendable {
    case member(Member)
    /// Some of the member's bytes.
    case content(ArraySlice<UInt8>)
    /// The member is complete.
    case end
  }

  private enum State {
    case header
    /// Content of a member, and the padding after it.
    case content(left: Int, padding: Int)
    /// Content of a header that describes the next member.
    case about(type: Character, left: Int, padding: Int)
    case padding(left: Int)
  }

  private var state = State.header
  private var block: [UInt8] = []
  private var emptyBlocks = 0
  /// Whether the two empty blocks at the end have been read; what follows is ignored.
  package var hasEnded: Bool { emptyBlocks == 2 }
  private var about: [UInt8] = []
  private var longPath: String?
  private var longLink: String?
  private var longSize: Int?
  /// Set if the current member is a sparse file.
  private var sparse: SparseContent?
  /// A sparse file's header in GNU's format, and the blocks so far that continue its map.
  private var sparseHeader: (header: [UInt8], extensionBlocks: [[UInt8]])?
  /// Longer headers that describe the next member are refused.
  private static let longestAbout = 1 << 20

  package init() {}

  /// Parses the next piece, and passes each event to `take`.
  package mutating func feed(_ piece: [UInt8], _ take: (Event) throws -> Void) throws {
    var rest = piece[...]
    while !rest.isEmpty, !hasEnded {
      switch state {
      case .header: try readHeader(&rest, take)
      case .content(let left, let padding):
        let part = rest.prefix(left)
        rest = rest.dropFirst(part.count)
        try tell(part, take)
        state = .content(left: left - part.count, padding: padding)
        if left == part.count { try finish(padding, take) }
      case .about(let type, let left, let padding):
        let part = rest.prefix(left)
        rest = rest.dropFirst(part.count)
        about += part
        state = .about(type: type, left: left - part.count, padding: padding)
        if left == part.count { try learn(type, padding) }
      case .padding(let left):
        let count = min(left, rest.count)
        rest = rest.dropFirst(count)
        state = left == count ? .header : .padding(left: left - count)
      }
    }
  }

  private mutating func readHeader(_ rest: inout ArraySlice<UInt8>, _ take: (Event) throws -> Void) throws {
    let part = rest.prefix(512 - block.count)
    rest = rest.dropFirst(part.count)
    block += part
    guard block.count == 512 else { return }
    defer { block.removeAll(keepingCapacity: true) }
    if try readMap(take) { return }
    guard !block.allSatisfy({ $0 == 0 }) else { return emptyBlocks += 1 }
    emptyBlocks = 0
    let header = try TarHeader(block)
    if header.type == "S" { sparseHeader = (block, []) }
    if header.type == "S", block[482] != 0 { return }
    guard header.isAboutNext else { return try begin(header, take) }
    guard header.size <= Self.longestAbout else { throw PackageError.malformed("a header of its tar is too long") }
    about = []
    let padding = Self.padding(header.size)
    state = header.size == 0 ? .header : .about(type: header.type, left: header.size, padding: padding)
  }

  /// Handles the block if it continues the map of a sparse file; otherwise returns false.
  private mutating func readMap(_ take: (Event) throws -> Void) throws -> Bool {
    guard var open = sparseHeader else { return false }
    open.extensionBlocks.append(block)
    guard open.extensionBlocks.count < 1000 else { throw PackageError.malformed("a header of its tar is too long") }
    sparseHeader = open
    if block[504] == 0 { try begin(TarHeader(open.header), take) }
    return true
  }

  private mutating func begin(_ header: TarHeader, _ take: (Event) throws -> Void) throws {
    let size = header.contentSize(longSize)
    guard size >= 0, size < 1 << 60 else { throw PackageError.malformed("a file of its tar has no readable size") }
    if let whole = sparseHeader {
      sparse = try SparseContent(header: whole.header, extensionBlocks: whole.extensionBlocks)
    }
    sparseHeader = nil
    let type = ["\0", "S"].contains(header.type) ? "0" : header.type
    if !["0", "7"].contains(type) { sparse = nil }
    try take(
      .member(
        Member(
          path: sparse?.name ?? longPath ?? header.path, size: sparse?.size ?? size, type: type,
          link: longLink ?? header.link)))
    (longPath, longLink, longSize) = (nil, nil, nil)
    // The content of members that are not files is skipped.
    guard size > 0, ["0", "7"].contains(type) else { return try finish(size + Self.padding(size), take) }
    state = .content(left: size, padding: Self.padding(size))
  }

  /// Bytes that fill the last block.
  private static func padding(_ size: Int) -> Int { (512 - size % 512) % 512 }

  private mutating func tell(_ part: ArraySlice<UInt8>, _ take: (Event) throws -> Void) throws {
    guard sparse != nil else { return try take(.content(part)) }
    try sparse?.take(part) { try take(.content($0)) }
  }

  private mutating func finish(_ padding: Int, _ take: (Event) throws -> Void) throws {
    try sparse?.finish { try take(.content($0)) }
    sparse = nil
    try take(.end)
    state = padding == 0 ? .header : .padding(left: padding)
  }

  private mutating func learn(_ type: Character, _ padding: Int) throws(PackageError) {
    switch type {
    case "L": longPath = TarHeader.text(about)
    case "K": longLink = TarHeader.text(about)
    case "x":
      let records = try PaxRecords(about)
      longPath = records["path"] ?? longPath
      longLink = records["linkpath"] ?? longLink
      longSize = records["size"].flatMap { Int($0) } ?? longSize
      sparse = try SparseContent(records)
    case "g": _ = try PaxRecords(about)
    default: break
    }
    about = []
    state = padding == 0 ? .header : .padding(left: padding)
  }

  /// Whether the archive may end here: Go's writer may leave out the padding of the last block.
  package var isBetweenMembers: Bool {
    switch state {
    case .header: block.isEmpty
    case .padding(let left): left < 512
    case .content, .about: false
    }
  }

  /// The path of a member without `.` parts and leading slashes; `nil` if it leads out of the archive or is not a path.
  package static func plainPath(_ path: String) -> String? {
    let parts = path.pathParts.filter { $0 != "." }
    guard !parts.isEmpty, !parts.contains(".."), !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      return nil
    }
    return parts.joined(separator: "/")
  }
}
