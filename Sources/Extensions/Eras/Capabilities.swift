package import Platform

/// What one cluster's extensions can do, and in words why not what they cannot.
package struct Capabilities: Hashable, Sendable {
  /// What the knowledge of a cluster rests on.
  package enum Basis: String, Sendable {
    /// The cluster's own definition of its installations was read.
    case definitions
    /// Discovery or a list told the era, and the rest is inferred from it.
    case discovery
    /// Set by an option; the cluster was not asked.
    case assumption
  }

  /// How this cluster's objects are named.
  package var dialect: Dialect
  /// How `config` is written.
  package var configForm: Installation.ConfigForm
  package var basis: Basis
  /// Why what is missing is missing.
  var reasons: [Feature: Sentence]

  init(_ discovered: DiscoveryResult, era: Era) {
    dialect = Dialect(era: era, servingGroup: discovered.servingGroup ?? Dialect(era: era).servingGroup)
    // The first design says that it is an object, which a standalone backend does not insist on.
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

  /// What a cluster of `dialect` can do, without asking it.
  ///
  /// Of Subscriptions it is not known whose they are: they are taken for those that do the most, with
  /// all the fields that any of them needs.
  package init(assuming dialect: Dialect) {
    self.init(DiscoveryResult(), era: dialect.era)
    self.dialect = dialect
    basis = .assumption
    if dialect.era == .seed { reasons[.releaseName] = nil }
  }

  package var era: Era { dialect.era }

  /// Whether the cluster has `feature`.
  package func has(_ feature: Feature) -> Bool { reasons[feature] == nil }

  /// Why the cluster does not have `feature`, or `nil` when it does.
  package func reason(against feature: Feature) -> Sentence? { reasons[feature] }

  private static func reason(against feature: Feature, _ discovered: DiscoveryResult, _ era: Era) -> Sentence? {
    // Plugins are read-only here, so their fields do not matter.
    if era != .plugin, let field = feature.field, let isThere = discovered.has(field: field) {
      return isThere ? nil : feature.reason(in: era)
    }
    if feature.eras.contains(era) { return nil }
    // Some versions have it: not offering it is a precaution, and is said to be one.
    if era == .splitSubscription, discovered.installationSchema == nil, feature.changes {
      return undisclosed(feature, era)
    }
    return feature.reason(in: era)
  }

  private static func undisclosed(_ feature: Feature, _ era: Era) -> Sentence {
    "this cluster does not let its definitions be read, and may not have it: \(feature.reason(in: era))"
  }

  /// The reason against `feature` that was written down as `text`.
  static func reason(_ text: String, against feature: Feature, _ era: Era) -> Sentence {
    [feature.reason(in: era), undisclosed(feature, era)].first { $0.english == text } ?? Sentence(verbatim: text)
  }
}
