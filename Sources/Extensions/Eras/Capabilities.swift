package import Platform

/// The features that one cluster's extensions have, and the reasons for those that are missing.
package struct Capabilities: Hashable, Sendable {
  /// The source of the capabilities.
  package enum Basis: String, Sendable {
    /// The cluster's CRD of installations was read.
    case definitions
    /// Discovery or a list showed the era, and the rest is inferred from it.
    case discovery
    /// Set by an option; the cluster was not asked.
    case assumption
  }

  /// How this cluster's objects are named.
  package var dialect: Dialect
  /// How `config` is written.
  package var configForm: Installation.ConfigForm
  package var basis: Basis
  /// The reason for each missing feature.
  var reasons: [Feature: Sentence]

  init(_ discovered: DiscoveryResult, era: Era) {
    dialect = Dialect(era: era, servingGroup: discovered.servingGroup ?? Dialect(era: era).servingGroup)
    // The first design defines config as an object, though a standalone backend does not require one.
    configForm = era == .seed ? .object : discovered.configForm
    basis = discovered.installationSchema == nil ? .discovery : .definitions
    reasons = [:]
    for feature in Feature.allCases { reasons[feature] = Self.reason(against: feature, discovered, era) }
  }

  init(dialect: Dialect, configForm: Installation.ConfigForm, basis: Basis, reasons: [Feature: Sentence]) {
    self.dialect = dialect
    self.configForm = configForm
    self.basis = basis
    self.reasons = reasons
  }

  /// The assumed capabilities of a cluster of `dialect`, which is not asked.
  ///
  /// The era of Subscriptions is not known then: they are assumed to have the most features, with all
  /// the fields that any era needs.
  package init(assuming dialect: Dialect) {
    self.init(DiscoveryResult(), era: dialect.era)
    self.dialect = dialect
    basis = .assumption
    if dialect.era == .seed { reasons[.releaseName] = nil }
  }

  package var era: Era { dialect.era }

  /// Whether the cluster has `feature`.
  package func has(_ feature: Feature) -> Bool { reasons[feature] == nil }

  /// Why the cluster does not have `feature`; `nil` if it does.
  package func reason(against feature: Feature) -> Sentence? { reasons[feature] }

  private static func reason(against feature: Feature, _ discovered: DiscoveryResult, _ era: Era) -> Sentence? {
    // Plugins are read-only here, so their fields do not matter.
    if era != .plugin, let field = feature.field, let isThere = discovered.has(field: field) {
      return isThere ? nil : feature.reason(in: era)
    }
    if feature.eras.contains(era) { return nil }
    // Some versions have it: that it is not offered is a precaution, and the reason says so.
    if era == .splitSubscription, discovered.installationSchema == nil, feature.changes {
      return undisclosed(feature, era)
    }
    return feature.reason(in: era)
  }

  private static func undisclosed(_ feature: Feature, _ era: Era) -> Sentence {
    "this cluster does not let its definitions be read, and may not have it: \(feature.reason(in: era))"
  }

  /// The reason against `feature` that was stored as `text`.
  static func reason(_ text: String, against feature: Feature, _ era: Era) -> Sentence {
    [feature.reason(in: era), undisclosed(feature, era)].first { $0.english == text } ?? Sentence(verbatim: text)
  }
}
