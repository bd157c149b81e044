import Manifest

/// An index of charts that lists none.
package enum EmptyIndex {
  /// Whether `text` is an empty index for helm 3.17: it has an `apiVersion`, and `entries` is null or missing.
  package static func isIndex(_ text: String) -> Bool {
    guard let value = try? YAML.parse(text) else { return false }
    return !Chart.text(value["apiVersion"]).isEmpty && (value["entries"] ?? .null) == .null
  }
}
