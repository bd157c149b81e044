import APITestSupport
import HTTP
import Manifest
import TestSupport
import Testing

@testable import APIServer
@testable import KubernetesAPI

/// An object is read by the schemas of now, whichever it was written by.
///
/// A kube-apiserver 1.20 answered the same.
@Suite struct SchemaChangeTests {
  private static let old = "/apis/example.com/v1beta1/namespaces/default/widgets"
  private static let open = "{type: object, x-kubernetes-preserve-unknown-fields: true}"

  private func define(_ ask: TestAPI, spec: String) async throws {
    let definition = try Widgets.definition(versions: Widgets.version(spec: spec))
    let made = try await ask(.post, Widgets.definitions, definition)
    guard made.status == 409 else { return }
    try await ask.patch(Widgets.definitions + "/widgets.example.com", definition)
  }

  @Test func aDefaultThatComesLaterShowsOnWhatIsThere() async throws {
    let folder = TemporaryFolder()
    do {
      let ask = try TestAPI(path: folder.path + "/a.db")
      try await define(ask, spec: "{type: object, properties: {a: {type: string}, gone: {type: string}}}")
      try await ask(.post, Widgets.path, try Widgets.widget("{a: x, gone: old}"))
      try await define(ask, spec: "{type: object, properties: {a: {type: string}, d: {type: string, default: dd}}}")

      let whole = try await ask(.get, Widgets.path + "/w")
      let list = try await ask(.get, Widgets.path)

      #expect(whole["spec"] == ["a": "x", "d": "dd"])
      #expect(whole["metadata", "generation"] == 1)
      #expect(list["items"]?.sequence?.first?["spec"] == ["a": "x", "d": "dd"])
    }

    let again = try TestAPI(path: folder.path + "/a.db")
    #expect(try await again(.get, Widgets.path + "/w")["spec"] == ["a": "x", "d": "dd"])
  }

  @Test func aWriteThatChangesNothingKeepsWhatIsRead() async throws {
    let ask = try TestAPI()
    try await define(ask, spec: "{type: object}")
    let made = try await ask(.post, Widgets.path, try Widgets.widget("{}"))
    try await define(ask, spec: "{type: object, properties: {d: {type: string, default: dd}}}")

    let first = try await ask.patch(Widgets.path + "/w", [:])
    let second = try await ask.patch(Widgets.path + "/w", [:])

    #expect(first["spec"] == ["d": "dd"])
    #expect(first["metadata", "generation"] == 1)
    #expect(first.version != made.version)
    #expect(second.version == first.version)
  }

  @Test func aChangeOfMetadataLeavesObjectsAsTheyAreKept() async throws {
    let ask = try TestAPI()
    try await define(ask, spec: "{type: object}")
    try await ask(.post, Widgets.path, try Widgets.widget("{}"))
    let before = ask.api.types.find(collection: "widgets.example.com")?.schemaVersion

    try await ask.patch(Widgets.definitions + "/widgets.example.com", ["metadata": ["labels": ["a": "b"]]])

    #expect(before != nil)
    #expect(ask.api.types.find(collection: "widgets.example.com")?.schemaVersion == before)
  }

  @Test func sinceWhenASchemaIsWhatItIsSurvivesAStart() async throws {
    let folder = TemporaryFolder()
    func date(_ ask: TestAPI) -> Int? { ask.api.types.find(collection: "widgets.example.com")?.schemaVersion }
    var before: Int?
    do {
      let ask = try TestAPI(path: folder.path + "/a.db")
      try await define(ask, spec: "{type: object}")
      try await ask(.post, Widgets.path, try Widgets.widget("{}"))
      before = date(ask)
      try await ask.patch(Widgets.definitions + "/widgets.example.com", ["metadata": ["labels": ["a": "b"]]])
    }
    do {
      let again = try TestAPI(path: folder.path + "/a.db")
      #expect(before != nil && date(again) == before)
      // Other schemas are new ones, whatever was kept of those before.
      try await define(again, spec: "{type: object, properties: {d: {type: string, default: dd}}}")
      #expect(try await again(.get, Widgets.path + "/w")["spec"] == ["d": "dd"])
    }
    let last = try TestAPI(path: folder.path + "/a.db")
    #expect(try await last(.get, Widgets.path + "/w")["spec"] == ["d": "dd"])
  }

