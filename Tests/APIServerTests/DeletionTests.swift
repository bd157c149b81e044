import APITestSupport
import Client
import Manifest
import TestSupport
import Testing

@testable import APIServer
@testable import HTTP

@Suite struct DeletionTests {
  let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private func plan(_ name: String, finalizers: Value = []) -> Value {
    Value.plan(name).setting(["metadata", "finalizers"], to: finalizers)
  }

  /// Waits until what is at `target` is gone.
  private func untilGone(_ target: String) async throws -> Bool {
    let deadline = ContinuousClock.now + TestTimeout.usual
    while ContinuousClock.now < deadline {
      if try await ask(.get, target).status == 404 { return true }
      await Task.yield()
    }
    return false
  }

  @Test func whatIsDeletedIsGone() async throws {
    try await ask(.post, Path.plans, plan("a"))

    let deleted = try await ask(.delete, Path.plans + "/a")
    let again = try await ask(.delete, Path.plans + "/a")

    #expect(deleted["status"] == "Success")
    #expect(deleted["details", "name"] == "a")
    #expect(again.status == 404)
    #expect(again.message == #"installplans.kubesphere.io "a" not found"#)
  }

  @Test func aFinalizerKeepsWhatIsDeleted() async throws {
    try await ask(.post, Path.plans, plan("a", finalizers: ["kubesphere.io/installplan-protection"]))
    let version = try await ask(.get, Path.plans).version

    let marked = try await ask(.delete, Path.plans + "/a")
    let again = try await ask(.delete, Path.plans + "/a")
    let added = try await ask.patch(Path.plans + "/a", ["metadata": ["finalizers": ["a/b"]]])
    let freed = try await ask.patch(Path.plans + "/a", ["metadata": ["finalizers": nil]])
    let events = try await ask.watch(Path.plans + "?watch=true&resourceVersion=\(version)", 2)

    #expect(marked["metadata", "deletionTimestamp"] == "2026-01-01T00:00:00Z")
    #expect(again.version == marked.version)
    #expect(added.status == 422)
    #expect(freed.status == 200)
    #expect(try await ask(.get, Path.plans + "/a").status == 404)
    #expect(events.map(\.eventType) == ["MODIFIED", "DELETED"])
  }

  @Test func aDeletionCanDependOnWhatItDeletes() async throws {
    let made = try await ask(.post, Path.plans, plan("a"))
    let target = Path.plans + "/a"
    let uid = try #require(made["metadata", "uid"])

    let wrong = try await ask(.delete, target, ["preconditions": ["uid": "other"]])
    let old = try await ask(.delete, target, ["preconditions": ["resourceVersion": "1"]])
    let dry = try await ask(.delete, target, ["dryRun": ["All"]])
    let right = try await ask(.delete, target, ["preconditions": ["uid": uid]])

    #expect([wrong.status, old.status, dry.status, right.status] == [409, 409, 200, 200])
  }

  /// As kube-apiserver refuses them, with 400 or 422: an unguarded deletion is not what was asked for.
  @Test(
    arguments: [
      ["dryRun": "All"], ["dryRun": ["All", "Foo"]], ["dryRun": [""]], ["preconditions": "x"], ["preconditions": []],
      ["preconditions": ["uid": 5]], ["preconditions": ["resourceVersion": 5]], ["propagationPolicy": 5],
      ["propagationPolicy": "Never"], ["orphanDependents": "true"], ["gracePeriodSeconds": "0"], [], "x", 5,
      ["apiVersion": "v1", "kind": "Foo"],
    ] as [Value])
  func optionsThatCannotBeReadDeleteNothing(options: Value) async throws {
    try await ask(.post, Path.plans, plan("a"))

    for target in [Path.plans + "/a", Path.plans] {
      let refused = try await ask(.delete, target, options)
      #expect([400, 422].contains(refused.status), "\(refused.status) \(refused.message)")
    }
    #expect(try await ask(.get, Path.plans + "/a").status == 200)
  }

