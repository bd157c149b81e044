import APITestSupport
import Client
import Glibc
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import APIServer

/// A disk of a few megabytes, for which only root may ask.
private struct SmallDisk {
  let path: String

  static let isPossible: Bool = {
    guard let disk = try? SmallDisk(megabytes: 1) else { return false }
    disk.remove()
    return true
  }()

  /// Runs `body` with a new disk, which is gone afterwards.
  static func use(_ body: (SmallDisk) async throws -> Void) async throws {
    let disk = try SmallDisk(megabytes: 12)
    defer { disk.remove() }
    try await body(disk)
  }

  private init(megabytes: Int) throws {
    var template = Array("/tmp/ksxd-disk-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard mount("small", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
      rmdir(path)
      throw StorageError.unusable(path: path, reason: String(cString: strerror(errno)))
    }
  }

  private func remove() {
    // What still holds a file there keeps the disk; this takes its name away.
    umount2(path, Int32(MNT_DETACH))
    rmdir(path)
  }

  /// Takes all the room there is left.
  func fill() throws {
    let file = open(path + "/ballast", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    defer { close(file) }
    for size in [64 << 10, 4 << 10, 1] {
      let zeros = [UInt8](repeating: 0, count: size)
      while write(file, zeros, size) > 0 {}
    }
  }
}

@Suite(.enabled(if: SmallDisk.isPossible, "skipped: only root may mount a small disk"))
struct FullDiskTests {
  private static let icon = String(repeating: "i", count: 20_000)

  /// Writes objects until one is refused; what the refusal says.
  private func fill(_ ask: TestAPI) async throws -> String {
    for index in 0..<2_000 {
      let answer = try await ask(.post, Path.maps, .map("map-\(index)", ["text": Self.icon]))
      if answer.status != 201 { return answer.message }
    }
    return ""
  }

  @Test func aFullDiskIsNotCalledDamage() async throws {
    try await SmallDisk.use { disk in
      let ask = try TestAPI(path: disk.path + "/a.db")
      let message = try await fill(ask)

      #expect(message.contains("\(disk.path)/a.db: the disk is full"))
      #expect(message.contains("free some space"))
      #expect(!message.contains("damaged"))
    }
  }

  @Test func whatWasAcknowledgedIsReadFromAFullDisk() async throws {
    try await SmallDisk.use { disk in
      let path = disk.path + "/a.db"
      var names: [String] = []
      do {
        let ask = try TestAPI(path: path)
        for index in 0..<50 { try await ask(.post, Path.maps, .map("map-\(index)", ["text": Self.icon])) }
        names = try await ask(.get, Path.maps).names
      }
      unlink(path + ".reserve")
      try disk.fill()

      let ask = try TestAPI(path: path)

      #expect(names.count == 50)
      #expect(try await ask(.get, Path.maps).names == names)
    }
  }

  @Test func deletionsGoThroughOnAFullDisk() async throws {
    try await SmallDisk.use { disk in
      let ask = try TestAPI(path: disk.path + "/a.db")
      let refusal = try await fill(ask)
      try disk.fill()
      let names = try await ask(.get, Path.maps).names

      var statuses: [Int] = []
      for name in names { statuses.append(try await ask(.delete, Path.maps + "/" + name).status) }
      let after = try await ask(.post, Path.maps, .map("new"))

      #expect(refusal.contains("the disk is full"))
      #expect(names.count > 50)
      #expect(Set(statuses) == [200])
      #expect(after.status == 201)
    }
  }

  @Test func whatAFinalizerHoldsCanBeMarkedAndFreedOnAFullDisk() async throws {
    try await SmallDisk.use { disk in
      let ask = try TestAPI(path: disk.path + "/a.db")
      let held = Value.plan("held").setting(["metadata", "finalizers"], to: ["kubesphere.io/installplan-protection"])
      try await ask(.post, Path.plans, held)
      _ = try await fill(ask)
      try disk.fill()

      let marked = try await ask(.delete, Path.plans + "/held")
      let freed = try await ask.patch(Path.plans + "/held", ["metadata": ["finalizers": nil]])

      #expect(marked.status == 200)
      #expect(freed.status == 200)
      #expect(try await ask(.get, Path.plans + "/held").status == 404)
    }
  }
}