  @Test func whatAnotherVersionKeepsIsNotKnownToThisOne() async throws {
    let ask = try TestAPI()
    let definition = try Widgets.definition(
      versions: Widgets.version(spec: "{type: object, properties: {a: {type: string}}}"),
      Widgets.version("v1beta1", isStored: false, spec: Self.open))
    try await ask(.post, Widgets.definitions, definition)
    let widget = try Widgets.widget("{a: x, z: 1}").setting(["apiVersion"], to: "example.com/v1beta1")

    let made = try await ask(.post, Self.old, widget)

    #expect(made["spec"] == ["a": "x"])
    #expect(try await ask(.get, Widgets.path + "/w")["spec"] == ["a": "x"])
    #expect(try await ask(.get, Self.old + "/w")["spec"] == ["a": "x"])
  }

  @Test(arguments: [
    ("gadgets v1beta1 is old; use v1", "gadgets v1beta1 is old; use v1"),
    (nil, "example.com/v1beta1 Widget is deprecated; use example.com/v1 Widget"),
  ])
  func aDeprecatedVersionSaysSo(text: String?, expected: String) async throws {
    let ask = try TestAPI()
    var old = try Widgets.version("v1beta1", isStored: false, spec: Self.open).setting(["deprecated"], to: true)
    if let text { old = old.setting(["deprecationWarning"], to: .string(text)) }
    try await ask(
      .post, Widgets.definitions, try Widgets.definition(versions: Widgets.version(spec: Self.open), old))

    func warnings(_ path: String) async -> [String] {
      await ask.api.respond(to: HTTPRequest(.get, path), as: .owner).headers.fields
        .filter { $0.name == "Warning" }.map(\.value)
    }
    for path in [Self.old, Self.old + "/none"] { #expect(await warnings(path) == ["299 - \"\(expected)\""]) }
    #expect(await warnings(Widgets.path) == [])
  }

  // As a chart's migration does it (Kubernetes, "Upgrade existing objects to a new stored version").
  @Test func aVersionIsDroppedOnceNothingIsKeptInIt() async throws {
    let ask = try TestAPI()
    let (target, spec) = (
      Widgets.definitions + "/widgets.example.com", "{type: object, properties: {a: {type: string}}}"
    )
    func versions(storedInOld: Bool) throws -> [Value] {
      [
        try Widgets.version(isStored: !storedInOld, spec: spec),
        try Widgets.version("v1beta1", isStored: storedInOld, spec: spec),
      ]
    }
    let old = try versions(storedInOld: true)
    try await ask(.post, Widgets.definitions, try Widgets.definition(versions: old[0], old[1]))
    try await ask(.post, Widgets.path, try Widgets.widget("{a: x}"))
    try await ask.patch(target, ["spec": ["versions": .sequence(try versions(storedInOld: false))]])
    let status: Value = ["status": ["storedVersions": ["v1"]]]

    let early = try await ask.patch(target + "/status", status)
    let object = try await ask(.get, Widgets.path + "/w")
    try await ask(.put, Widgets.path + "/w", object.json)
    let late = try await ask.patch(target + "/status", status)
    let only = try versions(storedInOld: false)[0]
    let dropped = try await ask.patch(target, ["spec": ["versions": [only]]])

    #expect(early.status == 422)
    #expect(late["status", "storedVersions"] == ["v1"])
    #expect(dropped.status == 200)
    #expect(try await ask(.get, Widgets.path + "/w")["spec"] == ["a": "x"])
  }

  @Test func aWatchEndsWithItsDefinition() async throws {
    let ask = try TestAPI()
    let definition = try Widgets.definition(versions: Widgets.version(spec: Self.open))
    try await ask(.post, Widgets.definitions, definition)
    try await ask(.post, Widgets.path, try Widgets.widget("{}"))

    async let lines = ask.watch(Widgets.path + "?watch=true")
    await eventually("it waits") { ask.api.waiters.count == 1 }
    try await ask(.delete, Widgets.definitions + "/widgets.example.com")

    #expect(try await lines.map(\.eventType) == ["ADDED", "DELETED"])
  }
}
