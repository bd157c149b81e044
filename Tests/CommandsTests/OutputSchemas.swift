import KubernetesAPI
import Manifest
import Operations
import Platform
import Testing

@testable import Commands

/// The JSON Schemas in docs/output.schema.json, and validation against them.
struct OutputSchemas {
  static let repositoryRoot = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// The schemas by the kind that they are of.
  let definitions: Mapping

  init() throws {
    let schema = try JSON.parse(Array(try Files.text(Self.repositoryRoot + "/docs/output.schema.json").utf8))
    definitions = try #require(schema["definitions"]?.mapping)
  }

  /// How `document` violates the schema of its kind, and the fields that the schema does not describe.
  func violations(in document: Value) throws -> [String] {
    let kind = document["kind"]?.string ?? ""
    guard document["apiVersion"] == "ksx.dev/v1", let schema = definitions[kind] else {
      return ["there is no schema of \(kind)"]
    }
    let checked = try #require(ValuesSchema(JSON.text(schema)))
    #expect(checked.unsupportedKeywords.isEmpty)
    return checked.violations(in: document).map(\.english) + Self.missingFromSchema(document, schema, at: "")
  }

  private static func missingFromSchema(_ value: Value, _ schema: Value, at place: String) -> [String] {
    switch value {
    case .mapping(let mapping):
      guard let known = schema["properties"] else { return [] }
      return mapping.pairs.flatMap { pair in
        known[pair.key].map { missingFromSchema(pair.value, $0, at: "\(place).\(pair.key)") }
          ?? ["\(place).\(pair.key) is not described"]
      }
    case .sequence(let all): return all.flatMap { missingFromSchema($0, schema["items"] ?? .null, at: place + "[]") }
    default: return []
    }
  }
}
