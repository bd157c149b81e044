package import Manifest
import Platform

/// The release that a chart is rendered for.
package struct Release: Hashable, Sendable {
  package var name: String
  package var namespace: String
  /// YAML that overrides the chart's default values, as the user wrote it.
  package var config: String
  /// Values that override the config, and that the user cannot set.
  package var forced: Value
  package var isUpgrade: Bool
  /// Incremented with every attempt.
  package var revision = 1

  package init(
    name: String, namespace: String, config: String = "", forced: Value = .mapping([:]), isUpgrade: Bool = false
  ) {
    self.name = name
    self.namespace = namespace
    self.config = config
    self.forced = forced
    self.isUpgrade = isUpgrade
  }

  /// The config as a mapping, which is empty for empty text.
  func configValue() throws(ChartError) -> Value {
    let node: YAMLNode?
    do { node = try YAML.node(config) } catch { throw .badConfig(error) }
    guard let node, node.value != .null else { return .mapping([:]) }
    guard node.value.mapping != nil else { throw .badConfig(node.mistake("a mapping of values is expected")) }
    return node.value
  }
}
