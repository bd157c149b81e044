import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// Objects are checked, completed and pruned by their schema.
///
/// What is expected here a kube-apiserver 1.20 answered to the same definition and objects, but for the index of an
/// item, which only later ones tell.
@Suite struct SchemaTests {
  let schema: Schema

  init() throws {
    var reader = SchemaReader(at: FieldPath("spec"))
    schema = reader.root(try YAML.parse(Widgets.schema))
    #expect(reader.causes == [])
  }

  private func sentences(_ spec: String) throws -> [String] {
    let value = schema.defaulted(schema.pruned(try Widgets.widget(spec)).value)
    return schema.causes(value).map { "\($0.field): \($0.message)" }
  }

  @Test(arguments: [
    ("{name: 5}", #"spec.name: Invalid value: "integer": spec.name in body must be of type string: "integer""#),
    ("{}", "spec.name: Required value"),
    ("{name: }", "spec.name: Required value"),
    ("{name: A}", #"spec.name: Invalid value: "A": spec.name in body should be at least 2 chars long"#),
    ("{name: abcdefg}", #"spec.name: Invalid value: "abcdefg": spec.name in body should be at most 5 chars long"#),
    ("{name: ABC}", #"spec.name: Invalid value: "ABC": spec.name in body should match '^[a-z]+$'"#),
    ("{name: abc, size: 0}", "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"),
    ("{name: abc, size: 11}", "spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10"),
    (
      "{name: abc, size: 2.5}",
      #"spec.size: Invalid value: "number": spec.size in body must be of type integer: "number""#
    ),
    ("{name: abc, ratio: 0}", "spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0"),
    ("{name: abc, ratio: 2.0}", "spec.ratio: Invalid value: 2: spec.ratio in body should be less than 2"),
    ("{name: abc, color: blue}", #"spec.color: Unsupported value: "blue": supported values: "red", "green""#),
    ("{name: abc, level: 3}", #"spec.level: Unsupported value: 3: supported values: "1", "2""#),
    (
      "{name: abc, port: true}",
      #"spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean""#
    ),
    (
      "{name: abc, when: yesterday}",
      #"spec.when: Invalid value: "yesterday": spec.when in body must be of type date-time: "yesterday""#
    ),
    ("{name: abc, every: 5q}", #"spec.every: Invalid value: "5q": spec.every in body must be of type duration: "5q""#),
    ("{name: abc, bytes: '?'}", #"spec.bytes: Invalid value: "?": spec.bytes in body must be of type byte: "?""#),
    (
      "{name: abc, addr: 1.2.3}", #"spec.addr: Invalid value: "1.2.3": spec.addr in body must be of type ipv4: "1.2.3""#
    ),
    (
      "{name: abc, labels: {a: 1}}",
      #"spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer""#
    ),
    (
      "{name: abc, labels: {a: '1', b: '2', c: '3'}}",
      "spec.labels: Invalid value: 2: spec.labels in body should have at most 2 properties"
    ),
    ("{name: abc, tags: [a, a]}", #"spec.tags[1]: Duplicate value: "a""#),
    (
      "{name: abc, tags: [a, null]}",
      #"spec.tags[1]: Invalid value: "null": spec.tags[1] in body must be of type string: "null""#
    ),
    ("{name: abc, list: []}", "spec.list: Invalid value: 0: spec.list in body should have at least 1 items"),
    (
      "{name: abc, list: ['1', '2', '3']}", "spec.list: Invalid value: 3: spec.list in body should have at most 2 items"
    ),
    (
      "{name: abc, ports: [{name: a}, {name: a, number: 81}]}",
      #"spec.ports[1]: Duplicate value: map[string]interface {}{"name":"a"}"#
    ),
    ("{name: abc, ports: [{number: 1}]}", "spec.ports[0].name: Required value"),
    (
      "{name: abc, choice: {a: '1', b: '1'}}",
      #"<nil>: Invalid value: "": "spec.choice" must validate one and only one schema (oneOf). Found 2 valid alternatives"#
    ),
    (
      "{name: abc, both: {a: xxxxx}}",
      #"spec.both.a: Invalid value: "xxxxx": spec.both.a in body should be at most 3 chars long"#
    ),
    (
      "{name: abc, ports: [{name: a, number: 9223372036854775808}]}",
      #"spec.ports[0].number: Invalid value: "number": spec.ports[0].number in body must be of type integer: "number""#
    ),
    (
      "{name: abc, ports: [{name: a, number: -9223372036854775809}]}",
      #"spec.ports[0].number: Invalid value: "number": spec.ports[0].number in body must be of type integer: "number""#
    ),
    (
      "{name: abc, embedded: {apiVersion: v1, kind: Pod, metadata: {uid: 5}}}",
      #"spec.embedded.metadata: Invalid value: map[string]interface {}{"uid":5}: json: cannot unmarshal number into Go "#
        + "struct field ObjectMeta.metadata.uid of type string"
    ),
    ("text", #"spec: Invalid value: "string": spec in body must be of type object: "string""#),
  ])
  func whatIsWrongIsSaidInTheWordsOfTheAPIServer(spec: String, expected: String) throws {
    #expect(try sentences(spec) == [expected])
  }

  /// As a kube-apiserver 1.20 takes them; helm writes the first into its index.
  @Test(arguments: [
    "2024-03-19T12:34:56.789012345Z", "2024-03-19T12:34:56.7+08:00", "2024-03-19T12:34:56-08:00",
    "2024-03-19t12:34:56z", "2024-03-19T12:34:56,5Z", "2024-02-29T00:00:00Z",
  ])
  func aMomentMayHaveFractionsAndAZone(text: String) throws {
    #expect(try sentences("{name: abc, when: '\(text)'}") == [])
  }

  /// As it refuses these.
  @Test(arguments: [
    "2024-03-19 12:34:56Z", "2024-03-19T12:34:56", "2024-03-19", "2024-02-30T00:00:00Z", "2024-13-01T00:00:00Z",
    "2024-03-19T24:00:00Z", "2024-03-19T12:34:60Z", "2024-03-19T12:34:56.Z", "2024-03-19T12:34Z", "20240319T123456Z",
    "2024-03-19T12:34:56-0800", "",
  ])
  func whatIsNoMomentIsRefused(text: String) throws {
    #expect(try sentences("{name: abc, when: '\(text)'}").count == 1)
  }

  @Test func ofSeveralAlternativesTheNearestIsTold() throws {
    #expect(
      try sentences("{name: abc, choice: {}}") == [
        #"<nil>: Invalid value: "": "spec.choice" must validate one and only one schema (oneOf). Found none valid"#,
        "spec.choice.a: Required value",
      ])
    #expect(
      try sentences("{name: abc, some: {}}") == [
        #"<nil>: Invalid value: "": "spec.some" must validate at least one schema (anyOf)"#,
        "spec.some.a: Required value",
      ])
    #expect(
      try sentences("{name: abc, both: {a: x}}") == [
        #"spec.both.a: Invalid value: "x": spec.both.a in body should be at least 2 chars long"#,
        #"<nil>: Invalid value: "": "spec.both" must validate all the schemas (allOf)"#,
      ])
    #expect(
      try sentences("{name: abc, embedded: {x: 1}}") == [
        "spec.embedded.apiVersion: Required value: must not be empty",
        "spec.embedded.kind: Required value: must not be empty",
      ])
  }

  @Test(arguments: [
    ("{name: ab}", "{name: ab, size: 3, color: red, maybeDefault: x}"),
    ("{name: abc, size: 2.0}", "{name: abc, size: 2, color: red, maybeDefault: x}"),
    ("{name: abc, level: 1.0}", "{name: abc, level: 1, size: 3, color: red, maybeDefault: x}"),
    ("{name: abc, color: null, port: null, flag: null}", "{name: abc, size: 3, color: red, maybeDefault: x}"),
    (
      "{name: abc, maybe: null, maybeDefault: null}",
      "{name: abc, maybe: null, maybeDefault: null, size: 3, color: red}"
    ),
    ("{name: abc, labels: {a: null}}", "{name: abc, labels: {}, size: 3, color: red, maybeDefault: x}"),
    (
      "{name: abc, open: {x: 1, y: null, known: {a: '1', b: 2}}}",
      "{name: abc, open: {x: 1, y: null, known: {a: '1'}}, size: 3, color: red, maybeDefault: x}"
    ),
    (
      "{name: abc, anything: [1, {x: null}], port: x}",
      "{name: abc, anything: [1, {x: null}], port: x, size: 3, color: red, maybeDefault: x}"
    ),
    (
      "{name: abc, embedded: {apiVersion: v1, kind: Pod, metadata: {name: x, foo: 1}, spec: {z: 1}}}",
      "{name: abc, embedded: {apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {z: 1}}, size: 3, color: red, "
        + "maybeDefault: x}"
    ),
    (
      "{name: abc, unknown: 1, ports: [{name: a, x: 1, nest: {}}, {name: b, number: 1}]}",
      "{name: abc, ports: [{name: a, nest: {deep: d}, number: 80}, {name: b, number: 1, nest: {deep: d}}], size: 3, "
        + "color: red, maybeDefault: x}"
    ),
  ])
  func valuesAreCompletedAndPruned(spec: String, expected: String) throws {
    let value = schema.defaulted(schema.pruned(try Widgets.widget(spec)).value)

    #expect(value["spec"] == (try YAML.parse(expected)))
    #expect(schema.causes(value) == [])
  }

  @Test func whatIsNotKnownIsToldByItsPlace() throws {
    let value = try Widgets.widget(
      "{name: abc, b: 1, ports: [{name: a}, {name: b, x: 1}], open: {known: {z: 1}, q: 1}}")
    let widget = value.setting(["metadata", "nmae"], to: "w").setting(["extra"], to: 1)

    #expect(
      schema.unknown(in: widget) == ["extra", "metadata.nmae", "spec.b", "spec.open.known.z", "spec.ports[1].x"])
    #expect(schema.pruned(try Widgets.widget("{name: abc}")).value == (try Widgets.widget("{name: abc}")))
  }

  @Test func ownershipFollowsTheKindsOfListsAndMappings() {
    let spec = schema.objectStructure.member("spec").structure

    #expect(spec.member("tags").structure == .set)
    #expect(spec.member("list").structure == .atomic)
    #expect(spec.member("selector").structure == .atomic)
    #expect(spec.member("labels").structure == .map(.atomic))
    #expect(spec.member("port").structure == .atomic)
    #expect(spec.member("anything").structure == .untyped)
    guard case .items(let keys, let item) = spec.member("ports").structure else {
      Issue.record("ports are no items with keys")
      return
    }
    #expect(keys == ["name"])
    #expect(item.member("nest").structure == .fields(["deep": .atomic]))
  }

  @Test(arguments: [
    (
      "{type: object, properties: {a: {}}}",
      "spec.properties[a].type: Required value: must not be empty for specified object fields"
    ),
    (
      "{type: object, properties: {a: {type: array, items: {}}}}",
      "spec.properties[a].items.type: Required value: must not be empty for specified array items"
    ),
    ("{}", "spec.type: Required value: must not be empty at the root"),
    ("{type: string}", #"spec.type: Invalid value: "string": must be object at the root"#),
    (
      "{type: object, x-kubernetes-validations: [{rule: 'self.a'}]}",
      "spec.x-kubernetes-validations: Forbidden: CEL rules are not supported by this server"
    ),
    (
      "{type: object, properties: {a: {type: string, pattern: '['}}}",
      #"spec.properties[a].pattern: Invalid value: "[": must be a valid regular expression, but isn't: "#
        + "error parsing regexp: missing closing ]: `[`"
    ),
    (
      "{type: object, additionalProperties: {type: string}, properties: {a: {type: string}}}",
      "spec.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive"
    ),
    (
      "{type: object, properties: {a: {type: string, default: 5}}}",
      #"spec.properties[a].default: Invalid value: "integer":  in body must be of type string: "integer""#
    ),
    (
      "{type: object, properties: {a: {type: object, required: [x], default: {}}}}",
      "spec.properties[a].default.x: Required value"
    ),
    (
      "{type: object, properties: {metadata: {type: object, properties: {labels: {type: object}}}}}",
      "spec.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata "
        + "is implicitly specified"
    ),
    (
      "{type: object, properties: {a: {type: text}}}",
      #"spec.properties[a].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#
    ),
  ])
  func aSchemaThatIsNotStructuralIsRefused(text: String, expected: String) throws {
    var reader = SchemaReader(at: FieldPath("spec"))
    _ = reader.root(try YAML.parse(text))

    #expect(reader.causes.map { "\($0.field): \($0.message)" } == [expected])
  }
}
