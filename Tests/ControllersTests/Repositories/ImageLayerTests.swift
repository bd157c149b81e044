import Platform
import TestSupport
import Testing

@testable import Charts
@testable import Packages

/// Layers of images as they come: packed, hostile, and over one another.
@Suite struct ImageLayerTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Applies `layers` of (path, tar type, content or link target), and returns the extracted files by path.
  private func extract(
    _ layers: [[(String, Character, String)]], below wanted: String = "charts", limits: ImageFiles.Limits = .init()
  ) throws -> [String: String] {
    defer { folder.remove() }
    let files = ImageFiles(folder.path, below: [wanted], limits: limits)
    for layer in layers {
      files.beginLayer()
      for (path, type, text) in layer {
        try files.begin(TarStream.Member(path: path, size: 0, type: type, link: type == "1" ? text : ""))
        if type == "0" { try files.add(Array(text.utf8)[...]) }
        files.end()
      }
      files.endLayer()
    }
    let place = try files.extract()
    let all = try FolderEntry.all(below: place).map { ($0.path, try Files.text(place + "/" + $0.path)) }
    return Dictionary(all, uniquingKeysWith: { $1 })
  }

  @Test(arguments: [ZstdStream.chunk - 1, ZstdStream.chunk, ZstdStream.chunk + 1, 2 * ZstdStream.chunk])
  func aFrameOfZstdMayEndWhereAChunkDoes(count: Int) throws {
    let bytes = [UInt8](repeating: 7, count: count)
    let stream = ZstdStream(limit: 1 << 20)
    var unpacked: [UInt8] = []

    try stream.unpack(TestLayer.zstd(bytes)) { unpacked += $0 }
    try stream.finish()

    #expect(unpacked == bytes)
  }

  @Test func aPieceIsUnpackedAChunkAtATimeAndNoMoreThanIsAllowed() throws {
    let zeros = [UInt8](repeating: 0, count: 8 << 20)
    let packed = Gzip.pack(zeros)
    var sizes: [Int] = []

    let stream = GzipStream(limit: zeros.count)
    try stream.unpack(packed) { sizes.append($0.count) }
    try stream.finish()

    #expect(sizes.reduce(0, +) == zeros.count && sizes.allSatisfy { $0 <= 1 << 16 })
    sizes = []
    #expect(throws: PackageError.tooLarge(limit: 100_000)) {
      try GzipStream(limit: 100_000).unpack(packed) { sizes.append($0.count) }
    }
    #expect(sizes.reduce(0, +) <= 100_000)
  }

  @Test func twoMembersOfGzipAreOneStreamWhereverTheyAreCut() throws {
    let packed = Gzip.pack(Array("one, ".utf8)) + Gzip.pack(Array("two".utf8))
    for size in 1...packed.count {
      let stream = GzipStream(limit: 100)
      var text: [UInt8] = []
      for start in stride(from: 0, to: packed.count, by: size) {
        try stream.unpack(Array(packed[start..<min(start + size, packed.count)])) { text += $0 }
      }
      try stream.finish()
      #expect(String(decoding: text, as: UTF8.self) == "one, two")
    }
  }

  @Test(arguments: [("charts/.wh.x", "0"), ("charts/link", "2"), ("charts/a", "5"), ("charts/a", "0")])
  func everythingThatALayerSaysOfChartsCounts(path: String, type: String) throws {
    let layer = [(String, Character, String)](repeating: (path, Character(type), ""), count: 4)

    #expect(throws: RepositoryError.self) { try extract([layer], limits: .init(members: 3)) }
  }

  @Test func namesAreNoLongerThanMemoryAllows() {
    let layer: [(String, Character, String)] = (0..<10).map {
      ("charts/.wh.\($0)" + String(repeating: "x", count: 90), "0", "")
    }

    #expect(throws: RepositoryError.self) { try extract([layer], limits: .init(pathBytes: 900)) }
  }

  @Test func aFolderWhoseNameIsNotASCIIIsLaidOutFromItsEnd() throws {
    #expect(try extract([[("srv/карты/лук/Chart.yaml", "0", "x")]], below: "srv/карты") == ["лук/Chart.yaml": "x"])
  }

  @Test func aLayerLiesOverThoseBelowItAsOnADisk() throws {
    let lower: [(String, Character, String)] = [
      ("charts/a", "0", "a"), ("charts/b/x", "0", "bx"), ("charts/c/x", "0", "cx"), ("charts/d/x", "0", "dx"),
      ("charts/e", "0", "e"), ("charts/f/x", "0", "fx"),
    ]
    let upper: [(String, Character, String)] = [
      // A folder in the place of a file, and a file in that of a folder.
      ("charts/a/x", "0", "ax"), ("charts/b", "0", "b"), ("charts/c/y", "0", "cy"), ("charts/c/.wh..wh..opq", "0", ""),
      ("charts/.wh.d", "0", ""), ("charts/d/y", "0", "dy"), ("charts/e", "5", ""), ("charts/g", "1", "charts/f/x"),
      ("charts/f", "2", ""),
    ]

    #expect(
      try extract([lower, upper]) == [
        "a/x": "ax", "b": "b", "c/y": "cy", "d/y": "dy", "g": "fx",
      ])
  }

  @Test(arguments: [("charts", "2", "real"), ("charts/a.tgz", "1", "real/a.tgz"), ("charts/a.tgz", "2", "b.tgz")])
  func thatALinkIsLeftOutIsSaid(path: String, type: String, target: String) throws {
    let layer: [(String, Character, String)] = [("real/a.tgz", "0", "a"), (path, Character(type), target)]

    #expect(
      throws: RepositoryError("the image has no files below /charts; links to elsewhere are left out, as \(path)")
    ) { try extract([layer]) }
  }

  @Test func whatAHardLinkLeadsToIsKeptWhereItIsAskedFor() throws {
    defer { folder.remove() }
    let lower: [(String, Character)] = [("srv/a.tgz", "0"), ("charts/b.tgz", "0"), ("srv/c.tgz", "0")]
    let upper: [(String, Character)] = [("charts/a.tgz", "1"), ("charts/c.tgz", "2")]
    func read(linkTargets kept: Set<String>) throws -> ImageFiles {
      let files = ImageFiles(folder.path, below: ["charts"], linkTargets: kept)
      for layer in [lower, upper] {
        files.beginLayer()
        for (path, type) in layer {
          try files.begin(.init(path: path, size: 0, type: type, link: type == "0" ? "" : "srv/a.tgz"))
          if type == "0" { try files.add(Array(path.utf8)[...]) }
          files.end()
        }
        files.endLayer()
      }
      return files
    }

    let first = try read(linkTargets: [])
    #expect(first.unkeptLinkTargets == ["srv/a.tgz"])
    #expect(first.problems == ["/charts/a.tgz and 1 more: links are left out, for they may lead anywhere"])

    let second = try read(linkTargets: first.unkeptLinkTargets)
    #expect(second.unkeptLinkTargets == [])
    #expect(second.problems == ["/charts/c.tgz: links are left out, for they may lead anywhere"])
    let place = try second.extract()
    #expect(try FolderEntry.all(below: place).map(\.path) == ["a.tgz", "b.tgz"])
    #expect(try Files.text(place + "/a.tgz") == "srv/a.tgz")
  }

  @Test func aFolderThatIsTakenAwayTakesWhatIsWantedWithIt() throws {
    let lower: [(String, Character, String)] = [("srv/charts/a", "0", "a")]
    let upper: [(String, Character, String)] = [(".wh.srv", "0", ""), ("srv/charts/b", "0", "b")]

    #expect(try extract([lower, upper], below: "srv/charts") == ["b": "b"])
  }
}
