import APITestSupport
import Client
import Manifest
import Platform
import Testing

@testable import APIServer
@testable import HTTP
@testable import KubernetesAPI

@Suite struct WritingTests {
  let ask: TestAPI

  init() throws { ask = try TestAPI() }

  @Test func aNewObjectGetsItsMetadata() async throws {
    let made = try await ask(.post, Path.plans, .plan("devops"))

    #expect(made.status == 201)
    #expect(made["metadata", "creationTimestamp"] == "2026-01-01T00:00:00Z")
    #expect(made["metadata", "generation"] == 1)
    #expect(made["metadata", "uid"]?.string?.utf8.count == 36)
    #expect(made["spec", "upgradeStrategy"] == "Manual")
    #expect(try await ask(.get, Path.plans + "/devops").json == made.json)
  }

  @Test func theSameNameTwiceIsAConflict() async throws {
    try await ask(.post, Path.plans, .plan("devops"))

    let second = try await ask(.post, Path.plans, .plan("devops"))

    #expect(second.status == 409)
    #expect(second.reason == "AlreadyExists")
    #expect(second.message == #"installplans.kubesphere.io "devops" already exists"#)
    #expect(second["details"] == ["name": "devops", "group": "kubesphere.io", "kind": "installplans"])
  }

  @Test(arguments: ["Devops", "dev_ops", "-x", "x-", "a..b", "", String(repeating: "x", count: 254)])
  func aNameThatIsNoSubdomainIsRefused(name: String) async throws {
    let answer = try await ask(.post, Path.plans, .plan(name))

    #expect(answer.status == 422)
    #expect(answer.reason == "Invalid")
    #expect(answer["details", "causes"]?.sequence?.first?["field"] == "metadata.name")
  }

  /// As kube-apiserver 1.20 refuses them, whose decoder has other words.
  @Test(
    arguments: [
      (["labels": 5], "number into Go struct field ObjectMeta.metadata.labels"),
      (["labels": ["a": 5]], "number into Go struct field ObjectMeta.metadata.labels"),
      (["annotations": []], "array into Go struct field ObjectMeta.metadata.annotations"),
      (["finalizers": [:]], "object into Go struct field ObjectMeta.metadata.finalizers"),
      (["ownerReferences": [5]], "number into Go struct field ObjectMeta.metadata.ownerReferences"),
      (["uid": 5], "number into Go struct field ObjectMeta.metadata.uid"),
      (["generateName": 5], "number into Go struct field ObjectMeta.metadata.generateName"),
      (["creationTimestamp": "x"], #"parsing time "x" as"#),
    ] as [(Value, String)])
  func metadataOfTheWrongTypeAreRefused(metadata: Value, problem: String) async throws {
    let plan = MergePatch.apply(["metadata": metadata], to: .plan("devops"))
    let answer = try await ask(.post, Path.plans, plan)

    #expect(answer.status == 400, "\(answer.message)")
    #expect(answer.message.containsText("cannot be handled as a InstallPlan: "), "\(answer.message)")
    #expect(answer.message.containsText(problem), "\(answer.message)")
  }

  @Test func aLabelThatIsNullIsAnEmptyText() async throws {
    var plan = Value.plan("devops")
    for key in ["labels", "annotations"] { plan = plan.setting(["metadata", key], to: ["a": nil]) }

    let made = try await ask(.post, Path.plans, plan)

    #expect(made.status == 201, "\(made.message)")
    #expect(made["metadata", "labels"] == ["a": ""] && made["metadata", "annotations"] == ["a": ""])
  }

  @Test func whatSaysNothingInTheMetadataIsNotKept() async throws {
    var plan = Value.plan("devops")
    for key in ["labels", "annotations", "finalizers", "generateName"] {
      plan = plan.setting(["metadata", key], to: .null)
    }

    let made = try await ask(.post, Path.plans, plan)
    #expect(made.status == 201)
    #expect(made["metadata"]?.mapping?.pairs.contains { $0.value == .null } == false)
  }

  @Test func aPatchThatBreaksASecretDoesNotShowIt() async throws {
    let secret: Value = [
      "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s"], "data": ["key": "aHVzaGh1c2g="],
    ]
    try await ask(.post, "/api/v1/namespaces/default/secrets", secret)

    let refused = try await ask.patch("/api/v1/namespaces/default/secrets/s", ["type": 5])

    #expect(refused.status == 422 && refused.message.containsText(#"\"name\":\"s\""#), "\(refused.message)")
    #expect(!refused.message.containsText("aHVzaGh1c2g="))
  }

