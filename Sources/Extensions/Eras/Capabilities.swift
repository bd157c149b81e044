public import Client

/// What one cluster's extensions can do, and in words why not what they cannot.
public struct Capabilities: Hashable, Sendable {
  public var era: Era
  /// The group of proxies, bundles and services.
  public var servingGroup: String
  /// How `config` is written.
  public var configForm: Installation.ConfigForm
  /// Whether the cluster's own definitions were read; else some is inferred from the era.
  public var isCertain: Bool
  /// Why what is missing is missing.
  var reasons: [Feature: String]

  init(_ evidence: Evidence, era: Era) {
    self.era = era
    servingGroup = evidence.servingGroup
    configForm = evidence.configForm
    isCertain = evidence.schemas.count == Feature.Field.Kind.allCases.count
    reasons = [:]
    for feature in Feature.allCases { reasons[feature] = Self.reason(against: feature, evidence, era) }
  }

  init(era: Era, servingGroup: String, configForm: Installation.ConfigForm, isCertain: Bool, reasons: [Feature: String])
  {
    self.era = era
    self.servingGroup = servingGroup
    self.configForm = configForm
    self.isCertain = isCertain
    self.reasons = reasons
  }

  /// Whether the cluster has `feature`.
  public func has(_ feature: Feature) -> Bool { reasons[feature] == nil }

  /// Why the cluster does not have `feature`, or `nil` when it does.
  public func reason(against feature: Feature) -> String? { reasons[feature] }

  public var dialect: Dialect? { era.dialect }

  /// A kind of the serving group, in whichever group this cluster has it.
  public var apiServices: Resource { served("apiservices", "APIService") }
  public var jsBundles: Resource { served("jsbundles", "JSBundle") }
  public var reverseProxies: Resource { served("reverseproxies", "ReverseProxy") }
  public var extensionEntries: Resource? {
    has(.extensionEntries) ? served("extensionentries", "ExtensionEntry") : nil
  }

  private func served(_ plural: String, _ kind: String) -> Resource {
    Resource(group: servingGroup, version: "v1alpha1", plural: plural, kind: kind)
  }

  private static func reason(against feature: Feature, _ evidence: Evidence, _ era: Era) -> String? {
    if feature == .extensionEntries, evidence.plurals[Dialect.serving] != nil {
      return evidence.has("extensionentries", in: Dialect.serving) ? nil : feature.reason(in: era)
    }
    // A Plugin's fields are of no use to somebody who may only look.
    if era != .plugin, let field = feature.field, let isThere = evidence.has(field) {
      return isThere ? nil : feature.reason(in: era)
    }
    if feature.eras.contains(era) { return nil }
    // Some versions of the era have it: not offering it is a precaution, and is said to be one.
    if feature.field != nil, feature.eras.isEmpty, era != .plugin {
      return "this cluster does not let its definitions be read, and may not have it: \(feature.reason(in: era))"
    }
    return feature.reason(in: era)
  }
}
