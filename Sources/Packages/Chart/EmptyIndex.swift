import Manifest

/// An index of charts that lists none.
package enum EmptyIndex {
  /// Whether `text` is one, as helm 3.17 takes it: it says its `apiVersion`, and `entries` is null or not there.
  package static func isIndex(_ text: String) -> Bool {
    guard let value = try? YAML.parse(text) else { return false }
    return !Chart.text(value["apiVersion"]).isEmpty && (value["entries"] ?? .null) == .null
  }
}