  @Test func rolesMayHaveColons() async throws {
    let role: Value = [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
      "metadata": ["name": "kubesphere:devops:helm-executor"],
    ]

    let answer = try await ask(.post, "/apis/rbac.authorization.k8s.io/v1/clusterroles", role)

    #expect(answer.status == 201)
  }

  @Test func aNameCanBeGenerated() async throws {
    let event: Value = ["apiVersion": "v1", "kind": "Event", "metadata": ["generateName": "devops."]]

    let name = try await ask(.post, "/api/v1/namespaces/default/events", event)["metadata", "name"]?.string

    #expect(name?.hasPrefix("devops.") == true)
    #expect(name?.count == 12)
  }

  @Test func theKindMustBeTheOneOfThePath() async throws {
    let wrongKind = try await ask(.post, Path.plans, .plan("x").setting(["kind"], to: "Extension"))
    let wrongVersion = try await ask(.post, Path.plans, .plan("x").setting(["apiVersion"], to: "v1"))
    let noKind = try await ask(.post, Path.plans, .plan("x").setting(["kind"], to: nil))

    #expect([wrongKind.status, wrongVersion.status, noKind.status] == [422, 400, 400])
    #expect(
      wrongKind["details", "causes"]?.sequence?.first?["message"] == #"Invalid value: "Extension": must be InstallPlan"#
    )
    #expect(noKind.message == "Object 'Kind' is missing in the body")
  }

  @Test func aKindOfKubernetesOwnNeedNotBeSaid() async throws {
    let place = "/api/v1/namespaces/default/configmaps"
    let made = try await ask(.post, place, ["metadata": ["name": "a"], "data": ["b": "c"]])
    let put = try await ask(.put, place + "/a", ["metadata": ["name": "a"], "data": ["b": "d"]])

    #expect([made.status, put.status] == [201, 200])
    #expect(put["kind"] == "ConfigMap" && put["apiVersion"] == "v1" && put["data", "b"] == "d")
  }

  @Test(arguments: ["", "/devops"])
  func aVersionFromTheFutureIsWaitedForInVain(name: String) async throws {
    try await ask(.post, Path.plans, .plan("devops"))

    let read = try await ask(.get, "\(Path.plans)\(name)?resourceVersion=999999999999")

    #expect(read.status == 504)
    #expect(read.message.hasPrefix("Timeout: Too large resource version: 999999999999, current: "))
  }

  @Test func aPatchOfAnOldVersionIsAConflict() async throws {
    let made = try await ask(.post, Path.plans, .plan("devops"))
    let race: Value = ["metadata": ["resourceVersion": .string(made.version)], "spec": ["enabled": false]]

    let first = try await ask.patch(Path.plans + "/devops", race)
    let second = try await ask.patch(Path.plans + "/devops", race)

    #expect(first.status == 200)
    #expect(second.status == 409)
    #expect(second.reason == "Conflict")
    #expect(second.message.hasSuffix("please apply your changes to the latest version and try again"))
  }

  @Test func onlyWhatIsNoMetadataMakesANewGeneration() async throws {
    try await ask(.post, Path.plans, .plan("devops"))

    let labelled = try await ask.patch(Path.plans + "/devops", ["metadata": ["labels": ["a": "b"]]])
    let changed = try await ask.patch(Path.plans + "/devops", ["status": ["state": "Installed"]])

    #expect(labelled["metadata", "generation"] == 1)
    #expect(changed["metadata", "generation"] == 2)
  }

  @Test func aPatchThatChangesNothingIsNoNewVersion() async throws {
    let made = try await ask(.post, Path.plans, .plan("devops"))

    let same = try await ask.patch(Path.plans + "/devops", ["spec": ["enabled": true]])

    #expect(same.json == made.json)
  }

  @Test func whatTheServerSetsCannotBeChanged() async throws {
    let made = try await ask(.post, Path.plans, .plan("devops"))

    let patched = try await ask.patch(
      Path.plans + "/devops",
      ["metadata": ["creationTimestamp": "1999-01-01T00:00:00Z", "generation": 99]])

    #expect(patched.json == made.json)
  }

  @Test func aReplacementNeedsTheVersionItIsBasedOn() async throws {
    let made = try await ask(.post, Path.plans, .plan("devops"))
    let changed = made.json.setting(["spec", "enabled"], to: false)

    let without = try await ask(.put, Path.plans + "/devops", .plan("devops"))
    let with = try await ask(.put, Path.plans + "/devops", changed)
    let again = try await ask(.put, Path.plans + "/devops", changed)

    #expect([without.status, with.status, again.status] == [422, 200, 409])
  }

  @Test func aDryRunAnswersAndDoesNothing() async throws {
    let made = try await ask(.post, Path.plans + "?dryRun=All", .plan("devops"))
    let unchecked = try await ask(.post, Path.plans + "?dryRun=All", .plan("Devops"))

    #expect(made.status == 201)
    #expect(unchecked.status == 422)
    #expect(try await ask(.get, Path.plans).names.isEmpty)
  }

  @Test func JSONPatchesWork() async throws {
    try await ask(.post, Path.maps, .map("m", labels: ["x": "y"], ["a": "1", "b": "2"]))
    let operations: Value = [
      ["op": "test", "path": "/data/a", "value": "1"], ["op": "replace", "path": "/data/a", "value": "one"],
      ["op": "move", "from": "/data/b", "path": "/metadata/labels/c~1d"],
      ["op": "add", "path": "/data/e", "value": "5"],
      ["op": "remove", "path": "/data/e"],
    ]

    let done = try await ask(.patch, Path.maps + "/m", operations, as: "application/json-patch+json")
    let again = try await ask(.patch, Path.maps + "/m", operations, as: "application/json-patch+json")

    #expect(done["data"] == ["a": "one"])
    #expect(done["metadata", "labels"] == ["x": "y", "c/d": "2"])
    #expect(again.status == 422)
  }

  @Test func anUnknownPatchLanguageIsRefused() async throws {
    try await ask(.post, Path.maps, .map("m"))

    let answer = try await ask(.patch, Path.maps + "/m", [:], as: "application/x-patch")

    #expect(answer.status == 415)
    #expect(answer.reason == "UnsupportedMediaType")
  }

  @Test func statusIsWrittenApartWhereItExists() async throws {
    func spec(_ seconds: Int) -> Value { ["ttlSecondsAfterFinished": .integer(seconds)] }
    let made = try await ask(.post, Path.jobs, Value.job("j").setting(["status", "active"], to: 1))
    let main = try await ask.patch(Path.jobs + "/j", ["status": ["active": 2], "spec": spec(2)])
    let status = try await ask.patch(Path.jobs + "/j/status", ["status": ["active": 3], "spec": spec(3)])
    try await ask(.post, Path.plans, .plan("devops"))
    let none = try await ask.patch(Path.plans + "/devops/status", ["status": ["state": "Installed"]])

    #expect(made["status"] == [:])
    #expect(main["spec", "ttlSecondsAfterFinished"] == 2)
    #expect(main["status"] == [:])
    #expect(status["status", "active"] == 3)
    #expect(status["spec", "ttlSecondsAfterFinished"] == 2)
    #expect(status["metadata", "generation"] == 2)
    #expect(none.status == 404)
  }

  @Test func anObjectCannotGrowWithoutBounds() async throws {
    try await ask(.post, Path.maps, .map("m", ["x": String(repeating: "x", count: 1_000)]))
    let doubling: Value = ["op": "copy", "from": "", "path": "/data/y"]
    let deep = (0..<400).reduce(into: Value.null) { value, _ in value = ["a": value] }

    let copies = try await ask(
      .patch, Path.maps + "/m", .sequence(Array(repeating: doubling, count: 100)), as: "application/json-patch+json")
    let inside = Value.string("/deep" + String(repeating: "/a", count: 400))
    let nested = try await ask(
      .patch, Path.maps + "/m",
      [["op": "add", "path": "/deep", "value": deep], ["op": "copy", "from": "/deep", "path": inside]],
      as: "application/json-patch+json")

    #expect(copies.status == 413)
    #expect(nested.status == 413)
    #expect(try await ask(.get, Path.maps + "/m").status == 200)
  }

  @Test(arguments: [600, 100_000])
  func aBodyThatIsTooDeepIsRefused(depth: Int) async throws {
    let body = Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)

    let answer = await ask.api.respond(to: HTTPRequest(.post, Path.maps, body: body), as: .owner)

    #expect(answer.status == 400)
  }
}
