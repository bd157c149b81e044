public import Manifest

/// What a package's `Chart.yaml` says.
public struct Chart: Hashable, Sendable {
  public var name: String
  public var version: String
  public var appVersion: String
  public var description: String
  public var icon: String

  public init(_ value: Value) {
    name = Self.text(value["name"])
    version = Self.text(value["version"])
    appVersion = Self.text(value["appVersion"])
    description = Self.text(value["description"])
    icon = Self.text(value["icon"])
  }

  /// A scalar as the word it was meant to be, or nothing.
  ///
  /// People leave out the quotes: `appVersion: 1.25` is a number to YAML and a word to helm.
  public static func text(_ value: Value?) -> String {
    switch value {
    case .string(let text)?: text
    case .integer(let number)?: String(number)
    case .number(let number)?: String(number)
    default: ""
    }
  }
}
