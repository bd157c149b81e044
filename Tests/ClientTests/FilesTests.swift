import Glibc
import TestSupport
import Testing

@testable import Client
@testable import Platform

@Suite struct FilesTests {
  private let directory = TemporaryFolder()

  @Test func whatIsWrittenIsReadAgainAndIsTheOwnersAlone() throws {
    let path = directory.path + "/a"

    try Files.write(Array("one".utf8), to: path)
    try Files.write(Array("two".utf8), to: path)
    try Files.append(Array("!".utf8), to: path)

    #expect(try Files.text(path) == "two!")
    #expect(try Files.names(in: directory.path) == ["a"])
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)
  }

  @Test func aLinkIsFollowedAndStays() throws {
    let (target, link) = (directory.path + "/target", directory.path + "/link")
    try Files.write([65], to: target)
    symlink(target, link)

    try Files.write([66], to: link)

    #expect(try Files.read(target) == [66])
    #expect(realpath(link, nil).map { String(cString: $0) } == realpath(target, nil).map { String(cString: $0) })
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: SystemError.self) { try Files.read("/nowhere/at/all") }

    #expect(error?.isMissing == true)
    #expect(error?.description == "reading /nowhere/at/all: No such file or directory")
  }

  @Test func aFileThatIsTooLongIsRefused() throws {
    try Files.write(Array(repeating: 0, count: 100_000), to: directory.path + "/long")

    #expect(throws: SystemError.self) { try Files.read(directory.path + "/long", limit: 1000) }
  }

  @Test func aWriteThatFailsLeavesNothingBehind() throws {
    let path = directory.path + "/no/such/place"

    #expect(throws: SystemError.self) { try Files.write([1], to: path) }
    #expect(try Files.names(in: directory.path) == [])
  }

  @Test func directoriesAreMadeWithThoseAboveThem() throws {
    let path = directory.path + "/a/b/c"

    try Files.makeDirectory(path)
    try Files.makeDirectory(path)

    #expect(Files.isDirectory(path))
  }

  @Test func theDirectoriesOfAPersonFollowTheSpecification() {
    let plain = XDG(["HOME": "/home/ada"])
    let own: XDG = XDG([
      "HOME": "/home/ada", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "relative", "XDG_RUNTIME_DIR": "/r",
    ])

    #expect(plain.config == "/home/ada/.config/ksx")
    #expect(plain.cache == "/home/ada/.cache/ksx")
    #expect(plain.runtime == "/tmp/ksx-\(getuid())")
    #expect(own.config == "/c/ksx")
    #expect(own.state == "/home/ada/.local/state/ksx")
    #expect(own.runtime == "/r/ksx")
  }

  @Test(arguments: [(93, false), (94, true), (105, true), (4000, true)])
  func aDirectoryTooLongForASocketIsReplaced(length: Int, isReplaced: Bool) {
    let base = "/" + String(repeating: "r", count: length - 1)

    let runtime = XDG(["XDG_RUNTIME_DIR": base]).runtime

    #expect(runtime == (isReplaced ? "/tmp/ksx-\(getuid())" : base + "/ksx"))
    #expect((runtime + "/ksxd.sock").utf8.count <= 107)
  }

  @Test func aDirectoryOfAnotherUserOrBehindALinkIsNotPrivate() throws {
    let path = directory.path + "/own"
    #expect(Files.isPrivateDirectory(path) == nil)
    try Files.makeDirectory(path, mode: 0o777)
    symlink(path, directory.path + "/link")
    try Files.write([], to: directory.path + "/file")

    #expect(Files.isPrivateDirectory(path) == true)
    #expect(Files.isPrivateDirectory(directory.path + "/link") == false)
    #expect(Files.isPrivateDirectory(directory.path + "/file") == false)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o077 == 0)
  }
}
