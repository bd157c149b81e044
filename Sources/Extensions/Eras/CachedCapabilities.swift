public import Client
public import Manifest

/// Capabilities as they were learnt some time ago, to be kept in a file.
public struct CachedCapabilities: Hashable, Sendable {
  public var capabilities: Capabilities
  /// Seconds since 1970.
  public var learned: Int

  /// How long they are believed, in seconds.
  public static let lifetime = 3600

  public init(_ capabilities: Capabilities, learned: Int) {
    self.capabilities = capabilities
    self.learned = learned
  }

  /// Whether they may be used at `now`; what comes from the future may not.
  public func isFresh(at now: Int) -> Bool { (0..<Self.lifetime).contains(now - learned) }

  /// Whether `error` says that the cluster's kinds are others by now, so that learning again is due.
  ///
  /// A missing object is named in its refusal, a missing kind is not.
  public static func isOutdated(by error: ClusterError) -> Bool {
    guard case .refused(let status) = error else { return false }
    return status.code == 404 && status.name.isEmpty
  }

  public var value: Value {
    var reasons = Mapping()
    // Every feature is written, so that one a later program knows is not taken for present.
    for feature in Feature.allCases {
      reasons[feature.rawValue] = capabilities.reasons[feature].map { .string($0) } ?? .null
    }
    return [
      "learned": .integer(learned), "era": .string(capabilities.era.rawValue),
      "servingGroup": .string(capabilities.servingGroup), "configIsText": .bool(capabilities.configForm == .text),
      "isCertain": .bool(capabilities.isCertain), "features": .mapping(reasons),
    ]
  }

  /// `nil` when `value` was not written by this version of the program, or not by any.
  public init?(_ value: Value) {
    guard let learned = value["learned"]?.integer, let era = value["era"]?.string.flatMap(Era.init),
      let servingGroup = value["servingGroup"]?.string, let configIsText = value["configIsText"]?.bool,
      let isCertain = value["isCertain"]?.bool, let features = value["features"]?.mapping
    else { return nil }
    var reasons: [Feature: String] = [:]
    for feature in Feature.allCases {
      switch features[feature.rawValue] {
      case .null?: break
      case .string(let reason)?: reasons[feature] = reason
      default: return nil
      }
    }
    self.learned = learned
    capabilities = Capabilities(
      era: era, servingGroup: servingGroup, configForm: configIsText ? .text : .object, isCertain: isCertain,
      reasons: reasons)
  }
}
