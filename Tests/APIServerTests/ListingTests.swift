import APITestSupport
import Client
import Manifest
import Testing

@testable import APIServer
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

@Suite struct ListingTests {
  let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private func fill(_ names: String...) async throws {
    for name in names { try await ask(.post, Path.maps, .map(name)) }
  }

  @Test func aListIsInTheOrderOfNames() async throws {
    try await fill("b", "c", "a")

    let list = try await ask(.get, Path.maps)

    #expect(list.names == ["a", "b", "c"])
    #expect(list["kind"] == "ConfigMapList")
    #expect(list["apiVersion"] == "v1")
  }

  @Test func allNamespacesAreListedTogether() async throws {
    for name in ["a", "b"] {
      try await ask(
        .post, "/api/v1/namespaces", ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
    }
    try await ask(.post, "/api/v1/namespaces/b/configmaps", .map("x"))
    try await ask(.post, "/api/v1/namespaces/a/configmaps", .map("y"))

    #expect(try await ask(.get, "/api/v1/configmaps").names == ["y", "x"])
    #expect(try await ask(.get, "/api/v1/namespaces/b/configmaps").names == ["x"])
    #expect(try await ask(.get, "/api/v1/configmaps?fieldSelector=metadata.namespace%3Da").names == ["y"])
  }

  @Test func pagesShowOneState() async throws {
    try await fill("a", "b", "c", "d")
    let first = try await ask(.get, Path.maps + "?limit=2")
    try await ask(.delete, Path.maps + "/c")
    try await fill("bb")

    let token = try #require(first["metadata", "continue"]?.string)
    let second = try await ask(.get, Path.maps + "?limit=2&continue=\(token)")

    #expect(first.names == ["a", "b"])
    #expect(first["metadata", "remainingItemCount"] == 2)
    #expect(second.names == ["c", "d"])
    #expect(second.version == first.version)
    #expect(second["metadata", "continue"] == nil)
  }

  @Test func aPageOfAForgottenStateIsExpired() async throws {
    let ask = try TestAPI(remembering: 1)
    for name in ["a", "b"] { try await ask(.post, Path.maps, .map(name)) }
    let token = try #require(try await ask(.get, Path.maps + "?limit=1")["metadata", "continue"]?.string)
    for name in ["c", "d"] { try await ask(.post, Path.maps, .map(name)) }

    let answer = try await ask(.get, Path.maps + "?limit=1&continue=\(token)")

    #expect(answer.status == 410)
    #expect(answer.reason == "Expired")
  }

  @Test func anEarlierStateCanBeAskedFor() async throws {
    try await fill("a")
    let version = try await ask(.get, Path.maps).version
    try await fill("b")

    let exact = try await ask(.get, Path.maps + "?resourceVersion=\(version)&resourceVersionMatch=Exact")
    let recent = try await ask(.get, Path.maps + "?resourceVersion=\(version)")
    let future = try await ask(.get, Path.maps + "?resourceVersion=9999999999")

    #expect(exact.names == ["a"])
    #expect(recent.names == ["a", "b"])
    #expect(future.status == 504)
  }

  @Test(arguments: [
    ("app=web", ["both", "web"]), ("app==web,tier=front", ["both"]), ("app!=web", ["api", "none"]),
    ("app", ["api", "both", "web"]), ("!app", ["none"]), ("app in (web, api)", ["api", "both", "web"]),
    ("app notin (web)", ["api", "none"]), ("app=web,!tier", ["web"]), ("", ["api", "both", "none", "web"]),
  ])
  func labelsSelect(selector: String, names: [String]) async throws {
    try await ask(.post, Path.maps, .map("web", labels: ["app": "web"]))
    try await ask(.post, Path.maps, .map("both", labels: ["app": "web", "tier": "front"]))
    try await ask(.post, Path.maps, .map("api", labels: ["app": "api"]))
    try await ask(.post, Path.maps, .map("none"))

    let list = try await ask(.get, Path.maps + "?labelSelector=" + PercentEncoding.encode(selector))

    #expect(list.names == names)
  }

  @Test(arguments: [
    "labelSelector=a%20b%20c", "labelSelector=foo!!", "labelSelector=a%3Dx!!", "labelSelector=a%2C",
    "fieldSelector=spec.x%3D1", "limit=x", "continue=x", "resourceVersion=x", "resourceVersion=%2B1",
    "resourceVersion=18446744073709551616",
  ])
  func aQueryThatMeansNothingIsRefused(query: String) async throws {
    let answer = try await ask(.get, Path.maps + "?" + query)

    #expect(answer.status == 400)
    #expect(answer.reason == "BadRequest")
  }

  /// As kube-apiserver 1.20 answers.
  @Test func aNegativeLimitIsNoneAndAVersionFarAwayIsNotReached() async throws {
    for name in ["a", "b"] { try await ask(.post, Path.maps, .map(name, [:])) }

    #expect(try await ask(.get, Path.maps + "?limit=-1").names == ["a", "b"])
    for version in ["9223372036854775807", "9223372036854775808", "18446744073709551615"] {
      let answer = try await ask(.get, Path.maps + "?resourceVersion=\(version)")
      #expect(answer.status == 504 && answer.message.containsText("Too large resource version"), "\(version)")
    }
  }

  /// As kube-apiserver 1.20 has it: a slash at the end is nothing, and one beside another names nothing.
  @Test(arguments: [
    ("/api/v1/namespaces", 200), ("/api/v1/namespaces/", 200), ("/api//v1/namespaces", 404),
    ("/api/v1//namespaces", 404), ("//api/v1/namespaces", 404), ("/api/v1/namespaces//default", 404),
    ("/api/v1/namespaces//configmaps/x", 400),
  ])
  func aPathWithNothingBetweenTwoSlashesIsNotFound(path: String, status: Int) async throws {
    #expect(await ask.status(.get, path) == status)
  }

  @Test func noNamespaceIsAllOfThem() async throws {
    try await ask(.post, Path.maps, .map("a"))

    let all = try await ask(.get, "/api/v1/namespaces//configmaps")
    #expect(all.status == 200 && all.names.contains("a"))
  }

  @Test func whatIsNoEscapeMakesItsParameterAsGoodAsAbsent() async throws {
    try await ask(.post, Path.maps, .map("a"))

    #expect(try await ask(.get, Path.maps + "?labelSelector=x%zz").names.contains("a"))
    #expect(try await ask(.get, Path.maps + "?labelSelector=x%3Dy").names == [])
  }

  @Test(arguments: [
    ("limit=x", #"strconv.ParseInt: parsing "x": invalid syntax"#),
    ("timeoutSeconds=1.5", #"strconv.ParseInt: parsing "1.5": invalid syntax"#),
    ("limit=99999999999999999999", #"strconv.ParseInt: parsing "99999999999999999999": value out of range"#),
  ])
  func whatIsNoNumberIsRefusedInTheWordsOfTheAPIServer(query: String, problem: String) async throws {
    let answer = try await ask(.get, Path.maps + "?" + query)
    #expect(answer.status == 400 && answer.message == problem)
  }

  @Test func whatIsSelectedByNamespaceAndNameIsFoundAmongOthersAndGoesOnAfterAKey() async throws {
    let objects = ["a", "b", "c"].flatMap { namespace in
      ["x", "y", "z"].map {
        StoredObject(["metadata": ["namespace": .string(namespace), "name": .string($0)]], version: 1)
      }
    }
    let table = ObjectTable(objects)
    func keys(_ namespace: String?, _ name: String?, after key: ObjectKey? = nil) -> [String] {
      table.objects(in: namespace, called: name, after: key).map { $0.key.namespace + $0.key.name }
    }
    let middle = ObjectKey(namespace: "b", name: "y")

    #expect(keys("b", nil) == ["bx", "by", "bz"] && keys("d", nil) == [] && keys(nil, "y") == ["ay", "by", "cy"])
    #expect(keys("b", "y") == ["by"] && keys("b", "q") == [])
    #expect(keys("b", nil, after: middle) == ["bz"] && keys("c", nil, after: middle) == ["cx", "cy", "cz"])
    #expect(keys("a", nil, after: middle) == [] && keys(nil, "y", after: middle) == ["cy"])
    #expect(keys("b", "y", after: middle) == [] && keys("b", "z", after: middle) == ["bz"])
    #expect(keys(nil, nil, after: middle) == ["bz", "cx", "cy", "cz"])
  }

  @Test func aLongListComesWhole() async throws {
    let text = String(repeating: "é", count: 30_000)
    for index in 0..<20 { try await ask(.post, Path.maps, .map("m\(index)", ["x": text])) }

    let list = try await ask(.get, Path.maps)

    #expect(list.names.count == 20)
    #expect(list["items"]?.sequence?.allSatisfy { $0[path: "data", "x"]?.string == text } == true)
  }

  @Test func tablesHaveTheColumnsOfTheirKind() async throws {
    try await ask(.post, Path.plans, Value.plan("devops").setting(["status", "state"], to: "Installed"))
    var request = HTTPRequest(.get, Path.plans)
    request.headers["Accept"] = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

    let table = try JSON.parse(try await ask.api.respond(to: request, as: .owner).body.collected())

    #expect(table["kind"] == "Table")
    #expect(
      table["columnDefinitions"]?.sequence?.compactMap { $0["name"]?.string }
        == ["Name", "State", "Extension", "Version", "Enabled", "Target", "Age"])
    let row = table["rows"]?.sequence?.first
    #expect(row?["cells"] == ["devops", "Installed", "devops", "1.0.0", true, nil, "0s"])
    #expect(row?[path: "object", "kind"] == "PartialObjectMetadata")
    #expect(row?[path: "object", "spec"] == nil)
  }

  @Test func aFormThatIsNotKnownIsNotAcceptable() async throws {
    var request = HTTPRequest(.get, Path.plans)
    request.headers["Accept"] = "text/html"

    #expect(await ask.api.respond(to: request, as: .owner).status == 406)
  }

  @Test func everyTermOfAFieldSelectorHolds() async throws {
    for name in ["a", "b"] { try await ask(.post, Path.maps, .map(name)) }
    func names(_ selector: String) async throws -> [String] {
      try await ask(.get, Path.maps + "?fieldSelector=" + PercentEncoding.encode(selector)).names
    }

    #expect(try await names("metadata.name=a") == ["a"])
    #expect(try await names("metadata.name==a,metadata.namespace!=other") == ["a"])
    #expect(try await names("metadata.name=a,metadata.name=b") == [])
    #expect(try await names("metadata.name!=a,metadata.namespace=default,metadata.name!=kube-root-ca.crt") == ["b"])
    #expect(try await names("metadata.name=") == [])
    #expect(try await names(#"metadata.name=a\,b"#) == [])
    for wrong in ["metadata.name", #"metadata.name=a\b"#, "metadata.name=a=b", "status.phase=x"] {
      let target = Path.maps + "?fieldSelector=" + PercentEncoding.encode(wrong)
      #expect(try await ask(.get, target).status == 400)
    }
  }

  // What `kubectl describe` asks of every object.
  @Test func eventsAreSelectedByWhatTheyAreAbout() async throws {
    let place = "/api/v1/namespaces/default/events"
    for (name, about) in [("e", "m"), ("f", "n")] {
      let object: Value = ["kind": "ConfigMap", "name": .string(about), "namespace": "default", "uid": "1"]
      let event: Value = [
        "metadata": ["name": .string(name)], "involvedObject": object, "reason": "Made", "source": ["component": "c"],
      ]
      #expect(try await ask(.post, place, event).status == 201)
    }

    let selector =
      "involvedObject.name%3Dm,involvedObject.namespace%3Ddefault,involvedObject.kind%3DConfigMap,involvedObject.uid%3D1"
    #expect(try await ask(.get, place + "?fieldSelector=" + selector).names == ["e"])
    #expect(try await ask(.get, place + "?fieldSelector=source%3Dc,reason!%3DMade").names == [])
  }

  @Test func whatAFieldIsWithoutAValueCanBeSelected() async throws {
    try await ask(.post, "/api/v1/nodes", ["metadata": ["name": "n"]])

    #expect(try await ask(.get, "/api/v1/nodes?fieldSelector=spec.unschedulable%3Dfalse").names == ["n"])
    #expect(try await ask(.get, "/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue").names == [])
  }
}
