import APITestSupport
import Client
import Glibc
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import APIServer
@testable import HTTP

@Suite struct DurabilityTests {
  /// Runs `body` with the path of a database that is not there yet.
  private func withPath(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/ksxd-store-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw StorageError.unusable(path: "/tmp", reason: "no directory") }
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      for name in ["a.db", "a.db-wal", "a.db-shm", "a.db.lock", "a.db.reserve"] { unlink(directory + "/" + name) }
      rmdir(directory)
    }
    try await body(directory + "/a.db")
  }

  /// The API at `path` once that before it has let go of the file: a collection of garbage may hold it for a moment.
  private func reopened(_ path: String) async throws -> TestAPI {
    let deadline = ContinuousClock.now + TestTimeout.usual
    while true {
      do {
        return try TestAPI(path: path)
      } catch StorageError.inUse where ContinuousClock.now < deadline {
        await Task.yield()
      }
    }
  }

  @Test func everythingIsThereAgain() async throws {
    try await withPath { path in
      var (objects, version) = ([Value](), "")
      do {
        let ask = try TestAPI(path: path)
        for name in ["a", "b", "c"] { try await ask(.post, Path.plans, .plan(name)) }
        try await ask.patch(Path.plans + "/b", ["spec": ["enabled": false]])
        try await ask(.delete, Path.plans + "/c")
        let list = try await ask(.get, Path.plans)
        (objects, version) = (list["items"]?.sequence ?? [], list.version)
      }

      let list = try await reopened(path)(.get, Path.plans)

      #expect(list["items"] == .sequence(objects))
      #expect(list.version == version)
    }
  }

  @Test func aWatchGoesOnAcrossARestart() async throws {
    try await withPath { path in
      var version = ""
      do {
        let ask = try TestAPI(path: path)
        version = try await ask(.post, Path.plans, .plan("a")).version
        try await ask.patch(Path.plans + "/a", ["spec": ["enabled": false]])
        try await ask(.delete, Path.plans + "/a")
      }
      let ask = try await reopened(path)
      try await ask(.post, Path.plans, .plan("b"))

      let events = try await ask.watch(Path.plans + "?watch=true&resourceVersion=\(version)", 3)

      #expect(events.map(\.eventType) == ["MODIFIED", "DELETED", "ADDED"])
    }
  }

  @Test func aVersionOfAnotherDatabaseIsForgotten() async throws {
    let ask = try TestAPI()

    let old = try await ask.watch(Path.plans + "?watch=true&resourceVersion=5")
    let future = try await ask.watch(Path.plans + "?watch=true&resourceVersion=9999999999")

    #expect(old.first?[path: "object", "code"] == 410)
    #expect(future.first?[path: "object", "code"] == 410)
  }

  @Test func whatIsOrphanedByACrashIsCollected() async throws {
    try await withPath { path in
      do {
        let store = try ObjectStore(path: path)
        _ = try store.put(
          .map("child").setting(
            ["metadata", "ownerReferences"],
            to: [["apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "gone"]]
          )
          .setting(["metadata", "uid"], to: "here").setting(["metadata", "namespace"], to: "default"),
          in: "configmaps")
      }
      let ask = try TestAPI(path: path)

      // Any change sets off the collection.
      try await ask(.post, Path.maps, .map("other"))
      try await ask(.delete, Path.maps + "/other")

      #expect(try await isEmptied(ask, Path.maps))
    }
  }

  @Test func anOrphanThatCannotBeDeletedKeepsNoOther() async throws {
    try await withPath { path in
      do {
        let store = try ObjectStore(path: path)
        for index in 0..<20 {
          // Of a kind that this API does not serve any more.
          _ = try store.put(.orphan("lost-\(index)"), in: "things.example.com")
          _ = try store.put(.orphan("child-\(index)"), in: "configmaps")
        }
      }
      let ask = try TestAPI(path: path)

      try await ask(.post, Path.maps, .map("other"))
      try await ask(.delete, Path.maps + "/other")

      #expect(try await isEmptied(ask, Path.maps))
    }
  }

  private func isEmptied(_ ask: TestAPI, _ target: String) async throws -> Bool {
    let deadline = ContinuousClock.now + TestTimeout.usual
    while ContinuousClock.now < deadline {
      if try await ask(.get, target).names.isEmpty { return true }
      await Task.yield()
    }
    return false
  }

  @Test func onlyOneProcessHoldsADatabase() async throws {
    try await withPath { path in
      let first = try TestAPI(path: path)

      let error = #expect(throws: StorageError.self) { try TestAPI(path: path) }

      #expect(error?.description.contains("is in use by another ksxd") == true)
      _ = first
    }
  }

  @Test func aDamagedFileIsNamed() async throws {
    try await withPath { path in
      try write(
        "this is no database, and it is long enough to have a header of one hundred bytes: " + path + path, to: path)

      let error = #expect(throws: StorageError.self) { try TestAPI(path: path) }

      #expect(error?.description.hasPrefix("\(path): the file is no database, or its beginning is damaged") == true)
      #expect(error?.description.contains("keep it") == true)
    }
  }

  @Test func aForeignDatabaseIsLeftAlone() async throws {
    try await withPath { path in
      do { try Database(path: path).execute("CREATE TABLE notes (text TEXT)") }
      let before = try Files.read(path)

      let error = #expect(throws: StorageError.self) { try TestAPI(path: path) }

      #expect(try Files.read(path) == before)
      #expect(error?.description.contains("belongs to another program") == true)
    }
  }

  @Test func theHistoryOnDiskIsBounded() async throws {
    try await withPath { path in
      do {
        let store = try ObjectStore(path: path, remembering: ChangeLog.Limit(changes: 10))
        for index in 0..<600 { _ = try store.put(.map("m", ["x": "\(index)"]), in: "configmaps") }
      }

      let rows = try Database(path: path).integer("SELECT count(*) FROM history")

      #expect(rows < 300)
    }
  }

  @Test func whereNoVersionIsLeftAWriteIsRefusedAndReadingGoesOn() async throws {
    try await withPath { path in
      do { try await TestAPI(path: path)(.post, Path.maps, .map("m")) }
      try Database(path: path).execute(
        "DELETE FROM history WHERE version < (SELECT max(version) FROM history); "
          + "UPDATE history SET version = \(Int.max); UPDATE objects SET version = \(Int.max)")
      let ask = try TestAPI(path: path)

      let written = try await ask(.post, Path.maps, .map("n"))
      let deleted = try await ask(.delete, Path.maps + "/m")

      #expect([written.status, deleted.status] == [500, 500])
      #expect(try await ask(.get, Path.maps).names == ["m"])
    }
  }

  @Test func theFileIsForThisUserAlone() async throws {
    try await withPath { path in
      let ask = try TestAPI(path: path)
      var status = stat()

      stat(path, &status)

      #expect(status.st_mode & 0o077 == 0)
      _ = ask
    }
  }

  private func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw StorageError.unusable(path: path, reason: "no file") }
    fputs(text, file)
    fclose(file)
  }
}

extension Value {
  /// A config map whose owner is gone.
  fileprivate static func orphan(_ name: String) -> Value {
    .map(name).setting(
      ["metadata", "ownerReferences"], to: [["apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "gone"]]
    )
    .setting(["metadata", "uid"], to: .string(name)).setting(["metadata", "namespace"], to: "default")
  }
}
