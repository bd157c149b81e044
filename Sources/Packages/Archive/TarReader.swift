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
        if stream.hasEnded, gzip.hasEnded { throw Whole() }
      }
      try gzip.finish()
    } catch is Whole {
      return reader
    } catch {
      throw error as? PackageError ?? .malformed("\(error)")
    }
    guard stream.isBetweenMembers else { throw .malformed("its tar ends too early") }
    return reader
  }

  /// Stops reading at the end of the archive.
  private struct Whole: Error {}

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

  /// The value of `key` in a pax header, which has lines of `<length> <key>=<value>`; the last one counts.
  static func paxRecord(_ key: String, in content: [UInt8]) -> String? {
    paxRecords(in: content).last { $0.key == key }?.value
  }

  /// All records of a pax header, in order.
  static func paxRecords(in content: [UInt8]) -> [(key: String, value: String)] {
    var rest = content[...]
    var records: [(key: String, value: String)] = []
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
      length > space - rest.startIndex, length <= rest.count
    {
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      rest = rest.dropFirst(length)
      let (key, value) = Substring(String(decoding: record, as: UTF8.self)).cut(at: "=")
      let scalars = (value ?? "").unicodeScalars
      records.append((String(key), String(scalars.drop { $0 == "\n" }.prefix { $0 != "\n" })))
    }
    return records
  }

  /// The path with slashes and without `.` parts; throws if it leads out of the archive.
  ///
  /// An archive packed on Windows may have backslashes, which helm reads as slashes too. helm takes the first part for
  /// the chart's folder, even if it is `.`; `keepsFirst` keeps such a part.
  static func safe(_ path: String, keepsFirst: Bool = false) throws(PackageError) -> String {
    let slashed = String(String.UnicodeScalarView(path.unicodeScalars.map { $0 == "\\" ? "/" : $0 }))
    let all = slashed.pathParts
    let parts = all.filter { $0 != "." }
    if let fault = fault(of: slashed, parts) { throw .unsafePath(path, fault) }
    // Without the chart's folder, the rest of the path would be absolute.
    if keepsFirst, slashed.utf8.dropFirst(all.first?.utf8.count ?? 0).starts(with: "//".utf8) {
      throw .unsafePath(path, .absolute)
    }
    let isFirstADot = keepsFirst && all.first == "."
    return ((isFirstADot ? ["."] : []) + parts).joined(separator: "/")
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

  /// Bytes of content after the header; `told` is the size in a pax header before it.
  ///
  /// As in Go's archive/tar, which docker and helm use: links, devices, folders and pipes have no content, whatever
  /// their headers say; any other member has as many bytes as its size says.
  func contentSize(_ told: Int?) -> Int {
    if ("1"..."6").contains(type) { return 0 }
    return isAboutNext ? size : told ?? size
  }

  static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  static func checksum(of block: [UInt8]) -> Int {
    // The checksum field itself counts as eight blanks.
    block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
  }

  /// Octal digits, or GNU's big-endian number if the first bit is set.
  static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      return field.dropFirst().reduce(Int(first & 0x7f)) { total, byte in
        total.map { $0 > Int.max >> 9 ? nil : $0 << 8 | Int(byte) } ?? nil
      }
    }
    let digits = text(field).filter { $0 != " " }
    return digits.isEmpty ? 0 : Int(digits, radix: 8)
  }
}
