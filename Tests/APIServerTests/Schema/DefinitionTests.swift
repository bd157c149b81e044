import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import APIServer

/// A kind is served from the moment that its definition is stored, and goes with it.
@Suite struct DefinitionTests {
  private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
  private static let widgets = "/apis/example.com/v1/namespaces/default/widgets"
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private static func definition(_ edit: (inout Value) -> Void = { _ in }) throws -> Value {
    var version: Value = [
      "name": "v1", "served": true, "storage": true,
      "schema": ["openAPIV3Schema": try YAML.parse(Widgets.schema)],
      "subresources": [
        "status": [:],
        "scale": [
          "specReplicasPath": ".spec.size", "statusReplicasPath": ".status.replicas",
          "labelSelectorPath": ".status.selector",
        ],
      ],
      "selectableFields": [["jsonPath": ".spec.color"]],
    ]
    version = version.setting(
      ["additionalPrinterColumns"],
      to: [
        ["name": "Size", "type": "integer", "jsonPath": ".spec.size", "description": "How large."],
        ["name": "Ports", "type": "string", "jsonPath": ".spec.ports[*].name", "priority": 1],
        ["name": "Made", "type": "date", "jsonPath": ".metadata.creationTimestamp"],
      ])
    var value: Value = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": "widgets.example.com"],
      "spec": [
        "group": "example.com", "scope": "Namespaced",
        "names": ["plural": "widgets", "kind": "Widget", "shortNames": ["wd"], "categories": ["all"]],
        "versions": [version],
      ],
    ]
    edit(&value)
    return value
  }

  @Test func aDefinitionIsServedAtOnce() async throws {
    let made = try await ask(.post, Self.definitions, try Self.definition())
    let resources = try await ask(.get, "/apis/example.com/v1")
    let widget = try await ask(.post, Self.widgets, try Widgets.widget("{name: abc, unknown: 1}"))
    let wrong = try await ask(.post, Self.widgets, try Widgets.widget("{name: A}"))
    let strict = try await ask(
      .post, Self.widgets + "?fieldValidation=Strict", try Widgets.widget("{name: abc, ports: [{name: a, x: 1}]}"))

    #expect(made.status == 201)
    let conditions = made["status", "conditions"]?.sequence ?? []
    #expect(conditions.compactMap { $0["type"]?.string } == ["NamesAccepted", "Established"])
    #expect(conditions.allSatisfy { $0["status"] == "True" })
    #expect(made["status", "storedVersions"] == ["v1"])
    #expect(made["spec", "names", "singular"] == "widget")
    let names = resources["resources"]?.sequence?.compactMap { $0["name"]?.string }
    #expect(names == ["widgets", "widgets/status", "widgets/scale"])
    #expect(widget["spec"] == ["name": "abc", "size": 3, "color": "red", "maybeDefault": "x"])
    #expect(
      wrong.message
        == #"Widget.example.com "w" is invalid: spec.name: Invalid value: "A": "#
        + "spec.name in body should be at least 2 chars long")
    #expect(
      strict.message
        == #"Widget in version "v1" cannot be handled as a Widget: strict decoding error: "#
        + #"unknown field "spec.ports[0].x""#)
  }

  @Test func itsColumnsMakeTheTable() async throws {
    try await ask(.post, Self.definitions, try Self.definition())
    try await ask(.post, Self.widgets, try Widgets.widget("{name: abc, ports: [{name: a}]}"))
    var asking = ask
    asking.headers = ["Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"]

    let table = try await asking(.get, Self.widgets)

    let columns = table["columnDefinitions"]?.sequence ?? []
    #expect(columns.compactMap { $0["name"]?.string } == ["Name", "Size", "Ports", "Made"])
    #expect(columns.compactMap { $0["type"]?.string } == ["string", "integer", "string", "date"])
    #expect(columns.compactMap { $0["priority"]?.integer } == [0, 0, 1, 0])
    #expect(columns[1]["description"] == "How large.")
    #expect(table["rows"]?.sequence?.first?["cells"] == ["w", 3, "a", "0s"])
  }

  @Test func itsScaleIsAViewOfTwoNumbers() async throws {
    try await ask(.post, Self.definitions, try Self.definition())
    try await ask(.post, Self.widgets, try Widgets.widget("{name: abc}"))
    try await ask.patch(Self.widgets + "/w/status", ["status": ["replicas": 2, "selector": "a=b"]])

    let scale = try await ask(.get, Self.widgets + "/w/scale")
    let patched = try await ask.patch(Self.widgets + "/w/scale", ["spec": ["replicas": 7]])
    let negative = try await ask.patch(Self.widgets + "/w/scale", ["spec": ["replicas": -1]])

    #expect(scale["kind"] == "Scale")
    #expect(scale["spec"] == ["replicas": 3])
    #expect(scale["status"] == ["replicas": 2, "selector": "a=b"])
    #expect(patched["spec", "replicas"] == 7)
    #expect(try await ask(.get, Self.widgets + "/w")["spec", "size"] == 7)
    #expect(negative.status == 422)
  }

  @Test func itsFieldsSelect() async throws {
    try await ask(.post, Self.definitions, try Self.definition())
    for color in ["red", "green"] {
      let widget = try Widgets.widget("{name: abc, color: \(color)}").setting(["metadata", "name"], to: .string(color))
      try await ask(.post, Self.widgets, widget)
    }

    #expect(try await ask(.get, Self.widgets + "?fieldSelector=spec.color%3Dgreen").names == ["green"])
    #expect(try await ask(.get, Self.widgets + "?fieldSelector=spec.color!%3Dgreen").names == ["red"])
    #expect(try await ask(.get, Self.widgets + "?fieldSelector=spec.size%3D3").status == 400)
  }

  @Test func itGoesWhenItsObjectsAreGone() async throws {
    try await ask(.post, Self.definitions, try Self.definition())
    let held = try Widgets.widget("{name: abc}").setting(["metadata", "finalizers"], to: ["example.com/hold"])
    try await ask(.post, Self.widgets, held)

    let deleted = try await ask(.delete, Self.definitions + "/widgets.example.com")
    let refused = try await ask(
      .post, Self.widgets, try Widgets.widget("{name: abc}").setting(["metadata", "name"], to: "x"))
    let object = try await ask(.get, Self.widgets + "/w")
    try await ask.patch(Self.widgets + "/w", ["metadata": ["finalizers": nil]])

    #expect(deleted["metadata", "finalizers"] == ["customresourcecleanup.apiextensions.k8s.io"])
    #expect(deleted["status", "conditions"]?.sequence?.last?["type"] == "Terminating")
    #expect(refused.status == 405)
    #expect(object["metadata", "deletionTimestamp"] != nil)
    #expect(try await ask(.get, Self.definitions + "/widgets.example.com").status == 404)
    #expect(try await ask(.get, Self.widgets).status == 404)
    #expect(try await ask(.get, "/apis/example.com").status == 404)
  }

  @Test func oneObjectIsServedInEveryVersion() async throws {
    let definition = try Self.definition { value in
      var versions = value[path: "spec", "versions"]?.sequence ?? []
      versions.append(versions[0].setting(["name"], to: "v2").setting(["storage"], to: false))
      versions.append(versions[0].setting(["name"], to: "v3beta1").setting(["storage"], to: false))
      value = value.setting(["spec", "versions"], to: .sequence(versions))
    }
    try await ask(.post, Self.definitions, definition)
    try await ask(
      .post, Self.widgets.replacing("/v1/", with: "/v2/"),
      try Widgets.widget("{name: abc}").setting(["apiVersion"], to: "example.com/v2"))

    let first = try await ask(.get, Self.widgets + "/w")
    let second = try await ask(.get, Self.widgets.replacing("/v1/", with: "/v2/"))
    let group = try await ask(.get, "/apis/example.com")

    #expect(first["apiVersion"] == "example.com/v1")
    #expect(second["items"]?.sequence?.first?["apiVersion"] == "example.com/v2")
    #expect(
      group["versions"]?.sequence?.compactMap { $0["version"]?.string } == ["v2", "v1", "v3beta1"])
    #expect(group["preferredVersion", "version"] == "v2")
  }

  @Test func namesThatAreTakenAreNotServed() async throws {
    try await ask(.post, Self.definitions, try Self.definition())
    let other = try Self.definition { value in
      value = value.setting(["metadata", "name"], to: "gadgets.example.com")
        .setting(["spec", "names"], to: ["plural": "gadgets", "kind": "Widget"])
    }

    let made = try await ask(.post, Self.definitions, other)

    #expect(made["status", "conditions"]?.sequence?.first?["reason"] == "ListKindConflict")
    #expect(made["status", "conditions"]?.sequence?.first?["message"] == #""WidgetList" is already in use"#)
    #expect(try await ask(.get, "/apis/example.com/v1/namespaces/default/gadgets").status == 404)
  }

  @Test func whatADefinitionMayNotBeIsSaid() async throws {
    let wrong = try Self.definition { value in
      value = value.setting(["metadata", "name"], to: "x.example.com").setting(["spec", "scope"], to: "Everywhere")
    }
    let made = try await ask(.post, Self.definitions, wrong)
    try await ask(.post, Self.definitions, try Self.definition())
    let moved = try await ask.patch(Self.definitions + "/widgets.example.com", ["spec": ["scope": "Cluster"]])

    #expect(
      made.message
        == #"CustomResourceDefinition.apiextensions.k8s.io "x.example.com" is invalid: [metadata.name: "#
        + #"Invalid value: "x.example.com": must be spec.names.plural+"."+spec.group, spec.scope: "#
        + #"Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"]"#)
    #expect(moved.message.hasSuffix(#"spec.scope: Invalid value: "Cluster": field is immutable"#))
  }

  @Test(arguments: ["1beta", "v1.0", "V1"])
  func aVersionIsNamedWithALetterFirst(name: String) async throws {
    let definition = try Self.definition { value in
      let versions = value[path: "spec", "versions"]?.sequence ?? []
      value = value.setting(
        ["spec", "versions"], to: .sequence(versions.map { $0.setting(["name"], to: .string(name)) }))
    }

    let made = try await ask(.post, Self.definitions, definition)

    #expect(made.status == 422)
    #expect(made.message.contains(#"spec.versions[0].name: Invalid value: "\#(name)": a DNS-1035 label must"#))
  }

  @Test func definitionsAreServedAgainAfterARestart() async throws {
    let folder = TemporaryFolder()
    do {
      let first = try TestAPI(path: folder.path + "/a.db")
      try await first(.post, Self.definitions, try Self.definition())
      try await first(.post, Self.widgets, try Widgets.widget("{name: abc}"))
    }

    let second = try TestAPI(path: folder.path + "/a.db")

    #expect(try await second(.get, Self.widgets + "/w")["spec", "size"] == 3)
  }
}