  @Test(arguments: ["dryRun=", "propagationPolicy=", "gracePeriodSeconds=x", "propagationPolicy=Never"])
  func aQueryThatCannotBeReadDeletesNothing(query: String) async throws {
    try await ask(.post, Path.plans, plan("a"))

    let refused = try await ask(.delete, Path.plans + "/a?" + query)

    #expect([400, 422].contains(refused.status), "\(refused.status)")
    #expect(try await ask(.get, Path.plans + "/a").status == 200)
    #expect(try await ask(.post, Path.plans + "?dryRun=", plan("b")).status == 422)
  }

  @Test func allAreDeletedAsTheBodySays() async throws {
    try await ask(.post, Path.plans, plan("a"))

    #expect(try await ask(.delete, Path.plans, ["dryRun": ["All"]]).status == 200)
    #expect(try await ask(.get, Path.plans + "/a").status == 200)
    #expect(try await ask(.delete, Path.plans, ["propagationPolicy": "Background"]).status == 200)
    #expect(try await ask(.get, Path.plans + "/a").status == 404)
  }

  @Test func whatIsOwnedByAKindThatIsNotServedStays() async throws {
    func owned(_ name: String, _ apiVersion: String, _ kind: String) -> Value {
      let reference: Value = [
        "apiVersion": .string(apiVersion), "kind": .string(kind), "name": "x", "uid": .string("nowhere-\(name)"),
      ]
      return Value.map(name).setting(["metadata", "ownerReferences"], to: [reference])
    }
    try await ask(.post, Path.maps, owned("stays", "nope.example/v1", "Zip"))
    try await ask(.post, Path.maps, owned("stays-too", "batch/v2", "Foo"))
    try await ask(.post, Path.maps, owned("goes", "apps/v1", "Deployment"))

    #expect(try await untilGone(Path.maps + "/goes"))
    #expect(try await ask(.get, Path.maps).names == ["stays", "stays-too"])
  }

