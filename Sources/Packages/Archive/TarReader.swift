import Platform

/// Collects the regular files of a tar archive that arrives in pieces.
///
/// Folders, links and devices are skipped: files are not written to a disk, so a link could only name a file outside
/// the archive.
struct TarReader {
  /// Regular files by path; a later file replaces an earlier one with the same path, as on a disk.
  private(set) var files: [String: [UInt8]] = [:]
  /// The first member outside of any folder that is not a folder itself.
  private(set) var loose: String?
  /// The paths of links, whose targets are not read.
  private(set) var links: [String] = []
  private let limits: Package.Limits
  private var count = 0
  private var open: (path: String, content: [UInt8])?

  init(_ limits: Package.Limits) { self.limits = limits }

  /// Reads a gzipped archive; like helm, ignores what follows its end.
  static func unpacking(_ archive: [UInt8], _ limits: Package.Limits) throws(PackageError) -> TarReader {
    guard archive.starts(with: [0x1f, 0x8b]) else { throw .malformed("it does not begin like gzip") }
    guard archive.count <= largest else { throw .tooLarge(limit: largest) }
    var (reader, stream) = (TarReader(limits), TarStream())
    let gzip = GzipStream(limit: largest)
    do {
      try gzip.unpack(archive) { piece in
        try stream.feed(piece) { try reader.take($0) }
        if stream.hasEnded, gzip.hasEnded { throw EndOfArchive() }
      }
      try gzip.finish()
    } catch is EndOfArchive {
      return reader
    } catch {
      throw error as? PackageError ?? .malformed("\(error)")
    }
    guard stream.isBetweenMembers else { throw .malformed("its tar ends too early") }
    return reader
  }

  /// Stops reading at the end of the archive.
  private struct EndOfArchive: Error {}

  /// Bytes that an archive may have, packed or unpacked, including headers.
  private static let largest = 1 << 30

  mutating func take(_ event: TarStream.Event) throws(PackageError) {
    switch event {
    case .member(let member): try begin(member)
    case .content(let bytes): open?.content += bytes
    case .end:
      if let open { files[open.path] = open.content }
      open = nil
      guard files.count <= limits.files else { throw .tooManyFiles(limit: limits.files) }
    }
  }

  private mutating func begin(_ member: TarStream.Member) throws(PackageError) {
    if member.type == "5" { return }
    let isFile = member.type == "0" || member.type == "7"
    if member.type == "1" || member.type == "2", links.count < limits.files { links.append(member.path) }
    // Other members are dropped, so their paths matter only for `loose`.
    guard isFile || loose == nil else { return }
    let path = try Self.safe(member.path, keepsFirst: true)
    if loose == nil, !path.containsText("/") { loose = path }
    guard isFile else { return }
    // Like helm, counts only content, and refuses a sum that reaches the limit.
    guard member.size < limits.bytes - count else { throw .tooLarge(limit: limits.bytes) }
    count += member.size
    open = (path, [])
  }

  /// The path with slashes and without `.`; refused if it leads out of the archive.
  ///
  /// An archive packed on Windows may have backslashes, which helm also reads as slashes. For helm the first part is
  /// the chart's folder, even if it is `.`: with `keepsFirst` it is kept, and `..` may follow within it.
  static func safe(_ path: String, keepsFirst: Bool = false) throws(PackageError) -> String {
    let slashed = String(String.UnicodeScalarView(path.unicodeScalars.map { $0 == "\\" ? "/" : $0 }))
    let all = slashed.pathParts
    let parts = keepsFirst ? within(all) : all.filter { $0 != "." }
    if let fault = fault(of: slashed, parts) { throw .unsafePath(path, fault) }
    if keepsFirst, all.first != ".", parts.count == 1, all.count > 1 { throw .unsafePath(path, .empty) }
    // Without the chart's folder, the rest of the path would be absolute.
    if keepsFirst, slashed.utf8.dropFirst(all.first?.utf8.count ?? 0).starts(with: "//".utf8) {
      throw .unsafePath(path, .absolute)
    }
    let isFirstADot = keepsFirst && all.first == "."
    return ((isFirstADot ? ["."] : []) + parts).joined(separator: "/")
  }

