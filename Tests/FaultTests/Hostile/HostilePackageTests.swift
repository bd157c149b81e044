import TestSupport
import Testing

@testable import Extensions
@testable import Packages

/// Packages that want out, or want all the memory.
@Suite(.timeLimit(.minutes(20)))
struct HostilePackageTests {
  private static let files: [String: [UInt8]] = [
    "c/Chart.yaml": Array("name: c\nversion: 1.0.0\n".utf8), "c/values.yaml": Array("a: 1\n".utf8),
    "c/extension.yaml": Array("name: c\ndisplayName: {en: C}\nicon: ./icon.svg\n".utf8),
    "c/icon.svg": Array("<svg/>".utf8), "c/\(String(repeating: "long/", count: 40))file": [1, 2, 3],
  ]

  @Test func noPackageIsTooBroken() async {
    let tar = TarWriter.archive(Self.files)
    let good = Gzip.pack(tar)
    for seed in Seeds.some(120) {
      // Others want to run as well.
      await Task.yield()
      var mutation = Mutation(seed: seed)
      // Half of them are whole to gzip, and broken inside.
      let bytes = seed % 2 == 0 ? mutation.damaged(good) : Gzip.pack(mutation.damaged(tar))
      do throws(PackageError) {
        let package = try Package(archive: bytes, limits: Package.Limits(bytes: 1 << 20, files: 100))
        for path in package.files.keys { #expect(!path.hasPrefix("/") && !path.contains(".."), "seed \(seed)") }
        _ = (try? package.chart(), try? package.extensionManifest(), package.icon, package.readme(in: "en"))
      } catch {
        #expect("\(error)".isHarmless && "\(error)".utf8.count < 5_000, "seed \(seed): \(error)")
      }
    }
  }

  @Test func headersThatPassTheirChecksumMayStillLie() async {
    let tar = TarWriter.archive(Self.files)
    for seed in Seeds.some(250) {
      // Others want to run as well.
      await Task.yield()
      var dice = Dice(seed: seed)
      var bytes = tar
      let start = dice.upTo(tar.count / 512 - 1) * 512
      for _ in 0...dice.upTo(6) { bytes[start + dice.upTo(511)] = UInt8.random(in: 0...255, using: &dice) }
      Self.sign(&bytes, at: start)
      do throws(PackageError) {
        let limits = Package.Limits(files: 100)
        for path in try TarReader.unpacking(Gzip.pack(bytes), limits).files.keys {
          #expect(!path.hasPrefix("/") && !path.contains("../"), "seed \(seed)")
        }
      } catch {
        #expect("\(error)".isHarmless, "seed \(seed): \(error)")
      }
    }
  }

  /// Writes the checksum that the header ought to have.
  private static func sign(_ bytes: inout [UInt8], at start: Int) {
    let sum = TarHeader.checksum(of: Array(bytes[start..<start + 512]))
    let digits = String(sum, radix: 8)
    let field = Array((String(repeating: "0", count: 6 - digits.utf8.count) + digits + "\0 ").utf8)
    bytes.replaceSubrange(start + 148..<start + 156, with: field)
  }

  @Test func aBombIsRefusedBeforeItGoesOff() {
    let bomb = Gzip.pack([UInt8](repeating: 0, count: Seeds.isLong ? 1 << 30 : 32 << 20))
    #expect(bomb.count < (Seeds.isLong ? 2 << 20 : 64 << 10))

    #expect(throws: PackageError.tooLarge(limit: 1 << 20)) { try Gzip.unpack(bomb, limit: 1 << 20) }
    // One packed twice comes out packed once, and is not an archive.
    #expect(throws: PackageError.self) { try Package(archive: Gzip.pack(bomb)) }
  }
}
