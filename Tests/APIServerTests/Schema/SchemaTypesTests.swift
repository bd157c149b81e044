import APITestSupport
import HTTP
import Manifest
import Platform
import Testing

@testable import APIServer

/// The words of a schema have types: a kube-apiserver 1.20 answers 400 to each of these, in its decoder's words.
@Suite struct SchemaTypesTests {
  private func make(_ words: Value) async throws -> TestAPI.Answer {
    let spec = MergePatch.apply(["type": "object"], to: words)
    let version: Value = [
      "name": "v1", "served": true, "storage": true,
      "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": spec]]],
    ]
    let definition: Value = [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": ["name": "as.x.io"],
      "spec": [
        "group": "x.io", "scope": "Namespaced", "names": ["plural": "as", "kind": "A"], "versions": [version],
      ],
    ]
    return try await TestAPI()(
      .post, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?dryRun=All", definition)
  }

  @Test(
    arguments: [
      ["minLength": "x"], ["maxLength": "3"], ["pattern": 5], ["enum": "x"], ["format": 5], ["nullable": "x"],
      ["minimum": "x"], ["multipleOf": "x"], ["exclusiveMinimum": 5], ["required": "x"], ["required": [5]],
      ["properties": []], ["additionalProperties": "x"], ["minProperties": "x"], ["maxItems": 1.5],
      ["x-kubernetes-preserve-unknown-fields": "x"], ["x-kubernetes-int-or-string": "x"],
      ["x-kubernetes-list-map-keys": "x"], ["anyOf": "x"], ["anyOf": [5]], ["not": "x"], ["description": 5],
      ["items": "x"], ["properties": ["a": ["type": 5]]], ["additionalProperties": ["maxLength": "3"]],
    ] as [Value])
  func aWordOfTheWrongTypeIsRefused(words: Value) async throws {
    let refused = try await make(words)

    #expect(refused.status == 400, "\(refused.message)")
    #expect(refused.message.containsText("json: cannot unmarshal"), "\(refused.message)")
  }

  @Test func wordsOfTheirTypesAreTaken() async throws {
    let made = try await make([
      "description": "x", "required": ["a"], "nullable": true, "maxProperties": 3,
      "properties": ["a": ["type": "number", "minimum": 1.5, "maximum": 2, "enum": [2, 1.5]]],
    ])
    #expect(made.status == 201, "\(made.message)")
  }
}