  /// The first part, and the others after each `..` has removed the part before it.
  private static func within(_ all: [Substring]) -> [Substring] {
    var parts = all.prefix { $0 == "." }.isEmpty ? Array(all.prefix(1)) : []
    let first = parts.count
    for part in all.dropFirst() where part != "." {
      if part == "..", parts.count > first, parts.last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    // Like helm, this also refuses a name that only begins with two dots.
    if parts.dropFirst(first).first?.hasPrefix("..") == true { parts[first] = ".." }
    return parts
  }

  private static func fault(of path: String, _ parts: [Substring]) -> PathFault? {
    if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) { return .control }
    if path.utf8.first == UInt8(ascii: "/") { return .absolute }
    if parts.contains("..") { return .parent }
    // `C:` as the first part, or as the second, where helm looks for it after the chart's folder.
    let isDrive = parts.prefix(2).contains { $0.utf8.count == 2 && $0.hasSuffix(":") && $0.first?.isLetter == true }
    return isDrive ? .drive : parts.isEmpty ? .empty : nil
  }
}

/// The header block of a member.
struct TarHeader {
  var path: String
  var size: Int
  var type: Character
  /// The target of a link.
  var link: String

  init(_ block: [UInt8]) throws(PackageError) {
    guard Self.checksum(of: block) == Self.number(block[148..<156]) else {
      throw .malformed("a header of its tar has a wrong checksum")
    }
    guard let size = Self.number(block[124..<136]), size >= 0 else {
      throw .malformed("a file of its tar has no readable size")
    }
    // Mode, owner, group and time are not used, but as in Go they must be numbers.
    for field in [100..<108, 108..<116, 116..<124, 136..<148] where Self.number(block[field]) == nil {
      throw .malformed("a header of its tar has a field that is no number")
    }
    self.size = size
    type = Character(Unicode.Scalar(block[156]))
    let name = Self.text(block[0..<100])
    link = Self.text(block[157..<257])
    // GNU's format has a blank after `ustar`, and other fields in place of the prefix.
    let isUstar = block[257..<263].elementsEqual("ustar\0".utf8)
    let prefix = isUstar ? Self.text(block[345..<500]) : ""
    path = prefix.isEmpty ? name : prefix + "/" + name
  }

  /// Whether the content describes the next member.
  var isAboutNext: Bool { ["L", "K", "x", "g"].contains(type) }

  /// Bytes of content after the header; `headerSize` is the size in a pax header before it.
  ///
  /// As in Go's archive/tar, which docker and helm use: links, devices, folders and pipes have no content, whatever
  /// their headers say; any other member has as many bytes as its size says.
  func contentSize(_ headerSize: Int?) -> Int {
    if ("1"..."6").contains(type) { return 0 }
    return isAboutNext ? size : headerSize ?? size
  }

  static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  static func checksum(of block: [UInt8]) -> Int {
    // The checksum field itself counts as eight blanks.
    block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
  }

  /// Octal digits among blanks and zeros, or, when the first bit is set, GNU's big-endian number.
  static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 { return bigNumber(field, isNegative: first & 0x40 != 0) }
    func isFilling(_ byte: UInt8) -> Bool { byte == 0 || byte == UInt8(ascii: " ") }
    let digits = field.drop(while: isFilling).prefix { $0 != 0 }
    let end = digits.lastIndex { !isFilling($0) }.map { $0 + 1 } ?? digits.startIndex
    let octal = digits[..<end]
    guard octal.allSatisfy({ (48...55).contains($0) }) else { return nil }
    return octal.isEmpty ? 0 : Int(String(decoding: octal, as: UTF8.self), radix: 8)
  }

  private static func bigNumber(_ field: ArraySlice<UInt8>, isNegative: Bool) -> Int? {
    var total: UInt64 = 0
    for (index, byte) in field.enumerated() {
      let bits = isNegative ? ~byte : byte
      guard total >> 56 == 0 else { return nil }
      total = total << 8 | UInt64(index == 0 ? bits & 0x7f : bits)
    }
    return Int(exactly: total).map { isNegative ? ~$0 : $0 }
  }
}
