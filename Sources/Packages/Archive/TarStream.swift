import Platform

/// A tar archive that comes in pieces: ustar, pax and GNU's long names.
package struct TarStream: Sendable {
  /// What a header says of a file, a folder or a link.
  package struct Member: Hashable, Sendable {
    /// Its path as written.
    package var path: String
    package var size: Int
    /// `0` for a file, `1` for a hard link, `2` for a symbolic one, `5` for a folder.
    package var type: Character
    /// What a link leads to.
    package var link: String
  }

  /// What comes of the archive.
  package enum Event: Hashable, Sendable {
    case member(Member)
    /// Some of the bytes of the member.
    case content(ArraySlice<UInt8>)
    /// The member is whole.
    case end
  }

  private enum State {
    case header
    /// Bytes of a member, and of the padding after it.
    case content(left: Int, padding: Int)
    /// The content of a header about the next member.
    case about(type: Character, left: Int, padding: Int)
    case padding(left: Int)
  }

  private var state = State.header
  private var block: [UInt8] = []
  private var emptyBlocks = 0
  /// Its end has come, after which nothing counts.
  package var hasEnded: Bool { emptyBlocks == 2 }
  private var about: [UInt8] = []
  private var longPath: String?
  private var longLink: String?
  private var longSize: Int?
  /// The member that is read has holes.
  private var sparse: SparseContent?
  /// A header of such a one in GNU's form, and the blocks with more of its map that have come.
  private var sparseHeader: (header: [UInt8], more: [[UInt8]])?
  /// A header that says more of the next member than this is none of ours.
  private static let longestAbout = 1 << 20

  package init() {}

  /// Takes the next piece, and tells what it brings.
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

  /// Takes a block for what it is after a header that says that its map of holes goes on.
  private mutating func readMap(_ take: (Event) throws -> Void) throws -> Bool {
    guard var open = sparseHeader else { return false }
    open.more.append(block)
    guard open.more.count < 1000 else { throw PackageError.malformed("a header of its tar is too long") }
    sparseHeader = open
    if block[504] == 0 { try begin(TarHeader(open.header), take) }
    return true
  }

  private mutating func begin(_ header: TarHeader, _ take: (Event) throws -> Void) throws {
    let size = header.contentSize(longSize)
    guard size >= 0, size < 1 << 60 else { throw PackageError.malformed("a file of its tar has no readable size") }
    if let whole = sparseHeader { sparse = try SparseContent(header: whole.header, more: whole.more) }
    sparseHeader = nil
    let type = ["\0", "S"].contains(header.type) ? "0" : header.type
    if !["0", "7"].contains(type) { sparse = nil }
    try take(
      .member(
        Member(
          path: sparse?.name ?? longPath ?? header.path, size: sparse?.size ?? size, type: type,
          link: longLink ?? header.link)))
    (longPath, longLink, longSize) = (nil, nil, nil)
    // What something that is no file holds is passed over.
    guard size > 0, ["0", "7"].contains(type) else { return try finish(size + Self.padding(size), take) }
    state = .content(left: size, padding: Self.padding(size))
  }

  /// What fills the last block.
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
      longPath = TarReader.paxRecord("path", in: about) ?? longPath
      longLink = TarReader.paxRecord("linkpath", in: about) ?? longLink
      longSize = TarReader.paxRecord("size", in: about).flatMap { Int($0) } ?? longSize
      sparse = try SparseContent(TarReader.paxRecords(in: about))
    default: break
    }
    about = []
    state = padding == 0 ? .header : .padding(left: padding)
  }

  /// Whether the archive could end here: Go's writer may leave out what fills the last block.
  package var isBetweenMembers: Bool {
    switch state {
    case .header: block.isEmpty
    case .padding(let left): left < 512
    case .content, .about: false
    }
  }

  /// The path of a member without what does not count in it, or `nil` when it leads out of the archive or is none.
  package static func plainPath(_ path: String) -> String? {
    let parts = path.pathParts.filter { $0 != "." }
    guard !parts.isEmpty, !parts.contains(".."), !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      return nil
    }
    return parts.joined(separator: "/")
  }
}
