import Testing

@testable import Packages

@Suite struct TarTests {
  /// A member: its header and what follows it, filled up to whole blocks.
  private static func member(
    _ path: String, type: Character, _ content: [UInt8], says size: Int? = nil, and more: [Int: String] = [:]
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
    for (offset, text) in more { put(text, at: offset) }
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

  /// A file of 2,000 bytes, of which ten stand at 600 and five at its end.
  private static let holes: [UInt8] =
    [UInt8](repeating: 0, count: 600) + Array("0123456789".utf8) + [UInt8](repeating: 0, count: 1385)
    + Array("abcde".utf8)

  private static func pax(_ records: [(String, String)]) -> [UInt8] {
    let lines = records.map { key, value in
      let body = " \(key)=\(value)\n"
      let count = body.utf8.count + (body.utf8.count > 97 ? 3 : body.utf8.count > 7 ? 2 : 1)
      return "\(count)\(body)"
    }
    return member("pax", type: "x", Array(lines.joined().utf8))
  }

  /// The forms that GNU tar writes and Go's archive/tar reads.
  private static let sparse: [(String, [UInt8])] = [
    (
      "GNU",
      member(
        "a/s", type: "S", Array("0123456789abcde".utf8),
        and: [
          386: "00000001130", 398: "00000000012", 410: "00000003713", 422: "00000000005", 434: "00000003720",
          446: "00000000000", 483: "00000003720",
        ])
    ),
    (
      "pax 0.1",
      pax([
        ("GNU.sparse.size", "2000"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.name", "a/s"),
        ("GNU.sparse.map", "600,10,1995,5"),
      ]) + member("a/GNUSparseFile.1/s", type: "0", Array("0123456789abcde".utf8))
    ),
    (
      "pax 0.0",
      pax([
        ("GNU.sparse.size", "2000"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.offset", "600"),
        ("GNU.sparse.numbytes", "10"), ("GNU.sparse.offset", "1995"), ("GNU.sparse.numbytes", "5"),
      ]) + member("a/s", type: "0", Array("0123456789abcde".utf8))
    ),
    (
      "pax 1.0",
      pax([
        ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a/s"),
        ("GNU.sparse.realsize", "2000"),
      ])
        + member(
          "a/GNUSparseFile.1/s", type: "0",
          Array("2\n600\n10\n1995\n5\n".utf8) + [UInt8](repeating: 0, count: 512 - 16) + Array("0123456789abcde".utf8))
    ),
  ]

  @Test(arguments: 0..<4)
  func aFileWithHolesIsWhole(form: Int) throws {
    let (name, archive) = Self.sparse[form]
    let whole = archive + Self.member("a/last", type: "0", Array("last".utf8)) + [UInt8](repeating: 0, count: 1024)

    let files = try Self.files(whole)
    #expect(files["a/s"] == Self.holes, "\(name)")
    #expect(files["a/last"] == Array("last".utf8) && files.count == 2)
    // Whatever the pieces that it comes in.
    #expect(try Self.paths(whole, by: 7) == ["a/s", "a/last"])
  }

  @Test(arguments: ["1990,20", "600,10,605,5", "600", "-1,5", "0,10", "0,20", "x,1"])
  func aMapOfHolesThatCannotBeIsRefused(map: String) {
    let archive =
      Self.pax([("GNU.sparse.size", "2000"), ("GNU.sparse.numblocks", "1"), ("GNU.sparse.map", map)])
      + Self.member("a/s", type: "0", Array("0123456789abcde".utf8)) + [UInt8](repeating: 0, count: 1024)

    #expect(throws: PackageError.self) { try Self.files(archive) }
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

  /// What helm 3.17 made of archives with these paths; `nil` for a refusal.
  @Test(arguments: [
    ("demo/x/../Chart.yaml", "demo/Chart.yaml"), ("demo/./x//../a", "demo/a"), ("./x/../a", "./a"),
    ("demo\\x\\..\\a", "demo/a"), ("demo/a..b", "demo/a..b"), ("demo/x/..a", "demo/x/..a"), ("demo/..a", nil),
    ("demo/../demo/a", nil), ("demo/x/../../a", nil), ("demo/x/..", nil), ("demo/.", nil),
  ])
  func whatGoesUpWithinTheChartIsWhereHelmHasIt(path: String, place: String?) {
    #expect((try? TarReader.safe(path, keepsFirst: true)) == place)
  }

  /// What Go's archive/tar reads; `nil` for what it calls an invalid header.
  @Test(arguments: [
    ("0000644\u{0}", 420), ("   644 \u{0}", 420), ("\u{0}\u{0}644\u{0} ", 420), ("", 0), ("  ", 0), ("64\u{0}9", 52),
    ("6 4", nil), ("648", nil), ("+7", nil), ("-7", nil), ("x", nil),
  ])
  func aNumberOfAHeaderIsReadAsByGo(text: String, number: Int?) {
    #expect(TarHeader.number(Array(text.utf8)[...]) == number, "\(text.debugDescription)")
  }

  @Test func aLongNumberOfAHeaderMayBeNegative() {
    #expect(TarHeader.number([0x80, 0, 0, 1, 0][...]) == 256)
    #expect(TarHeader.number([UInt8](repeating: 0xff, count: 12)[...]) == -1)
    #expect(TarHeader.number(([0x80] + [UInt8](repeating: 0xff, count: 11))[...]) == nil)
  }

  /// What Go's archive/tar gave for a pax header with these records.
  @Test(arguments: [
    ("", true), ("8 path=a\n", false), ("9 path=a\n", true), ("10 path=a\n", true), ("11 path=a\n", false),
    ("9 path=a ", false),
    ("5 a=\n", true), ("4 =\n", false), ("6  a=\n", true), ("x path=a\n", false), ("13 mtime=1.x\n", false),
    ("13 mtime=1.5\n", true), ("12 mtime=1.\n", true), ("12 mtime=.5\n", false), ("9 size=x\n", false),
    ("8 size=\n", true), ("9 pathab\n", false), ("9 path=\u{0}\n", false), ("11 a=b\nc=d\n", true),
  ])
  func recordsOfAPaxHeaderAreReadAsByGo(records: String, isRight: Bool) {
    #expect(((try? PaxRecords(Array(records.utf8))) != nil) == isRight, "\(records.debugDescription)")
  }

  @Test(arguments: ["a/../\u{301}x", "../\u{301}x", "/\u{301}x/../y"])
  func anAccentAfterASlashHidesNoWayOut(path: String) {
    #expect(TarStream.plainPath(path) == nil)
    #expect(throws: PackageError.self) { try TarReader.safe(path) }
  }
}
