import KubernetesAPI
import Manifest
import Testing

@testable import GatewayServer

/// What of an extension's OpenAPI 2 document is put beside that of the API server.
@Suite struct OpenAPIMergeTests {
  private static func document(_ paths: Mapping, _ definitions: Mapping) -> Value {
    ["swagger": "2.0", "info": ["title": "x"], "paths": .mapping(paths), "definitions": .mapping(definitions)]
  }

  private static func path(_ definition: String) -> Value {
    ["get": ["responses": ["200": ["description": "OK", "schema": reference(definition)]]]]
  }

  private static func reference(_ name: String) -> Value { ["$ref": .string("#/definitions/" + name)] }

  private static func excerpt(_ document: Value) -> Value? {
    OpenAPIExcerpt.of(document, group: "judge.example.com", version: "v1")
  }

  @Test func onlyPathsOfTheVersionAreTakenWithWhatTheyNeed() {
    let document = Self.document(
      [
        "/kapis/judge.example.com/v1/things": Self.path("Thing"), "/kapis/judge.example.com/v1": Self.path("Thing"),
        "/kapis/judge.example.com/v1beta1/things": Self.path("Other"), "/apis/apps/v1/deployments": Self.path("Other"),
      ],
      [
        "Thing": ["type": "object", "properties": ["part": Self.reference("Part")]], "Part": ["type": "string"],
        "Other": ["type": "object", "properties": ["part": Self.reference("Far")]], "Far": ["type": "string"],
        "Alone": ["type": "object"],
      ])

    let excerpt = Self.excerpt(document)

    #expect(
      excerpt?["paths"]?.mapping?.keys == ["/kapis/judge.example.com/v1/things", "/kapis/judge.example.com/v1"])
    #expect(excerpt?["definitions"]?.mapping?.keys == ["Thing", "Part", "Alone"])
  }

  @Test(
    arguments: [
      ["swagger": "2.0"], ["openapi": "3.0.0", "paths": ["/kapis/judge.example.com/v1": [:]]], "text",
      ["swagger": "2.0", "paths": ["/kapis/other.example.com/v1": [:]]],
    ] as [Value])
  func whatDescribesNoPathOfItIsNothing(document: Value) {
    #expect(Self.excerpt(document) == nil)
  }

  @Test func anExtensionSaysNothingOfTheKindsOfOthers() {
    let kinds: Value = [
      ["group": "apps", "version": "v1", "kind": "Deployment"],
      ["group": "judge.example.com", "version": "v1", "kind": "Thing"],
    ]
    var path = Self.path("Thing")
    path = path.setting(["get", OpenAPIExcerpt.kinds], to: ["group": "apps", "version": "v1", "kind": "Deployment"])
    let document = Self.document(
      ["/kapis/judge.example.com/v1": path],
      ["Thing": .mapping(["type": "object", "x-kubernetes-group-version-kind": kinds])])

    let excerpt = Self.excerpt(document)

    let kept = excerpt?[path: "definitions", "Thing", OpenAPIExcerpt.kinds]
    #expect(kept == [["group": "judge.example.com", "version": "v1", "kind": "Thing"]])
    #expect(excerpt?[path: "paths", "/kapis/judge.example.com/v1", "get", OpenAPIExcerpt.kinds] == nil)
  }

  @Test(
    arguments: [
      ["type": "strange", "description": "x"], ["type": ["string", "null"], "description": "x"],
      ["type": "array", "description": "x"], ["type": "array", "items": [["type": "string"]], "description": "x"],
      ["$ref": "#/definitions/Nowhere", "description": "x"], ["$ref": "https://example.com/x", "description": "x"],
    ] as [Value])
  func whatClientsOfKubernetesRefuseBecomesAnyValue(schema: Value) {
    let document = Self.document(
      ["/kapis/judge.example.com/v1": Self.path("Thing")],
      ["Thing": ["type": "object", "properties": ["a": ["type": "array", "items": schema], "b": schema]]])

    let properties = Self.excerpt(document)?[path: "definitions", "Thing", "properties"]

    #expect(properties?["b"] == ["description": "x"])
    #expect(properties?[path: "a", "items"] == ["description": "x"])
  }

  @Test func whatIsCalledLikeSomethingElseIsRenamedWithItsReferences() {
    let base = Self.document(
      ["/apis/apps/v1": Self.path("Part")], ["Part": ["type": "integer"], "Part_v2": ["type": "number"], "Same": [:]])
    let excerpt = Self.excerpt(
      Self.document(
        ["/kapis/judge.example.com/v1": Self.path("Thing")],
        [
          "Thing": ["type": "object", "properties": ["part": Self.reference("Part"), "same": Self.reference("Same")]],
          "Part": ["type": "string"], "Same": .mapping(["x-kubernetes-group-version-kind": []]),
        ]))
    var merge = OpenAPIMerge(into: base)
    merge.add(excerpt ?? .null)

    let definitions = merge.document["definitions"]
    #expect(definitions?.mapping?.keys.sorted() == ["Part", "Part_v2", "Part_v3", "Same", "Thing"])
    #expect(definitions?["Part"] == ["type": "integer"] && definitions?["Part_v3"] == ["type": "string"])
    #expect(definitions?[path: "Thing", "properties", "part"] == Self.reference("Part_v3"))
    #expect(definitions?[path: "Thing", "properties", "same"] == Self.reference("Same"))
    #expect(merge.document["paths"]?.mapping?.keys == ["/apis/apps/v1", "/kapis/judge.example.com/v1"])
    #expect(merge.document["info"] == ["title": "x"])
  }

  @Test func whatTwoExtensionsCallTheSameIsKeptApart() {
    var merge = OpenAPIMerge(into: Self.document([:], [:]))
    for version in ["v1", "v2"] {
      let path = "/kapis/judge.example.com/\(version)"
      let document = Self.document(
        [path: Self.path("Thing")], ["Thing": ["description": .string(version)], "Same": ["type": "string"]])
      merge.add(OpenAPIExcerpt.of(document, group: "judge.example.com", version: version) ?? .null)
    }

    let added = merge.additions
    #expect(added["definitions"]?.mapping?.keys.sorted() == ["Same", "Thing", "Thing_v2"])
    let second = added[path: "paths", "/kapis/judge.example.com/v2", "get", "responses", "200", "schema"]
    #expect(second == Self.reference("Thing_v2"))
  }

  @Test func aPathThatIsThereStaysAsItIs() {
    let place = "/kapis/judge.example.com/v1"
    let base = Self.document([place: ["get": ["operationId": "mine"]]], [:])
    var merge = OpenAPIMerge(into: base)
    merge.add(Self.excerpt(Self.document([place: Self.path("Thing")], ["Thing": [:]])) ?? .null)

    #expect(merge.document == base)
  }
}
