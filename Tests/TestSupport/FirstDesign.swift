package import Manifest
import Platform

/// Objects of the first design, one of each of its eight kinds, with every field that its authors named.
package enum FirstDesign {
  /// The file of them, which the end-to-end tests apply as well.
  package static var text: String {
    get throws {
      let here = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
      return try Files.text("/\(here)/EndToEnd/firstdesign.yaml")
    }
  }

  /// The objects, as they are written.
  package static var objects: [Value] {
    get throws { try YAML.documents(try text).map(\.value).filter { $0 != .null } }
  }
}

extension Value {
  /// Every text and number in this, but the names of kinds; an empty one says nothing.
  package var leaves: [String] {
    switch self {
    case .string(let text): text.isEmpty ? [] : [text]
    case .integer(let number): [String(number)]
    case .sequence(let items): items.flatMap(\.leaves)
    case .mapping(let mapping):
      mapping.pairs.filter { $0.key != "apiVersion" && $0.key != "kind" }.flatMap(\.value.leaves)
    case .null, .bool, .number: []
    }
  }
}