  @Test func anObjectHasOneControllerAndNoEventForAnOwner() async throws {
    func reference(_ kind: String, _ name: String) -> Value {
      ["apiVersion": "v1", "kind": .string(kind), "name": .string(name), "uid": .string(name), "controller": true]
    }
    func make(_ references: Value, _ finalizers: Value = []) async throws -> TestAPI.Answer {
      let map = Value.map("m").setting(["metadata", "ownerReferences"], to: references)
      return try await ask(.post, Path.maps + "?dryRun=All", map.setting(["metadata", "finalizers"], to: finalizers))
    }

    let two = try await make([reference("ConfigMap", "a"), reference("ConfigMap", "b")])
    #expect(
      two.message.hasSuffix(
        "Only one reference can have Controller set to true. Found \"true\" in references for a and b"),
      "\(two.message)")
    #expect(try await make([reference("Event", "a")]).message.hasSuffix("is disallowed from being an owner"))
    let both = try await make([], ["foregroundDeletion", "orphan"])
    #expect(both.message.hasSuffix("finalizers foregroundDeletion and orphan cannot be both set"), "\(both.message)")
  }

  private func owned(_ name: String, by owner: TestAPI.Answer) -> Value {
    let reference: Value = [
      "apiVersion": "v1", "kind": "X", "name": "x", "uid": owner["metadata", "uid"] ?? .null,
    ]
    return Value.map(name).setting(["metadata", "ownerReferences"], to: [reference])
  }

  @Test func whatIsOwnedGoesWithItsOwner() async throws {
    let grandparent = try await ask(.post, Path.plans, plan("a"))
    let parent = try await ask(.post, Path.maps, owned("parent", by: grandparent))
    try await ask(.post, Path.maps, owned("child", by: parent))
    try await ask(.post, Path.maps, .map("unrelated"))

    try await ask(.delete, Path.plans + "/a")

    #expect(try await untilGone(Path.maps + "/parent"))
    #expect(try await untilGone(Path.maps + "/child"))
    #expect(try await ask(.get, Path.maps).names == ["unrelated"])
  }

  @Test func inTheForegroundAnOwnerGoesAfterWhatItOwns() async throws {
    let owner = try await ask(.post, Path.plans, plan("a"))
    func owned(_ name: String, blocks: Bool, _ finalizers: Value) -> Value {
      let reference: Value = [
        "apiVersion": "kubesphere.io/v1alpha1", "kind": "InstallPlan", "name": "a",
        "uid": owner["metadata", "uid"] ?? .null, "blockOwnerDeletion": .bool(blocks),
      ]
      let map = Value.map(name).setting(["metadata", "ownerReferences"], to: [reference])
      return map.setting(["metadata", "finalizers"], to: finalizers)
    }
    try await ask(.post, Path.maps, owned("held", blocks: true, ["x/y"]))
    try await ask(.post, Path.maps, owned("free", blocks: false, []))

    let marked = try await ask(.delete, Path.plans + "/a", ["propagationPolicy": "Foreground"])

    #expect(marked["metadata", "finalizers"] == ["foregroundDeletion"], "\(marked.json)")
    #expect(try await ask(.get, Path.maps).names == ["held"])
    #expect(try await ask(.get, Path.plans + "/a").status == 200)
    try await ask.patch(Path.maps + "/held", ["metadata": ["finalizers": nil]])
    #expect(try await untilGone(Path.plans + "/a"))
    #expect(try await ask(.get, Path.maps).names == [])
  }

  @Test func inTheForegroundWhatOwnsNothingGoesAtOnce() async throws {
    try await ask(.post, Path.plans, plan("a"))

    let deleted = try await ask(.delete, Path.plans + "/a?propagationPolicy=Foreground")
    #expect(deleted["status"] == "Success")
  }

  @Test func whatIsOrphanedStays() async throws {
    let owner = try await ask(.post, Path.plans, plan("a"))
    try await ask(.post, Path.maps, owned("child", by: owner))

    try await ask(.delete, Path.plans + "/a?propagationPolicy=Orphan")

    let child = try await ask(.get, Path.maps + "/child")
    #expect(child.status == 200)
    #expect(child["metadata", "ownerReferences"] == nil)
  }

  @Test func aNamespaceTakesItsContentsAlong() async throws {
    let namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "logs"]]
    let made = try await ask(.post, "/api/v1/namespaces", namespace)
    let place = "/api/v1/namespaces/logs/"
    let account = try await ask(.get, place + "serviceaccounts").names
    try await ask(.post, place + "configmaps", .map("a"))
    try await ask(.post, "/apis/batch/v1/namespaces/logs/jobs", .job("j"))

    try await ask(.delete, "/api/v1/namespaces/logs")

    #expect(made["status", "phase"] == "Active")
    #expect(account == ["default"])
    for collection in ["/api/v1/configmaps", "/apis/batch/v1/jobs", place + "serviceaccounts"] {
      #expect(try await ask(.get, collection).names.isEmpty)
    }
  }

  @Test func aNamespaceStaysUntilFinalizersLetGoOfWhatIsInIt() async throws {
    let namespace: Value = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "logs"]]
    try await ask(.post, "/api/v1/namespaces", namespace)
    let place = "/api/v1/namespaces/logs/configmaps"
    try await ask(.post, place, Value.map("held").setting(["metadata", "finalizers"], to: ["x.example/y"]))
    try await ask(.post, place, .map("free"))

    let deleted = try await ask(.delete, "/api/v1/namespaces/logs")
    let refused = try await ask(.post, place, .map("late"))
    let left = try await ask(.get, place).names
    let accounts = try await ask(.get, "/api/v1/namespaces/logs/serviceaccounts").names
    try await ask(.patch, place + "/held", ["metadata": ["finalizers": .null]], as: "application/merge-patch+json")

    #expect(deleted["status", "phase"] == "Terminating")
    #expect(deleted["metadata", "deletionTimestamp"] != nil)
    #expect(refused.status == 403 && refused.message.hasSuffix("because it is being terminated"))
    #expect(left == ["held"])
    #expect(accounts.isEmpty)
    #expect(try await ask(.get, "/api/v1/namespaces/logs").status == 404)
  }

  @Test func aNamespaceWithAFinalizerOfItsOwnIsEmptiedAndStays() async throws {
    let namespace: Value = [
      "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "logs", "finalizers": ["x.example/y"]],
    ]
    try await ask(.post, "/api/v1/namespaces", namespace)
    try await ask(.post, "/api/v1/namespaces/logs/configmaps", .map("a"))

    try await ask(.delete, "/api/v1/namespaces/logs")
    let left = try await ask(.get, "/api/v1/namespaces/logs/configmaps").names
    let held = try await ask(.get, "/api/v1/namespaces/logs").status
    try await ask(
      .patch, "/api/v1/namespaces/logs", ["metadata": ["finalizers": .null]], as: "application/merge-patch+json")

    #expect(left.isEmpty)
    #expect(held == 200)
    #expect(try await ask(.get, "/api/v1/namespaces/logs").status == 404)
  }

  @Test func aCollectionIsDeletedBySelector() async throws {
    try await ask(.post, Path.maps, .map("a", labels: ["x": "y"]))
    try await ask(.post, Path.maps, .map("b"))

    try await ask(.delete, Path.maps + "?labelSelector=x%3Dy")

    #expect(try await ask(.get, Path.maps).names == ["b"])
  }

  @Test func aNamespaceThatIsHeldSaysByWhatAndCanBeLetGo() async throws {
    let namespace = "/api/v1/namespaces/held"
    try await ask(.post, "/api/v1/namespaces", ["metadata": ["name": "held"]])
    let map = Value.map("m").setting(["metadata", "finalizers"], to: ["x/y"])
    try await ask(.post, namespace + "/configmaps", map)

    let deleted = try await ask(.delete, namespace)
    let conditions = deleted["status", "conditions"]?.sequence ?? []
    let body: Value = [
      "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "held"], "spec": ["finalizers": []],
    ]
    let freed = try await ask(.put, namespace + "/finalize", body)

    #expect(deleted["status", "phase"] == "Terminating")
    #expect(conditions.map { $0["type"] } == ["NamespaceContentRemaining", "NamespaceFinalizersRemaining"])
    #expect(conditions.map { $0["status"] } == ["True", "True"])
    #expect(conditions.first?["message"] == "Some resources are remaining: configmaps. has 1 resource instances")
    #expect(freed.status == 200)
    #expect(try await ask(.get, namespace).status == 404)
  }

  @Test func whatIsInSeveralNamespacesOrIsSeveralIsDeletedByNameOnly() async throws {
    try await ask(.post, Path.maps, .map("m", labels: ["k": "v"]))

    for target in [
      "/api/v1/configmaps", "/api/v1/configmaps?labelSelector=k", "/apis/apps/v1/deployments", "/api/v1/namespaces",
      "/api/v1/namespaces?labelSelector=k", "/api/v1/namespaces/default/services",
    ] {
      #expect(try await ask(.delete, target).status == 405)
    }
    #expect(try await ask(.get, Path.maps + "/m").status == 200)
    #expect(try await ask(.delete, Path.plans).status == 200)
  }

  @Test(arguments: ["resourceVersion=1", "uid=nope"])
  func preconditionsCountInAQueryToo(query: String) async throws {
    try await ask(.post, Path.maps, .map("m"))

    #expect(try await ask(.delete, Path.maps + "/m?" + query).status == 409)
    #expect(try await ask(.get, Path.maps + "/m").status == 200)
  }

  @Test func finalizingGoesByWhatTheCallerKnows() async throws {
    let namespace = "/api/v1/namespaces/held"
    let made = try await ask(.post, "/api/v1/namespaces", ["metadata": ["name": "held"]])
    func finalize(_ version: String, _ finalizers: Value) async throws -> Int {
      let metadata: Value = ["name": "held", "resourceVersion": .string(version)]
      let body: Value = [
        "apiVersion": "v1", "kind": "Namespace", "metadata": metadata, "spec": ["finalizers": finalizers],
      ]
      return try await ask(.put, namespace + "/finalize", body).status
    }

    let (old, wrong) = (try await finalize("1", []), try await finalize(made.version, ["foo"]))
    let good = try await finalize(made.version, ["a.b/c"])

    #expect([old, wrong, good] == [409, 422, 200])
    #expect(try await ask(.get, namespace)["spec", "finalizers"] == ["a.b/c"])
    // As kube-apiserver: no other write changes them, and it is not an error.
    let patched = try await ask.patch(namespace, ["spec": ["finalizers": nil]])
    #expect(patched.status == 200 && patched["spec", "finalizers"] == ["a.b/c"])
  }
}
