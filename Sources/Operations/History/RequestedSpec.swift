package import Extensions
import Manifest
package import Platform

/// The part of an installation's spec that changes can set; the history stores it so that a change can be undone.
package struct RequestedSpec: Hashable, Sendable {
  package var version: String
  package var config: String
  package var isEnabled: Bool
  package var clusters: [String]

  package init(version: String, config: String = "", isEnabled: Bool = true, clusters: [String] = []) {
    self.version = version
    self.config = config
    self.isEnabled = isEnabled
    self.clusters = clusters
  }

  /// The spec of `installation`.
  package init(_ installation: Installation) {
    self.init(
      version: installation.version, config: installation.config, isEnabled: installation.isEnabled,
      clusters: installation.clusters)
  }

  /// The spec after `change` was accepted, if it was `before`; `nil` if the change uninstalls.
  package init?(_ change: Change, after before: RequestedSpec?) {
    if change.row.removes { return nil }
    self.init(
      version: change.version ?? before?.version ?? "", config: change.config ?? before?.config ?? "",
      isEnabled: change.row.enables ?? before?.isEnabled ?? true, clusters: change.clusters ?? before?.clusters ?? [])
  }

  /// How the spec of `installation` differs from this, in words; empty if it does not.
  package func differences(from installation: Installation) -> [Sentence] {
    var words: [Sentence] = []
    if version != installation.version { words.append("version \(installation.version) instead of \(version)") }
    if !installation.hasConfig(config) { words.append("another config") }
    if isEnabled != installation.isEnabled { words.append(installation.isEnabled ? "enabled" : "disabled") }
    if clusters != installation.clusters { words.append("agents elsewhere") }
    return words
  }
}

extension RequestedSpec {
  var value: Value {
    [
      "version": .string(version), "config": .string(config), "enabled": .bool(isEnabled),
      "clusters": .sequence(clusters.map(Value.string)),
    ]
  }

  init?(_ value: Value?) {
    guard let value, let version = value["version"]?.string else { return nil }
    self.init(
      version: version, config: value["config"]?.string ?? "", isEnabled: value["enabled"]?.bool ?? true,
      clusters: value["clusters"]?.sequence?.compactMap(\.string) ?? [])
  }
}
