import KubernetesAPI
import Manifest
import Operations
import Platform
import Testing

@testable import Commands

/// docs/output.schema.json, and what a document says otherwise.
struct OwnSchemas {
  static let project = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// The schemas by the kind that they are of.
  let definitions: Mapping

  init() throws {
    let schema = try JSON.parse(Array(try Files.text(Self.project + "/docs/output.schema.json").utf8))
    definitions = try #require(schema["definitions"]?.mapping)
  }

  /// What `document` says and its schema does not, or the other way round.
  func mistakes(in document: Value) throws -> [String] {
    let kind = document["kind"]?.string ?? ""
    guard document["apiVersion"] == "ksx.dev/v1", let schema = definitions[kind] else {
      return ["there is no schema of \(kind)"]
    }
    let checked = try #require(ValuesSchema(JSON.text(schema)))
    #expect(checked.unchecked.isEmpty)
    return checked.mistakes(in: document).map(\.english) + Self.undescribed(document, schema, at: "")
  }

  private static func undescribed(_ value: Value, _ schema: Value, at place: String) -> [String] {
    switch value {
    case .mapping(let mapping):
      guard let known = schema["properties"] else { return [] }
      return mapping.pairs.flatMap { pair in
        known[pair.key].map { undescribed(pair.value, $0, at: "\(place).\(pair.key)") }
          ?? ["\(place).\(pair.key) is not described"]
      }
    case .sequence(let all): return all.flatMap { undescribed($0, schema["items"] ?? .null, at: place + "[]") }
    default: return []
    }
  }
}
