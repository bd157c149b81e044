import Glibc
import NIOSSL
import Platform
import TestSupport
import Testing

@testable import HTTPServer

/// A certificate that is renewed while a server shows it.
@Suite(.needsOpenSSL) struct CertificateReaderTests {
  private let folder = TemporaryFolder()
  private let seconds = Locked(0)
  private let reports = Locked<[String]>([])

  /// Puts a new pair where a kubelet puts the next state of a mounted Secret, and swaps the link to it.
  private func mount(_ version: String) async throws -> TestCertificate {
    let place = folder.path + "/" + version
    try Files.makeDirectory(place)
    let pair = try await TestCertificate(in: place)
    try Files.write(pair.certificate, to: place + "/tls.crt")
    try Files.write(pair.key, to: place + "/tls.key")
    try Files.write(pair.certificate, to: place + "/ca.crt")
    symlink(version, folder.path + "/new")
    #expect(rename(folder.path + "/new", folder.path + "/..data") == 0)
    return pair
  }

  private func reader(authorities: Bool = false) throws -> CertificateReader {
    let (data, start) = (folder.path + "/..data", ContinuousClock.now)
    let files = Listener.Certificate(
      chainFile: data + "/tls.crt", keyFile: data + "/tls.key", clientAuthorities: authorities ? data + "/ca.crt" : nil)
    return try CertificateReader(
      files, report: { line in reports.withLock { $0.append(line) } },
      now: { start + .seconds(seconds.withLock { $0 }) })
  }

  private func turn(_ count: Int) { seconds.withLock { $0 += count } }

  @Test(arguments: [false, true]) func aPairThatIsSwappedIsReadAgainOnceASecondAtMost(authorities: Bool) async throws {
    defer { folder.remove() }
    _ = try await mount("one")
    let reader = try reader(authorities: authorities)
    let first = reader.context
    turn(5)
    #expect(reader.context === first, "what has not changed is kept")

    _ = try await mount("two")

    #expect(reader.context === first)
    turn(1)
    let second = reader.context
    #expect(second !== first)
    turn(1)
    #expect(reader.context === second)
    #expect(reports.withLock { $0 } == [])
  }

  @Test(arguments: ["tls.crt", "tls.key", "ca.crt"]) func whatIsBrokenIsToldOnceAndTheLastThatWasNotStays(
    file: String
  ) async throws {
    defer { folder.remove() }
    _ = try await mount("one")
    let reader = try reader(authorities: true)
    let first = reader.context

    try Files.write(Array("half a file".utf8), to: folder.path + "/one/" + file)
    for _ in 0..<3 {
      turn(1)
      #expect(reader.context === first)
    }
    #expect(reports.withLock { $0.count } == 1)
    #expect(reports.withLock { $0.first?.hasSuffix("the certificate that was read before stays in use") } == true)

    _ = try await mount("two")
    turn(1)
    #expect(reader.context !== first)
  }

  @Test func aKeyOfAnotherCertificateAndAFileThatIsGoneLeaveThePairThatWasRead() async throws {
    defer { folder.remove() }
    let one = try await mount("one")
    let reader = try reader()
    let first = reader.context
    let other = try await TestCertificate(in: folder.path)

    // Written one after the other, as by a script.
    try Files.write(other.certificate, to: folder.path + "/one/tls.crt")
    turn(1)
    #expect(reader.context === first)
    try Files.write(other.key, to: folder.path + "/one/tls.key")
    turn(1)
    let second = reader.context
    #expect(second !== first)
    unlink(folder.path + "/one/tls.key")
    turn(1)
    #expect(reader.context === second)
    #expect(reports.withLock { $0.count } == 2)
    #expect(one.certificate != other.certificate)
  }

  @Test func authoritiesWithoutACertificateAreRefusedAtTheStart() async throws {
    defer { folder.remove() }
    _ = try await mount("one")
    try Files.write([], to: folder.path + "/one/ca.crt")

    #expect { try reader(authorities: true) } throws: { "\($0)".contains("/ca.crt: ") }
  }
}
