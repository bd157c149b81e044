package import Client
import KubernetesAPI
package import Manifest
import Platform

/// The capabilities of one cluster, as they are cached in a file.
package struct CachedCapabilities: Hashable, Sendable {
  /// A stable identifier of the cluster, such as its URL.
  package var cluster: String
  package var capabilities: Capabilities
  /// Seconds since 1970; 0 if the cluster was never asked, so that the next run asks it.
  package var learned: Int

  /// The lifetime of the cache, in seconds.
  package static let lifetime = 3600

  package init(_ capabilities: Capabilities, of cluster: String, learned: Int) {
    self.cluster = cluster
    self.capabilities = capabilities
    self.learned = capabilities.basis == .assumption ? 0 : learned
  }

  /// Whether they may be used at `now`; capabilities with a future time may not.
  package func isFresh(at now: Int) -> Bool { (0..<Self.lifetime).contains(now - learned) }

  package var value: Value {
    var reasons = Mapping()
    // All features are written, so that a newer program does not take a feature that is missing here for present.
    for feature in Feature.allCases {
      reasons[feature.rawValue] = capabilities.reasons[feature].map { .string($0.english) } ?? .null
    }
    return [
      "cluster": .string(cluster), "learned": .integer(learned), "era": .string(capabilities.era.rawValue),
      "servingGroup": .string(capabilities.dialect.servingGroup),
      "configIsText": .bool(capabilities.configForm == .text), "basis": .string(capabilities.basis.rawValue),
      "features": .mapping(reasons),
    ]
  }

  /// `nil` if `value` was not written by this version of the program.
  package init?(_ value: Value) {
    guard let cluster = value["cluster"]?.string, let learned = value["learned"]?.integer,
      let era = value["era"]?.string.flatMap(Era.init), let servingGroup = value["servingGroup"]?.string,
      let configIsText = value["configIsText"]?.bool,
      let basis = value["basis"]?.string.flatMap(Capabilities.Basis.init), let features = value["features"]?.mapping
    else { return nil }
    var reasons: [Feature: Sentence] = [:]
    for feature in Feature.allCases {
      switch features[feature.rawValue] {
      case .null?: break
      case .string(let reason)?: reasons[feature] = Capabilities.reason(reason, against: feature, era)
      default: return nil
      }
    }
    let capabilities = Capabilities(
      dialect: Dialect(era: era, servingGroup: servingGroup), configForm: configIsText ? .text : .object, basis: basis,
      reasons: reasons)
    self.init(capabilities, of: cluster, learned: learned)
  }
}

extension CachedCapabilities {
  /// The name of the cache file of `cluster`.
  package static func fileName(cluster: String) -> String { ConfigHash.of(cluster) + ".json" }

  /// Parses the result of `json`; `nil` for anything else.
  package init?(json bytes: some Collection<UInt8>) {
    guard let value = try? JSON.parse(bytes) else { return nil }
    self.init(value)
  }

  /// The content of the cache file.
  package var json: [UInt8] { JSON.bytes(value) }
}

extension ClusterError {
  /// Whether the cluster does not have the kind at all, so that the cached capabilities are outdated.
  ///
  /// A refusal names a missing object, but not a missing kind.
  package var isOfMissingKind: Bool {
    guard case .refused(let status) = self else { return false }
    return status.isMissingKind
  }
}
