import APITestSupport
import Client
import Manifest
import Testing

@testable import APIServer
@testable import HTTP
@testable import KubernetesAPI

/// Who owns which field, where the conformance suite cannot look.
@Suite struct OwnershipTests {
  let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private static let deployments = "/apis/apps/v1/namespaces/default/deployments"

  @Test func theStatusIsAppliedApart() async throws {
    let spec: Value = ["spec": ["suspend": true], "status": ["active": 9]]
    let status: Value = ["spec": ["suspend": false], "status": ["active": 1]]

    try await apply(Self.job(spec), to: Path.jobs + "/j", as: "ann")
    let answer = try await apply(Self.job(status), to: Path.jobs + "/j/status", as: "ann")
    let missing = try await apply(Self.job(status), to: Path.jobs + "/none/status", as: "ann")

    let entries = answer["metadata", "managedFields"]?.sequence ?? []
    #expect(answer["spec", "suspend"] == true)
    #expect(answer["status", "active"] == 1)
    #expect(entries.map { $0["subresource"]?.string } == [nil, "status"])
    #expect(entries.first?[path: "fieldsV1", "f:spec", "f:suspend"] == [:])
    #expect(entries.last?["fieldsV1"] == ["f:status": ["f:active": [:]]])
    #expect(missing.status == 404)
  }

  private static func job(_ fields: Value) -> Value {
    MergePatch.apply(fields, to: Value.job("j").setting(["metadata"], to: [:]))
  }

  @Test func containersAreMergedByName() async throws {
    func wanted(_ containers: Value...) -> Value {
      let object = Value.deployment("d").setting(["metadata"], to: [:])
      return object.setting(["spec", "template", "spec", "containers"], to: .sequence(containers))
    }
    let target = Self.deployments + "/d"
    let port: Value = ["containerPort": 80, "name": "web"]

    try await apply(wanted(["name": "a", "image": "1", "ports": [port]]), to: target, as: "ann")
    let both = try await apply(wanted(["name": "b", "image": "2"]), to: target, as: "bob")
    let refused = try await apply(
      wanted(["name": "a", "image": "1", "ports": [port.setting(["name"], to: "www")]]), to: target, as: "bob")
    let left = try await apply(wanted(["name": "b", "image": "2", "env": []]), to: target, as: "ann")

    func names(_ answer: TestAPI.Answer) -> [String?] {
      let containers = answer["spec", "template", "spec", "containers"]?.sequence ?? []
      return containers.map { $0["name"]?.string }
    }
    #expect(names(both) == ["a", "b"])
    #expect(
      refused.message
        == #"Apply failed with 1 conflict: conflict with "ann": "#
        + #".spec.template.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"].name"#)
    #expect(names(left) == ["b"])
  }

  @Test func aKeyThatAnItemLacksIsItsDefault() async throws {
    let definition = try Widgets.definition(
      versions: Widgets.version(
        spec: """
          {type: object, properties: {ports: {type: array, x-kubernetes-list-type: map,
          x-kubernetes-list-map-keys: [name, proto], items: {type: object, required: [name],
          properties: {name: {type: string}, proto: {type: string, default: TCP}}}}}}
          """))
    let wanted = try Widgets.widget("{ports: [{name: web}, {name: web, proto: UDP}]}").setting(["metadata"], to: [:])
    try await ask(.post, Widgets.definitions, definition)

    try await apply(wanted, to: Widgets.path + "/w", as: "ann")
    let again = try await apply(wanted, to: Widgets.path + "/w", as: "ann")

    #expect(again.status == 200)
    #expect(again["spec", "ports"] == [["name": "web", "proto": "TCP"], ["name": "web", "proto": "UDP"]])
    let owned = again["metadata", "managedFields"]?.sequence?.first?[path: "fieldsV1", "f:spec", "f:ports"]
    #expect(
      owned?.mapping?.keys == [#"k:{"name":"web","proto":"TCP"}"#, #"k:{"name":"web","proto":"UDP"}"#])
  }

  @Test func whatIsNotOfTheTypeIsNotAppliedAndTakesNothingAway() async throws {
    let map: Value = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": ["a": "1"]]
    #expect(try await apply(map, to: Path.maps + "/c", as: "m").status == 201)
    let misspelt = map.setting(["data"], to: nil).setting(["dato"], to: ["a": "1"])

    let refused = try await apply(misspelt, to: Path.maps + "/c", as: "m")

    #expect(refused.status == 400, "\(refused.message)")
    #expect(refused.message == "failed to create typed patch object: .dato: field not declared in schema")
    #expect(try await ask(.get, Path.maps + "/c")["data"] == ["a": "1"])
    let port: Value = ["port": 80, "protocol": "TCP", "name": "a"]
    let service: Value = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"], "spec": ["ports": [port, port]],
    ]
    let twice = try await apply(service, to: "/api/v1/namespaces/default/services/s", as: "m")
    #expect(twice.status == 400 && twice.message.hasSuffix(".spec.ports[1]: duplicate entries for key"))
  }

