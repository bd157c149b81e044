package import Manifest

/// The fields of `Chart.yaml` that helm 3.17 reads as strings, whatever their type in YAML.
package enum ChartTexts {
  private static let fields = [
    "apiVersion", "name", "version", "appVersion", "kubeVersion", "type", "description", "home", "icon", "condition",
    "tags",
  ]
  private static let lists = ["keywords", "sources"]
  private static let entryFields = [
    "maintainers": ["name", "email", "url"],
    "dependencies": ["name", "version", "repository", "condition", "alias"],
  ]

  /// `chart` with those fields as strings; in an index that copies `version: 1.2` without quotes, the version is a
  /// number.
  package static func corrected(_ chart: Mapping) -> Mapping {
    var result = corrected(chart, fields)
    for key in lists { result[key] = result[key]?.sequence.map { .sequence($0.map(text)) } ?? result[key] }
    for (key, fields) in entryFields {
      guard let entries = result[key]?.sequence else { continue }
      result[key] = .sequence(entries.map { entry in entry.mapping.map { .mapping(corrected($0, fields)) } ?? entry })
    }
    if let annotations = result["annotations"]?.mapping {
      result["annotations"] = .mapping(Mapping(annotations.pairs.map { .init(key: $0.key, value: text($0.value)) }))
    }
    return result
  }

  private static func corrected(_ mapping: Mapping, _ fields: [String]) -> Mapping {
    var result = mapping
    for key in fields { result[key] = result[key].map(text) }
    return result
  }

  private static func text(_ value: Value) -> Value {
    switch value {
    case .integer, .number, .bool, .null: .string(Chart.text(value))
    case .string, .sequence, .mapping: value
    }
  }
}
