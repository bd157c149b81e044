package import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// A release that ran, from the records in the cluster: helm's revisions, or a standalone backend's record.
///
/// It is known without this computer's history, and after any number of failed attempts.
package struct DeployedRelease: Hashable, Sendable {
  package var version: String
  package var config: String
  /// The source of the config's text.
  package var origin: ConfigOrigin
  /// When the next release replaced it, RFC 3339; empty if it still runs, or that is not known.
  package var until = ""
  /// Whether it is the one that runs now.
  package var isRunning: Bool

  /// The releases of `installation`, oldest first, from helm's `releases` or the `record` of a standalone backend.
  static func all(
    _ releases: [HelmRelease], _ record: Object?, of installation: Installation
  ) -> [DeployedRelease] {
    if let record { return [DeployedRelease(record: record)].compactMap { $0 } }
    let values = GivenValues(releases, installation)
    let running = releases.deployed?.revision
    return releases.enumerated().compactMap { index, release in
      guard release.status == "deployed" || release.status == "superseded", !release.chartVersion.isEmpty else {
        return nil
      }
      return DeployedRelease(
        version: release.chartVersion, config: values.config(of: release), origin: .helm,
        until: releases[(index + 1)...].first?.time ?? "", isRunning: release.revision == running)
    }
  }

  /// The release that a standalone backend applied last.
  private init?(record: Object) {
    guard let text = record.value[path: "data", Installation.recordKey]?.string, let packed = Base64.decode(text),
      let bytes = try? Gzip.unpack(packed, limit: 64 << 20),
      let deployed = (try? JSON.parse(bytes))?["deployed"], let version = deployed["version"]?.string,
      let config = deployed["config"]?.string
    else { return nil }
    self.init(version: version, config: config, origin: .kept, isRunning: true)
  }

  package init(
    version: String, config: String, origin: ConfigOrigin, until: String = "", isRunning: Bool
  ) {
    (self.version, self.config, self.origin) = (version, config, origin)
    (self.until, self.isRunning) = (until, isRunning)
  }
}

/// The values that controllers add to the config, which a rollback must not set (docs/KUBESPHERE.md: Reconciling).
private struct GivenValues {
  /// The added values by path, as the newest release with a known config has them; `nil` if there is no such release.
  private let forced: [[String]: Value]?

  private static let usual = [
    "tags.extension", "tags.agent", "global.clusterInfo", "global.imageRegistry", "global.nodeSelector",
    "global.extension.ingress", "global.portal.url",
  ]

  /// Compares the newest release of the present version with the config of `installation`, if it contains that.
  init(_ releases: [HelmRelease], _ installation: Installation) {
    let own = Self.leaves(Self.value(of: installation.config))
    let newest = releases.last { VersionText($0.chartVersion) == VersionText(installation.version) }
    let given = Self.leaves(newest?.config ?? .null)
    let hasAll = newest?.config != nil && own.allSatisfy { given[$0.key] == $0.value }
    forced = hasAll ? given.filter { own[$0.key] == nil } : nil
  }

  /// The config of `release` without added values, as YAML without comments.
  func config(of release: HelmRelease) -> String {
    let kept = stripped(release.config ?? .null, at: [])?.mapping ?? [:]
    return kept.isEmpty ? "" : YAML.text(.mapping(kept))
  }

  /// `value` without added values; `nil` if nothing remains.
  private func stripped(_ value: Value, at path: [String]) -> Value? {
    if isForced(value, at: path) { return nil }
    guard let mapping = value.mapping, !mapping.isEmpty else { return value }
    let pairs = mapping.pairs.compactMap { pair in
      stripped(pair.value, at: path + [pair.key]).map { Mapping.Pair(key: pair.key, value: $0) }
    }
    return pairs.isEmpty ? nil : .mapping(Mapping(pairs))
  }

  private func isForced(_ value: Value, at path: [String]) -> Bool {
    if let forced { return forced[path] == value }
    let name = path.joined(separator: ".")
    return Self.usual.contains { name == $0 || name.hasPrefix($0 + ".") }
  }

  static func value(of config: String) -> Value { (try? YAML.parse(config)) ?? .null }

  private static func leaves(_ value: Value, at path: [String] = []) -> [[String]: Value] {
    guard let mapping = value.mapping, !mapping.isEmpty else { return path.isEmpty ? [:] : [path: value] }
    return mapping.pairs.reduce(into: [:]) { all, pair in
      all.merge(leaves(pair.value, at: path + [pair.key])) { $1 }
    }
  }
}