  @Test func kubectlTakesAlongWhatItAppliedBefore() async throws {
    let applied = "kubectl.kubernetes.io/last-applied-configuration"
    let text = JSON.text(.map("m", ["a": "1"]))
    let before = Value.map("m", ["a": "1"]).setting(["metadata", "annotations", applied], to: .string(text))
    try await ask(.post, Path.maps + "?fieldManager=kubectl-client-side-apply", before)

    let other = try await apply(.map("m", ["a": "2"]), to: Path.maps + "/m", as: "ann")
    let own = try await apply(.map("m", ["a": "2"]), to: Path.maps + "/m", as: "kubectl")

    #expect(other.status == 409)
    #expect(own["data"] == ["a": "2"])
    let kept = own["metadata", "annotations"]?[applied]?.string ?? ""
    #expect(try JSON.parse(Array(kept.utf8))["data"] == ["a": "2"])
  }

  @Test func manyWritersLeaveFewEntries() async throws {
    try await ask(.post, Path.maps, .map("m"))
    for index in 0..<30 {
      try await ask.patch(Path.maps + "/m?fieldManager=w\(index)", ["data": ["k\(index)": "v"]])
    }

    let entries = try await ask(.get, Path.maps + "/m")["metadata", "managedFields"]?.sequence ?? []
    let owned = entries.flatMap { $0[path: "fieldsV1", "f:data"]?.mapping?.keys ?? [] }.filter { $0 != "." }

    #expect(entries.count == 10)
    #expect(entries.contains { $0["manager"] == "ancient-changes" })
    #expect(owned.count == 30)
  }

  @Test func theManagerIsWhoTheyAreOrWhatTheyUse() async throws {
    let browser = ask.by(.owner, ["User-Agent": "tool/1.2 (linux)"])

    let named = try await browser(.post, Path.maps + "?fieldManager=ann", .map("a"))
    let unnamed = try await browser(.post, Path.maps, .map("b", ["x": "y"]))
    let unknown = try await ask(.post, Path.maps, .map("c", ["x": "y"]))
    let long = try await ask(.post, Path.maps + "?fieldManager=" + String(repeating: "x", count: 129), .map("d"))

    #expect([named, unnamed, unknown].map(manager) == ["ann", "tool", "unknown"])
    #expect(long.status == 422)
  }

  private func manager(_ answer: TestAPI.Answer) -> String? {
    answer["metadata", "managedFields"]?.sequence?.first?["manager"]?.string
  }

  @Test func accountsThatAreGivenCannotGrowWithoutBounds() async throws {
    try await ask(.post, Path.maps, .map("m"))
    let deep = (0..<300).reduce(into: Value.mapping([:])) { value, _ in value = ["f:a": value] }
    let entry: Value = [
      "manager": "x", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": deep,
    ]
    let place = "/metadata/managedFields/0/fieldsV1"
    let copy: Value = [
      "op": "copy", "from": .string(place), "path": .string(place + String(repeating: "/f:a", count: 300)),
    ]

    let answer = try await ask(
      .patch, Path.maps + "/m",
      [["op": "add", "path": "/metadata/managedFields", "value": [entry]], copy, copy, copy],
      as: "application/json-patch+json")

    #expect(answer.status == 413)
    #expect(try await ask(.get, Path.maps + "/m").status == 200)
  }

  @Test(arguments: [
    (#"{"f:a":{},"f:b":{".":{},"f:c":{}}}"#, [".a", ".b", ".b.c"]),
    (#"{"f:l":{"k:{\"name\":\"x\",\"port\":1}":{"f:y":{}},"v:\"z\"":{}}}"#, [#".l[="z"]"#, #".l[name="x",port=1].y"#]),
  ])
  func placesAreReadAndWritten(text: String, paths: [String]) throws {
    let value = try JSON.parse(Array(text.utf8))

    let fields = try #require(FieldSet(value))

    #expect(fields.value == value)
    #expect(fields.paths == paths)
  }

  @Test func setsOfPlacesCanBeReckonedWith() throws {
    let both = try #require(FieldSet(["f:a": [".": [:], "f:b": [:]], "f:c": [:]]))
    let one = try #require(FieldSet(["f:a": ["f:b": [:]]]))

    #expect(both.subtracting(one).value == ["f:a": [:], "f:c": [:]])
    #expect(both.intersection(one) == one)
    #expect(one.union(both) == both)
    #expect(both.subtracting(both).isEmpty)
    #expect(FieldSet(["f:a": 1]) == nil)
  }

  @Test func whatBecomesAnotherKindOfValueIsWrittenAnew() {
    let comparison = FieldComparison(from: ["a": ["b": 1]], to: ["a": "x"], .untyped)

    #expect(comparison.modified.value == ["f:a": [:]])
    #expect(comparison.removed.value == ["f:a": ["f:b": [:]]])
  }

  @discardableResult
  private func apply(_ value: Value, to target: String, as manager: String) async throws -> TestAPI.Answer {
    try await ask(.patch, "\(target)?fieldManager=\(manager)", value, as: "application/apply-patch+yaml")
  }
}
