import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Testing

/// Server-side apply: who owns what, who is in the way, and what becomes of it.
@Suite struct ApplyTests {
  let cluster: Cluster
  let namespace: String
  let maps: String

  init() async throws {
    cluster = try await ServerUnderTest.current.cluster()
    namespace = try await ServerUnderTest.freshNamespace(in: cluster)
    maps = Resource.configMaps.path(namespace: namespace)
  }

  @Test func whatIsNotThereIsMade() async throws {
    let made = try await apply("one", as: "ann", ["a": "1", "b": "2"], labels: ["x": "y"])

    #expect(made.status == 201)
    #expect(made["data"] == ["a": "1", "b": "2"])
    #expect(made["metadata", "managedFields"]?.sequence?.count == 1)
    #expect(
      owned(made, "ann", "Apply")
        == ["f:data": ["f:a": [:], "f:b": [:]], "f:metadata": ["f:labels": ["f:x": [:]]]])
  }

  @Test func whatIsTheSameAlreadyIsNoNewVersion() async throws {
    let made = try await apply("one", as: "ann", ["a": "1"])

    let again = try await apply("one", as: "ann", ["a": "1"])

    #expect(again.status == 200)
    #expect(again.version == made.version)
  }

  @Test func aFieldOfAnotherOwnerIsAConflict() async throws {
    try await apply("one", as: "ann", ["a": "1", "b": "2"])

    let same = try await apply("one", as: "bob", ["a": "1"])
    let other = try await apply("one", as: "bob", ["a": "9"])

    #expect(same.status == 200)
    #expect(owned(same, "bob", "Apply") == ["f:data": ["f:a": [:]]])
    #expect(other.status == 409)
    #expect(other.reason == "Conflict")
    #expect(other.message == #"Apply failed with 1 conflict: conflict with "ann": .data.a"#)
    #expect(
      other["details"]
        == [
          "causes": [
            ["reason": "FieldManagerConflict", "message": #"conflict with "ann""#, "field": ".data.a"]
          ]
        ])
    #expect(try await read("one")["data"] == ["a": "1", "b": "2"])
  }

  @Test func everyConflictIsListedByItsOwner() async throws {
    try await apply("one", as: "ann", ["a": "1", "b": "2"])
    try await cluster.raw(
      .patch, "\(maps)/one?fieldManager=carl", ["data": ["b": "3"]], type: "application/merge-patch+json")

    let answer = try await apply("one", as: "bob", ["a": "9", "b": "9"])

    #expect(
      answer.message
        == "Apply failed with 2 conflicts: conflicts with \"ann\":\n- .data.a\nconflicts with \"carl\" using v1:\n- .data.b"
    )
    #expect(answer.causes.sorted() == [".data.a", ".data.b"])
  }

  @Test func forceTakesWhatOthersOwn() async throws {
    try await apply("one", as: "ann", ["a": "1", "b": "2"])

    let taken = try await apply("one", as: "bob", ["a": "9"], query: "&force=true")

    #expect(taken["data"] == ["a": "9", "b": "2"])
    #expect(owned(taken, "ann", "Apply") == ["f:data": ["f:b": [:]]])
    #expect(owned(taken, "bob", "Apply") == ["f:data": ["f:a": [:]]])
  }

  @Test func whatItsOnlyOwnerLeavesOutGoes() async throws {
    try await apply("one", as: "ann", ["a": "1", "b": "2", "c": "3"], labels: ["x": "y"])
    try await apply("one", as: "bob", ["b": "2"])
    try await cluster.raw(
      .patch, "\(maps)/one?fieldManager=carl", ["data": ["d": "4"]], type: "application/merge-patch+json")

    let left = try await apply("one", as: "ann", ["a": "1"])
    #expect(left.message == "")

    #expect(left["data"] == ["a": "1", "b": "2", "d": "4"])
    #expect(left["metadata", "labels"] == nil)
    #expect(owned(left, "ann", "Apply") == ["f:data": ["f:a": [:]]])
    #expect(owned(left, "bob", "Apply") == ["f:data": ["f:b": [:]]])
    #expect(owned(left, "carl", "Update") == ["f:data": ["f:d": [:]]])
  }

  @Test func otherWritesAreAccountedForToo() async throws {
    let made = try await cluster.raw(.post, maps + "?fieldManager=ann", map("one", ["a": "1"], ["x": "y"]))
    let merged = try await cluster.raw(
      .patch, "\(maps)/one?fieldManager=bob", ["data": ["a": "2", "b": "2"]], type: "application/merge-patch+json")
    let patched = try await cluster.raw(
      .patch, "\(maps)/one?fieldManager=carl",
      [["op": "add", "path": "/data/c", "value": "3"], ["op": "remove", "path": "/data/b"]],
      type: "application/json-patch+json")
    let replaced = try await cluster.raw(
      .put, "\(maps)/one?fieldManager=dora", patched.json.setting(["data", "c"], to: "9"))

    #expect(
      owned(made, "ann", "Update")
        == ["f:data": [".": [:], "f:a": [:]], "f:metadata": ["f:labels": [".": [:], "f:x": [:]]]])
    #expect(owned(merged, "bob", "Update") == ["f:data": ["f:a": [:], "f:b": [:]]])
    #expect(
      owned(merged, "ann", "Update")
        == ["f:data": [:], "f:metadata": ["f:labels": [".": [:], "f:x": [:]]]])
    #expect(owned(patched, "bob", "Update") == ["f:data": ["f:a": [:]]])
    #expect(owned(replaced, "carl", "Update") == nil)
    #expect(owned(replaced, "dora", "Update") == ["f:data": ["f:c": [:]]])
    let entry = try #require(made["metadata", "managedFields"]?.sequence?.first)
    #expect(entry["apiVersion"] == "v1")
    #expect(entry["fieldsType"] == "FieldsV1")
    #expect(entry["time"]?.string?.hasSuffix("Z") == true)
  }

  @Test func itemsThatAreToldApartAreMergedOneByOne() async throws {
    let owners = [try await apply("o1", as: "ann", [:]), try await apply("o2", as: "ann", [:])]
    let ids = owners.map { $0["metadata", "uid"]?.string ?? "" }
    let references = owners.map { owner in
      Value.mapping([
        "apiVersion": "v1", "kind": "ConfigMap", "name": owner["metadata", "name"] ?? .null,
        "uid": owner["metadata", "uid"] ?? .null,
      ])
    }
    let first = map("one", [:]).setting(["metadata", "finalizers"], to: ["ksx.dev/a"])
    try await apply(first.setting(["metadata", "ownerReferences"], to: [references[0]]), as: "ann")
    let more = map("one", [:]).setting(["metadata", "finalizers"], to: ["ksx.dev/b"])
    let both = try await apply(more.setting(["metadata", "ownerReferences"], to: [references[1]]), as: "bob")
    let left = try await apply(map("one", [:]).setting(["metadata", "finalizers"], to: ["ksx.dev/a"]), as: "ann")
    #expect([both.message, left.message] == ["", ""])

    let uids = [both, left].map { answer in
      answer["metadata", "ownerReferences"]?.sequence?.compactMap { $0["uid"]?.string } ?? []
    }
    #expect(both["metadata", "finalizers"] == ["ksx.dev/a", "ksx.dev/b"])
    #expect(uids == [ids, [ids[1]]])
    #expect(left["metadata", "finalizers"] == ["ksx.dev/a", "ksx.dev/b"])
    #expect(
      owned(both, "bob", "Apply")?[path: "f:metadata", "f:ownerReferences"]
        == .mapping(
          Mapping([
            Mapping.Pair(
              key: #"k:{"uid":"\#(ids[1])"}"#,
              value: [".": [:], "f:apiVersion": [:], "f:kind": [:], "f:name": [:], "f:uid": [:]])
          ])))
    #expect(owned(left, "ann", "Apply")?[path: "f:metadata", "f:finalizers"] == [#"v:"ksx.dev/a""#: [:]])
    try await cluster.raw(
      .patch, maps + "/one", ["metadata": ["finalizers": nil]], type: "application/merge-patch+json")
  }

  @Test func anAccountThatIsWipedBeginsAnew() async throws {
    try await apply("one", as: "ann", ["a": "1"])
    let wiped = try await cluster.raw(
      .patch, "\(maps)/one?fieldManager=bob", ["metadata": ["managedFields": [[:]]]],
      type: "application/merge-patch+json")

    let applied = try await apply("one", as: "ann", ["a": "1", "b": "2"])
    let refused = try await apply("one", as: "carl", ["a": "3"])

    #expect(wiped["metadata", "managedFields"] == nil)
    #expect(owned(applied, "before-first-apply", "Update") != nil)
    #expect(refused.status == 409)
    #expect(refused.message.contains(#"conflicts with "before-first-apply" using v1:"#))
  }

  @Test func aDryRunOwnsNothing() async throws {
    let made = try await apply("ghost", as: "ann", ["a": "1"], query: "&dryRun=All")
    try await apply("one", as: "ann", ["a": "1"])
    let changed = try await apply("one", as: "ann", ["a": "2"], query: "&dryRun=All")

    #expect(made.status == 201)
    #expect(changed["data"] == ["a": "2"])
    #expect(try await cluster.raw(.get, maps + "/ghost").status == 404)
    #expect(try await read("one")["data"] == ["a": "1"])
  }

  @Test func YAMLIsWhatItIsNamedFor() async throws {
    let text = """
      # what ann wants
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: one}
      data:
        a: "1"
        note: |
          two
          lines
      """

    let made = try await cluster.raw(
      .patch, maps + "/one?fieldManager=ann", text: text, type: "application/apply-patch+yaml")

    #expect(made["data"] == ["a": "1", "note": "two\nlines"])
  }

  @Test func howItIsAskedIsChecked() async throws {
    try await apply("one", as: "ann", ["a": "1"])
    let good = map("one", ["a": "1"])
    let type = "application/apply-patch+yaml"

    let nameless = try await cluster.raw(.patch, maps + "/one", good, type: type)
    let forced = try await cluster.raw(
      .patch, maps + "/one?force=true", ["data": ["a": "1"]], type: "application/merge-patch+json")
    let misnamed = try await apply(map("two", [:]), as: "ann", at: "one")
    let unversioned = try await apply(good.setting(["apiVersion"], to: nil), as: "ann")
    let selfmade = try await apply(good.setting(["metadata", "managedFields"], to: []), as: "ann")
    let broken = try await cluster.raw(.patch, maps + "/one?fieldManager=ann", text: "{{", type: type)
    let stale = try await apply(good.setting(["metadata", "resourceVersion"], to: "1"), as: "ann")
    let alien = try await apply(map("new", [:]).setting(["metadata", "uid"], to: "u"), as: "ann", at: "new")

    #expect([nameless.status, forced.status] == [422, 422])
    #expect([nameless.causes, forced.causes] == [["fieldManager"], ["force"]])
    #expect(
      nameless.message
        == #"PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch"#)
    #expect([misnamed.status, unversioned.status, selfmade.status, broken.status] == [400, 400, 400, 400])
    #expect(misnamed.message == "the name of the object (two) does not match the name on the URL (one)")
    #expect(
      unversioned.message == "Incorrect version specified in apply patch. Specified patch version: , expected: v1")
    #expect(selfmade.message == "metadata.managedFields must be nil")
    #expect(broken.message.hasPrefix("error decoding YAML: "))
    #expect([stale.status, alien.status] == [409, 409])
  }

  @Test func aCustomResourceIsAppliedBySchema() async throws {
    let shelf = ServerUnderTest.dialect.categories
    // Titles are texts in one dialect, and texts by language in the other.
    let isByLanguage = ServerUnderTest.dialect.name == .installPlan
    let titles: [Value] = isByLanguage ? [["en": "Tests"], ["en": "Other"]] : ["Tests", "Other"]
    let place: Value = ["f:displayName": isByLanguage ? ["f:en": [:]] : [:]]
    let name = "ksx-apply-\(UInt32.random(in: .min ... .max))"
    func wanted(_ spec: Mapping) -> Value {
      Object(shelf, name: name, labels: ["tier": "test"], ["spec": .mapping(spec)]).value
    }
    let target = shelf.path(name: name)

    let made = try await apply(wanted(["displayName": titles[0]]), as: "ann", to: target)
    let refused = try await apply(wanted(["displayName": titles[1]]), as: "bob", to: target)
    let joined = try await apply(
      wanted(isByLanguage ? ["displayName": ["zh": "测试"]] : ["icon": "x"]), as: "bob", to: target)
    try await cluster.raw(.delete, target)

    #expect(owned(made, "ann", "Apply") == ["f:metadata": ["f:labels": ["f:tier": [:]]], "f:spec": place])
    #expect(
      refused.message
        == "Apply failed with 1 conflict: conflict with \"ann\": .spec.displayName" + (isByLanguage ? ".en" : ""))
    #expect(joined["spec", "displayName"] == (isByLanguage ? ["en": "Tests", "zh": "测试"] : titles[0]))
  }

  @Test(arguments: [ServerUnderTest.Person.readOnly, .nobody])
  func whoMayNotPatchMayNotApply(person: ServerUnderTest.Person) async throws {
    try await apply("one", as: "ann", ["a": "1"])
    let other = try await ServerUnderTest.current.cluster(as: person)

    let refused = try await other.raw(
      .patch, maps + "/one?fieldManager=bob&force=true", map("one", ["a": "2"]), type: "application/apply-patch+yaml")

    #expect(refused.status == 403)
    #expect(refused.message.contains(#"cannot patch resource "configmaps""#))
    #expect(try await read("one")["data"] == ["a": "1"])
  }
}
