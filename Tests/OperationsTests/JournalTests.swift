import Glibc
import Manifest
import Platform
import TestSupport
import Testing

@testable import Operations

/// The journal is what was written, and shows when it is not.
@Suite struct JournalTests {
  private let folder = TemporaryFolder()

  private var journal: Journal { Journal(folder: folder.path, systemLog: folder.path + "/none") }

  private func entry(_ target: String) -> JournalEntry {
    JournalEntry(
      time: "2026-01-01T00:00:00Z", person: "ada", user: "admin", cluster: "c", server: "s",
      verb: "upgrade",
      names: ["a"], reason: "", method: "PATCH", target: target, event: .answered(200))
  }

  private func check() throws -> JournalCheck { JournalCheck(try journal.bytes()) }

  @Test func everyLineFollowsTheOneBefore() throws {
    for number in 1...5 { try journal.append(entry("/\(number)")) }

    let check = try check()
    #expect(check.flaws.isEmpty && check.broken.isEmpty)
    #expect(check.count == 5)
    #expect(try journal.lines().map { $0.text("target") } == ["/1", "/2", "/3", "/4", "/5"])
    #expect(try journal.lines().last?.text("hash") == check.head)
    #expect(check.has(check.head) && !check.has("beef"))
  }

  @Test(arguments: 0..<5, ["change", "remove", "insert", "swap"])
  func whateverIsDoneToALineIsSeen(place: Int, action: String) throws {
    for number in 1...6 { try journal.append(entry("/\(number)")) }
    var lines = String(decoding: try journal.bytes(), as: UTF8.self).lines
    switch action {
    case "change": lines[place] = lines[place].replacingText("ada", with: "bob")
    case "remove": lines.remove(at: place)
    case "insert": lines.insert(lines[place], at: place)
    default: lines.swapAt(place, place + 1)
    }
    try Files.write(Array(lines.joined(separator: "\n").utf8), to: journal.path)

    #expect(try !check().flaws.isEmpty)
  }

  @Test func linesCutOffAtTheEndAreMissedByTheHashThatWasTold() throws {
    for number in 1...3 { try journal.append(entry("/\(number)")) }
    let told = try check().head
    let lines = String(decoding: try journal.bytes(), as: UTF8.self).lines
    try Files.write(Array((lines[0] + "\n").utf8), to: journal.path)

    #expect(try check().flaws.isEmpty)
    #expect(try !check().has(told))
  }

  @Test func aLineThatWasBrokenOffSpoilsNoOther() throws {
    try journal.append(entry("/1"))
    try Files.append(Array("{\"n\":2,\"time\":\"20".utf8), to: journal.path)
    try journal.append(entry("/2"))
    try journal.append(entry("/3"))

    let check = try check()
    #expect(check.flaws.isEmpty)
    #expect(check.broken == [2])
    #expect(check.count == 3)
  }

  @Test(arguments: ["middle", "end", "damaged"])
  func aLineThatIsNoneWasPutInUnlessTheNextSaysThatItWasBrokenOff(place: String) throws {
    for number in 1...4 { try journal.append(entry("/\(number)")) }
    var lines = String(decoding: try journal.bytes(), as: UTF8.self).lines
    switch place {
    case "middle": lines.insert("garbage", at: 2)
    case "end": lines.insert("garbage", at: 4)
    default: lines[3] = String(lines[3].dropLast(5))
    }
    try Files.write(Array(lines.joined(separator: "\n").utf8), to: journal.path)

    #expect(try check().broken == [])
    #expect(try check().flaws.map(\.line) == [place == "middle" ? 3 : place == "end" ? 5 : 4])
    try journal.append(entry("/5"))
    #expect(try !check().flaws.isEmpty)
  }

  @Test func aLineIsFoundBeforeMuchThatIsNone() throws {
    try journal.append(entry("/1"))
    try Files.append(Array("\n\n".utf8), to: journal.path)
    try journal.append(entry("/" + String(repeating: "2", count: 20_000)))
    try journal.append(entry("/3"))

    #expect(try check().count == 3 && check().flaws.isEmpty)
    #expect(try journal.lines().map { $0.value["n"]?.integer } == [1, 2, 3])
  }

  @Test func theLastLineWithoutItsEndWasBrokenOff() throws {
    try journal.append(entry("/1"))
    try Files.append(Array("{\"n\":2,\"time\":\"20".utf8), to: journal.path)

    #expect(try check().flaws.isEmpty)
    #expect(try check().broken == [2])
  }

  @Test func manyWritersAtOnceMakeOneChain() async throws {
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask { [journal, entry = entry("/\(number)")] in
          for _ in 0..<10 { try? journal.append(entry) }
        }
      }
    }

    let check = try check()
    #expect(check.flaws.isEmpty)
    #expect(check.count == 80)
  }

  @Test func onAFullDiskTheFileStaysAsItWas() throws {
    guard Files.exists("/dev/full") else { return }
    let full = Journal(folder: folder.path + "/full", systemLog: folder.path + "/none")
    try Files.makeDirectory(folder.path + "/full")
    symlink("/dev/full", full.path)

    #expect(throws: SystemError.self) { try full.append(entry("/1")) }
  }

  @Test func theSystemsLogIsToldEveryHead() throws {
    let socket = folder.path + "/log"
    let listener = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(socket.utf8)) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)

    try Journal(folder: folder.path, systemLog: socket).append(entry("/1"))

    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(listener, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    #expect(text.hasPrefix("<86>ksx["))
    #expect(text.hasSuffix("has hash \(try check().head)"))
  }
}
