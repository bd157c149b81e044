import APITestSupport
import Client
import Extensions
import Glibc
import HTTP
import KubeSphereKinds
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import APIServer

@Suite struct DamageTests {
  /// Three config maps, of which `b` has been made something else on disk by `statement`; `report` takes the log.
  private func withDamage(
    _ statement: String, _ body: (TestAPI, _ log: Locked<[String]>) async throws -> Void
  ) async throws {
    var template = Array("/tmp/ksxd-damage-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = directory + "/a.db"
    defer {
      for name in ["a.db", "a.db-wal", "a.db.lock", "a.db.reserve"] { unlink(directory + "/" + name) }
      rmdir(directory)
    }
    do {
      let ask = try TestAPI(path: path)
      for name in ["a", "b", "c"] { try await ask(.post, Path.maps, .map(name, ["key": "value"])) }
    }
    do { try Database(path: path).execute(statement) }
    let log = Locked<[String]>([])
    let types = ResourceTypes(dialect: .installPlan)
    let api = try API(path: path, types: types, report: { line in log.withLock { $0.append(line) } })
    try await body(TestAPI(api), log)
  }

  static let damages = [
    // A byte in the data, one in the metadata, bytes that are no text, the end missing, another object, nothing.
    "UPDATE objects SET body = CAST(replace(body, '\"key\":', '\"key\"!') AS BLOB) WHERE name = 'b'",
    "UPDATE objects SET body = CAST(replace(body, '\"uid\":', '\"uid\"!') AS BLOB) WHERE name = 'b'",
    "UPDATE objects SET body = CAST(body || X'FF' AS BLOB) WHERE name = 'b'",
    "UPDATE objects SET body = substr(body, 1, length(body) - 9) WHERE name = 'b'",
    "UPDATE objects SET body = (SELECT body FROM objects WHERE name = 'c') WHERE name = 'b'",
    "UPDATE objects SET body = X'' WHERE name = 'b'",
    // Other shapes than clients can read.
    json("'$.metadata.resourceVersion', 7"), json("'$.metadata.labels', json('[1]')"), json("'$.spec', 'x'"),
    json("'$.metadata.annotations', json('{\"a\":1}')"), json("'$.metadata.ownerReferences', json('[\"x\"]')"),
    json("'$.metadata.finalizers', 'x'"), json("'$.metadata.generation', '1'"), json("'$.kind', 1"),
  ]

  private static func json(_ change: String) -> String {
    "UPDATE objects SET body = CAST(json_set(CAST(body AS TEXT), \(change)) AS BLOB) WHERE name = 'b'"
  }

  @Test(arguments: damages)
  func aDamagedObjectIsLeftOutOfItsListAndNamed(damage: String) async throws {
    try await withDamage(damage) { ask, log in
      let response = await ask.api.respond(to: HTTPRequest(.get, Path.maps), as: .owner)
      let list = try JSON.parse(try await response.body.collected())

      #expect(list["items"]?.sequence?.compactMap { $0[path: "metadata", "name"]?.string } == ["a", "c"])
      #expect(response.headers["Warning"]?.contains(#"configmaps \"default/b\" is damaged on disk"#) == true)
      #expect(log.withLock { $0.count { $0.contains(#"configmaps "default/b" is damaged on disk"#) } } == 1)
    }
  }

  @Test(arguments: damages)
  func aDamagedObjectIsNeitherChangedNorReplaced(damage: String) async throws {
    try await withDamage(damage) { ask, _ in
      let answers = [
        try await ask(.get, Path.maps + "/b"),
        try await ask.patch(Path.maps + "/b", ["data": ["key": "new"]]),
        try await ask(.put, Path.maps + "/b", .map("b")),
        try await ask(.post, Path.maps, .map("b")),
      ]

      #expect(answers.map(\.status) == [500, 500, 500, 500])
      #expect(answers.allSatisfy { $0.message.contains("is damaged on disk") })
      #expect(try await ask.patch(Path.maps + "/a", ["data": ["key": "new"]]).status == 200)
    }
  }

  @Test(arguments: damages)
  func aDamagedObjectCanBeDeletedAndMadeAnew(damage: String) async throws {
    try await withDamage(damage) { ask, _ in
      let deleted = try await ask(.delete, Path.maps + "/b")
      let made = try await ask(.post, Path.maps, .map("b"))

      #expect(deleted.status == 200)
      #expect(made.status == 201)
      #expect(try await ask(.get, Path.maps).names == ["a", "b", "c"])
    }
  }

  @Test(arguments: damages)
  func whatADamagedObjectMayOwnStays(damage: String) async throws {
    try await withDamage(damage) { ask, _ in
      let orphan = Value.map("child").setting(
        ["metadata", "ownerReferences"],
        to: [["apiVersion": "v1", "kind": "ConfigMap", "name": "b", "uid": "unknown"]])
      try await ask(.post, Path.maps, orphan)
      try await ask(.delete, Path.maps + "/a")

      let isKnown = ask.api.registry.withLock { $0.allDamaged.allSatisfy { $0.object.uid != nil } }

      #expect(isKnown || ask.api.registry.withLock { $0.orphans().isEmpty })
    }
  }

  @Test func aDamagedHistoryMakesWatchesBeginAnew() async throws {
    try await withDamage("UPDATE history SET body = X'7B' WHERE CAST(body AS TEXT) LIKE '%\"name\":\"b\"%'") { ask, _ in
      let list = try await ask(.get, Path.maps)
      let old = try await ask.watch(Path.maps + "?watch=true&resourceVersion=\((Int(list.version) ?? 0) - 3)", 1)
      let next = try await ask.watch(Path.maps + "?watch=true&resourceVersion=\((Int(list.version) ?? 0) - 1)", 1)

      #expect(list.names == ["a", "b", "c"])
      #expect(old.first?[path: "object", "code"] == 410)
      #expect(next.map(\.eventName) == ["c"])
    }
  }
}
