package import Manifest

/// The fields of `Chart.yaml`.
package struct Chart: Hashable, Sendable {
  package var name: String
  package var version: String
  package var appVersion: String
  package var description: String
  package var icon: String
  /// The charts that it depends on, as written.
  package var dependencies: [Value]

  package init(_ value: Value) {
    name = Self.text(value["name"])
    version = Self.text(value["version"])
    appVersion = Self.text(value["appVersion"])
    description = Self.text(value["description"])
    icon = Self.text(value["icon"])
    dependencies = value["dependencies"]?.sequence ?? []
  }

  /// A scalar as a string; empty for anything else.
  ///
  /// Users leave out quotes: `appVersion: 1.25` is a number in YAML and a string in helm.
  package static func text(_ value: Value?) -> String {
    switch value {
    case .string(let text)?: text
    case .integer(let number)?: String(number)
    // helm 3.17 reads `1.0` as "1".
    case .number(let number)?: Int(exactly: number).map(String.init) ?? String(number)
    case .bool(let bool)?: bool ? "true" : "false"
    default: ""
    }
  }
}
