import Platform

/// Reads the regular files of a tar archive: ustar, pax and GNU's long names.
///
/// Folders, links and devices are passed over: nothing here is written to a disk, so a link would
/// only be a way to name a file that is not in the archive.
struct TarReader {
  private static let block = 512

  private let bytes: [UInt8]
  private let maximumFiles: Int
  private var offset = 0
  private var longName: String?
  /// The size of the next file, where a header before it says so.
  private var size: Int?

  init(_ bytes: [UInt8], maximumFiles: Int) {
    self.bytes = bytes
    self.maximumFiles = maximumFiles
  }

  /// Every regular file by its path; the later of two with one path wins, as it does on a disk.
  mutating func files() throws(PackageError) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    while let header = try nextHeader() {
      let content = try content(of: header)
      switch header.type {
      case "L": longName = TarHeader.text(content)
      case "x":
        longName = Self.paxRecord("path", in: content) ?? longName
        size = Self.paxRecord("size", in: content).flatMap { Int($0) } ?? size
      case "0", "\0", "7":
        files[try Self.safe(longName ?? header.path)] = content
        (longName, size) = (nil, nil)
      case "K", "g": break
      default: (longName, size) = (nil, nil)
      }
      if files.count > maximumFiles { throw .tooManyFiles(limit: maximumFiles) }
    }
    return files
  }

  /// `nil` at the end: two empty blocks, or no more bytes.
  private mutating func nextHeader() throws(PackageError) -> TarHeader? {
    guard offset + Self.block <= bytes.count else {
      if offset < bytes.count { throw .malformed("its tar ends within a header") }
      return nil
    }
    let block = bytes[offset..<offset + Self.block]
    offset += Self.block
    return block.allSatisfy { $0 == 0 } ? nil : try TarHeader(Array(block))
  }

  private mutating func content(of header: TarHeader) throws(PackageError) -> [UInt8] {
    let size = header.contentSize(size)
    guard (0...bytes.count - offset).contains(size) else { throw .malformed("its tar ends within \(header.path)") }
    let content = Array(bytes[offset..<offset + size])
    let blocks = (size + Self.block - 1) / Self.block
    offset = min(offset + blocks * Self.block, bytes.count)
    return content
  }

  /// A record of a pax header: lines of `<length> <key>=<value>`, of which the last counts.
  static func paxRecord(_ key: String, in content: [UInt8]) -> String? {
    var rest = content[...]
    var value: String?
    while let space = rest.firstIndex(of: UInt8(ascii: " ")),
      let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
      length > space - rest.startIndex, length <= rest.count
    {
      let record = rest[(space + 1)..<(rest.startIndex + length)]
      rest = rest.dropFirst(length)
      let text = String(decoding: record, as: UTF8.self)
      guard text.hasPrefix(key + "=") else { continue }
      let scalars = text.unicodeScalars.dropFirst(key.utf8.count + 1)
      value = String(scalars.drop { $0 == "\n" }.prefix { $0 != "\n" })
    }
    return value
  }

  /// The path without `.` in it and with slashes, refused when it leads out of the archive.
  ///
  /// An archive packed on Windows may have backslashes; helm takes them for slashes as well.
  static func safe(_ path: String) throws(PackageError) -> String {
    let slashed = String(String.UnicodeScalarView(path.unicodeScalars.map { $0 == "\\" ? "/" : $0 }))
    let parts = slashed.pathParts.filter { $0 != "." }
    if let fault = fault(of: slashed, parts) { throw .unsafePath(path, fault) }
    return parts.joined(separator: "/")
  }

  private static func fault(of path: String, _ parts: [Substring]) -> PathFault? {
    if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) { return .control }
    if path.utf8.first == UInt8(ascii: "/") { return .absolute }
    if parts.contains("..") { return .parent }
    // `C:` at the front, or behind the chart's folder, where helm looks for it.
    let isDrive = parts.prefix(2).contains { $0.utf8.count == 2 && $0.hasSuffix(":") && $0.first?.isLetter == true }
    return isDrive ? .drive : parts.isEmpty ? .empty : nil
  }
}

/// The block before each file.
struct TarHeader {
  var path: String
  var size: Int
  var type: Character
  /// What a link leads to.
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
    // GNU's own format has other things where ustar has the prefix, and a blank in its magic.
    let isUstar = block[257..<263].elementsEqual("ustar\0".utf8)
    let prefix = isUstar ? Self.text(block[345..<500]) : ""
    path = prefix.isEmpty ? name : prefix + "/" + name
  }

  /// Whether it is about the member that follows.
  var isAboutNext: Bool { ["L", "K", "x", "g"].contains(type) }

  /// How many bytes follow it, where a header before it may have said `told`.
  ///
  /// As Go's archive/tar has it, which docker and helm read with: links, devices, folders and pipes have none, whatever
  /// their header says; anything else has as many as it says.
  func contentSize(_ told: Int?) -> Int {
    if ("1"..."6").contains(type) { return 0 }
    return isAboutNext ? size : told ?? size
  }

  static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  static func checksum(of block: [UInt8]) -> Int {
    // The checksum's own eight bytes count as blanks.
    block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
  }

  /// Octal digits, or, when the first bit is set, GNU's big-endian number.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      return field.dropFirst().reduce(Int(first & 0x7f)) { total, byte in
        total.map { $0 > Int.max >> 9 ? nil : $0 << 8 | Int(byte) } ?? nil
      }
    }
    let digits = text(field).filter { $0 != " " }
    return digits.isEmpty ? 0 : Int(digits, radix: 8)
  }
}
