import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// What a definition must not say is refused as kube-apiserver 1.20 refuses it.
@Suite struct StructureRulesTests {
  private static let place = "spec.properties[a]"

  private func sentences(_ property: String) throws -> [String] {
    var reader = SchemaReader(at: FieldPath("spec"))
    _ = reader.root(["type": "object", "properties": ["a": try YAML.parse(property)]])
    return reader.causes.map { "\($0.field): \($0.message)" }
  }

  @Test(arguments: [
    (
      "{type: object, x-kubernetes-preserve-unknown-fields: false}",
      "x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined"
    ),
    (
      "{type: object, properties: {b: {type: string}}, default: {b: x, z: 1}}",
      #"default: Invalid value: map[string]interface {}{"b":"x", "z":1}: must not have unknown fields"#
    ),
    (
      "{type: object, properties: {z: {type: string}}, anyOf: [{properties: {z: {type: string}}}]}",
      "anyOf[0].properties[z].type: Forbidden: must be empty to be structural"
    ),
    (
      "{type: object, properties: {z: {type: string}}, allOf: [{properties: {z: {nullable: true}}}]}",
      "allOf[0].properties[z].nullable: Forbidden: must be false to be structural"
    ),
    (
      "{type: object, x-kubernetes-embedded-resource: true}",
      "properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without "
        + "x-kubernetes-preserve-unknown-fields"
    ),
    (
      "{type: string, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}",
      #"type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true"#
    ),
    (
      "{type: array, x-kubernetes-list-type: set, items: {type: object, properties: {a: {type: string}}}}",
      #"items.x-kubernetes-map-type: Invalid value: "null": must be atomic as item of a list with "#
        + "x-kubernetes-list-type=set"
    ),
    (
      "{type: array, x-kubernetes-list-type: set, items: {type: string, nullable: true}}",
      "items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set"
    ),
    (
      "{type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [a], items: {type: string}}",
      #"items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map"#
    ),
    (
      "{type: array, x-kubernetes-list-map-keys: [a], items: {type: string}}",
      "x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty"
    ),
    (
      "{type: string, x-kubernetes-map-type: atomic}",
      #"type: Invalid value: "string": must be object if x-kubernetes-map-type is specified"#
    ),
    (
      "{type: object, x-kubernetes-map-type: foo}",
      #"x-kubernetes-map-type: Unsupported value: "foo": supported values: "atomic", "granular""#
    ),
  ])
  func whatIsNotStructuralIsRefused(property: String, expected: String) throws {
    #expect(try sentences(property) == ["\(Self.place).\(expected)"])
  }

  @Test(arguments: [
    "{type: string, default: null}",
    "{type: array, x-kubernetes-list-type: set, items: {type: object, x-kubernetes-map-type: atomic}}",
    "{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}], pattern: a}",
    "{x-kubernetes-int-or-string: true, allOf: [{anyOf: [{type: integer}, {type: string}]}, {pattern: a}]}",
    "{type: object, properties: {y: {type: string}}, anyOf: [{properties: {z: {minLength: 1}}}]}",
    "{type: object, x-kubernetes-embedded-resource: true, properties: {spec: {type: object}}}",
  ])
  func whatKubernetesTakesIsTaken(property: String) throws {
    #expect(try sentences(property) == [])
  }

  @Test func namesAreLabels() async throws {
    let ask = try TestAPI()
    let names: Value = ["plural": "widgets", "kind": "1Bad", "shortNames": ["A B"]]
    let definition = try Widgets.definition(versions: Widgets.version(spec: "{type: object}"))
      .setting(["spec", "names"], to: names)

    let answer = try await ask(.post, Widgets.definitions, definition)

    let fields = answer["details", "causes"]?.sequence?.compactMap { $0["field"]?.string }
    #expect(fields == ["spec.names.singular", "spec.names.kind", "spec.names.listKind", "spec.names.shortNames[0]"])
    #expect(answer.message.contains(#"spec.names.kind: Invalid value: "1Bad": may have mixed case, but should"#))
  }

  @Test(arguments: ["k8s.io", "x.k8s.io", "kubernetes.io"])
  func protectedGroupsAreApproved(group: String) async throws {
    let ask = try TestAPI()
    let definition = try Widgets.definition(versions: Widgets.version(spec: "{type: object}"))
      .setting(["metadata", "name"], to: .string("widgets." + group)).setting(["spec", "group"], to: .string(group))

    let answer = try await ask(.post, Widgets.definitions, definition)

    #expect(answer.message.contains("protected groups must have approval annotation"))
  }

  @Test(arguments: [
    (".spec.o", "must point to a field of type string, boolean or integer. Enum string fields and strings with"),
    (".spec.none", "is an invalid path: does not refer to a valid field"),
  ])
  func whatSelectsIsASimpleField(path: String, problem: String) async throws {
    let ask = try TestAPI()
    let version = try Widgets.version(spec: "{type: object, properties: {o: {type: object}}}")
      .setting(["selectableFields"], to: [["jsonPath": .string(path)]])

    let answer = try await ask(.post, Widgets.definitions, try Widgets.definition(versions: version))

    #expect(answer.message.contains("spec.selectableFields[0].jsonPath: Invalid value: \"\(path)\": \(problem)"))
  }

  @Test(
    arguments: [
      (nil, "old", "can only be set for deprecated versions"),
      (true, "old\nx", "must only contain printable UTF-8 characters; non-printable character found at index 3"),
    ] as [(Bool?, String, String)])
  func aWarningIsOneLineOfADeprecatedVersion(isDeprecated: Bool?, warning: String, problem: String) async throws {
    let ask = try TestAPI()
    let version = try Widgets.version(spec: "{type: object}").setting(["deprecationWarning"], to: .string(warning))
      .setting(["deprecated"], to: isDeprecated.map(Value.bool))

    let answer = try await ask(.post, Widgets.definitions, try Widgets.definition(versions: version))

    #expect(answer.message.hasSuffix(problem))
  }

  @Test(
    arguments: [
      ("metadata: {labels: {a b: c}}", "metadata.labels: Invalid value: \"a b\": name part must consist of"),
      ("metadata: {namespace: A_}", "metadata.namespace: Invalid value: \"A_\": a lowercase RFC 1123 label"),
      ("metadata: {finalizers: [a b]}", "metadata.finalizers: Invalid value: \"a b\": name part must"),
      ("metadata: {name: A_B}", nil),
      ("kind: a b", "kind: Invalid value: \"a b\": may have mixed case, but should otherwise match"),
      ("apiVersion: a/b/c", "apiVersion: Invalid value: \"a/b/c\": unexpected GroupVersion string: a/b/c"),
    ] as [(String, String?)])
  func anObjectInsideOfAnotherIsCheckedAsOne(field: String, problem: String?) throws {
    var reader = SchemaReader(at: FieldPath("spec"))
    let schema = reader.root(try YAML.parse(Widgets.schema))
    let embedded = MergePatch.apply(try YAML.parse(field), to: ["apiVersion": "v1", "kind": "Pod"])
    let widget = try Widgets.widget("{name: abc}").setting(["spec", "embedded"], to: embedded)

    let causes = schema.causes(schema.defaulted(widget))

    #expect(causes.count == (problem == nil ? 0 : 1))
    let sentence = causes.first.map { "\($0.field): \($0.message)" } ?? ""
    #expect(sentence.hasPrefix(problem.map { "spec.embedded." + $0 } ?? ""))
  }
}
