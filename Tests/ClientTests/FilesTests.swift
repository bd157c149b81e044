import Glibc
import TestSupport
import Testing

@testable import Client
@testable import Platform

@Suite struct FilesTests {
  private let directory = TemporaryFolder()

  /// Paths of a kubeconfig as kubectl 1.20 and 1.32 have them.
  @Test(arguments: [
    ("././plug", "/a/b/plug"), ("../plug", "/a/plug"), (".//plug/", "/a/b/plug"), ("../../../plug", "/plug"),
    ("/x/../plug", "/x/../plug"), ("~/plug", "/a/b/~/plug"), ("$HOME/plug", "/a/b/$HOME/plug"),
  ])
  func aPathBesidesAFileIsWhole(path: String, whole: String) {
    #expect(Files.wholePath(path, besides: "/a/b/config") == whole)
    #expect(Files.wholePath(path, besides: "/a/./c/../b/config") == whole)
  }

  @Test func aPathBesidesAFileOfTheCurrentDirectoryIsWhole() {
    for file in ["config", "./config"] { #expect(Files.wholePath("./plug", besides: file).hasPrefix("/")) }
    #expect(Files.wholePath("plug", besides: "x/config").hasSuffix("/x/plug"))
  }

  @Test func noProgramIsTakenFromTheDirectoryThatOneIsIn() {
    #expect(Environment(["PATH": ".:bin::/bin"]).locate("sh") == "/bin/sh")
    #expect(Environment(["PATH": "../../../../../../../bin:."]).locate("sh") == nil)
  }

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

  @Test func aPipeIsNotWaitedForWhereAFileBelongs() throws {
    let path = directory.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)

    let error = #expect(throws: SystemError.self) { try Files.text(path, takesPipes: false) }

    #expect(error?.description == "reading \(path): it is a pipe, and no file")
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: SystemError.self) { try Files.read("/nowhere/at/all") }

    #expect(error?.isMissing == true)
    #expect(error?.description == "reading /nowhere/at/all: No such file or directory")
  }

  @Test(
    arguments: [
      ([97, 10, 98, 0xFF], "line 2: byte 2 is not UTF-8"), ([0xC4, 0xE3], "line 1: byte 1 is not UTF-8"),
      ([0xE4, 0xB8], "line 1: byte 1 is not UTF-8"),
      ([0xFF, 0xFE, 97, 0, 10, 0, 0, 0xD8], "line 2: this is not UTF-16"),
    ] as [([UInt8], String)])
  func bytesThatAreNoTextAreRefusedWithTheirPlace(bytes: [UInt8], problem: String) throws {
    let path = directory.path + "/bytes"
    try Files.write(bytes, to: path)

    let error = #expect(throws: SystemError.self) { try Files.text(path) }

    #expect(error?.description.hasPrefix("reading \(path): \(problem)") == true, "\(String(describing: error))")
  }

  @Test(
    arguments: [
      [0xEF, 0xBB, 0xBF, 0xC3, 0xA4], [0xFF, 0xFE, 0xE4, 0], [0xFE, 0xFF, 0, 0xE4], [0xC3, 0xA4],
    ] as [[UInt8]])
  func aByteOrderMarkIsNoPartOfTheText(bytes: [UInt8]) throws {
    #expect(try String(textOf: bytes).unicodeScalars.map(\.value) == [0xE4])
  }

  @Test func linesEndWhereTheirBytesDo() {
    #expect("a\r\nb\n".lines == ["a\r", "b", ""])
    #expect("a\r\nb\n".shownLines == ["a", "b", ""])
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
      "HOME": "/home/ada", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "relative", "XDG_RUNTIME_DIR": directory.path,
    ])

    #expect(plain.config == "/home/ada/.config/ksx")
    #expect(plain.cache == "/home/ada/.cache/ksx")
    #expect(plain.runtime == "/tmp/ksx-\(getuid())")
    #expect(own.config == "/c/ksx")
    #expect(own.state == "/home/ada/.local/state/ksx")
    #expect(own.runtime == directory.path + "/ksx")
  }

  @Test(arguments: [(89, false), (90, true), (93, true), (105, true), (250, true)])
  func aDirectoryTooLongForASocketIsReplaced(length: Int, isReplaced: Bool) throws {
    let start = directory.path + "/"
    let base = start + String(repeating: "r", count: length - start.utf8.count)
    try Files.makeDirectory(base)

    let runtime = XDG(["XDG_RUNTIME_DIR": base]).runtime

    #expect(runtime == (isReplaced ? "/tmp/ksx-\(getuid())" : base + "/ksx"))
    #expect((runtime + "/ksxd.sock").utf8.count <= 103)
  }

  /// As `su` and `sudo -E` leave the variable behind.
  @Test func aDirectoryThatIsNotThereIsReplaced() {
    #expect(XDG(["XDG_RUNTIME_DIR": directory.path + "/gone"]).runtime == "/tmp/ksx-\(getuid())")
  }

  @Test func aDirectoryOfAnotherUserOrBehindALinkIsNotPrivate() throws {
    let path = directory.path + "/own"
    #expect(Files.ensurePrivateDirectory(path) == nil)
    try Files.makeDirectory(path, mode: 0o777)
    symlink(path, directory.path + "/link")
    try Files.write([], to: directory.path + "/file")

    #expect(Files.ensurePrivateDirectory(path) == true)
    #expect(Files.ensurePrivateDirectory(directory.path + "/link") == false)
    #expect(Files.ensurePrivateDirectory(directory.path + "/file") == false)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o077 == 0)
  }
}
