import Testing

@testable import Packages

@Suite struct TarTests {
  /// A member: its header and what follows it, filled up to whole blocks.
  private static func member(
    _ path: String, type: Character, _ content: [UInt8], says size: Int? = nil
  ) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(path, at: 0)
    put(octal(size ?? content.count, 11), at: 124)
    put(String(type), at: 156)
    put("ustar\0" + "00", at: 257)
    put(octal(TarHeader.checksum(of: block), 6) + "\0 ", at: 148)
    return block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// A member of a type, whose content looks like another member, and one after it.
  private static func archive(_ type: Character) -> [UInt8] {
    member("first", type: type, member("hidden", type: "0", []) + Array("xyz".utf8))
      + member("last", type: "0", Array("last".utf8)) + [UInt8](repeating: 0, count: 1024)
  }

  private static func files(_ archive: [UInt8]) throws -> [String: [UInt8]] {
    try TarReader.unpacking(Gzip.pack(archive), Package.Limits(files: 10)).files
  }

  private static func paths(_ archive: [UInt8], by size: Int) throws -> [String] {
    var paths: [String] = []
    var stream = TarStream()
    for start in stride(from: 0, to: archive.count, by: size) {
      try stream.feed(Array(archive[start..<min(start + size, archive.count)])) { event in
        if case .member(let member) = event { paths.append(member.path) }
      }
    }
    #expect(stream.isBetweenMembers)
    return paths
  }

  /// What Go's archive/tar gave, by which docker and helm read; GNU tar differs in types 2, 3, 4 and 6.
  @Test(arguments: ["1", "2", "3", "4", "5", "6"] as [Character])
  func linksDevicesFoldersAndPipesHaveNoContentWhateverTheySay(type: Character) throws {
    // Three bytes are left, which are no header.
    let archive =
      Self.member("first", type: type, [], says: 512) + Self.member("hidden", type: "0", [])
      + Self.member("last", type: "0", Array("last".utf8))

    #expect(try Self.paths(archive, by: 100) == ["first", "hidden", "last"])
    #expect(try Self.files(archive).keys.sorted() == ["hidden", "last"])
  }

  /// What Go's archive/tar and GNU tar gave.
  @Test(arguments: ["7", "9", "A", "D", "I", "M", "N", "V"] as [Character])
  func whatOtherMembersHoldIsPassedOver(type: Character) throws {
    #expect(try Self.paths(Self.archive(type), by: 333) == ["first", "last"])
    #expect(try Self.files(Self.archive(type))["last"] == Array("last".utf8))
    #expect(try Self.files(Self.archive(type))["hidden"] == nil)
  }

  @Test func anArchiveThatEndsWithinWhatIsPassedOverHasNotEnded() throws {
    var stream = TarStream()

    try stream.feed(Array(Self.archive("A").prefix(900))) { _ in }

    #expect(!stream.isBetweenMembers)
  }

  @Test func aSizeInAHeaderBeforeAMemberCounts() throws {
    let content = Self.member("hidden", type: "0", [])
    let archive =
      Self.member("pax", type: "x", Array("12 size=512\n".utf8)) + Self.member("first", type: "0", content, says: 0)
      + Self.member("last", type: "0", [])

    #expect(try Self.paths(archive, by: 512) == ["first", "last"])
    #expect(try Self.files(archive) == ["first": content, "last": []])
  }

  @Test(arguments: ["a/../\u{301}x", "../\u{301}x", "/\u{301}x/../y"])
  func anAccentAfterASlashHidesNoWayOut(path: String) {
    #expect(TarStream.plainPath(path) == nil)
    #expect(throws: PackageError.self) { try TarReader.safe(path) }
  }
}
