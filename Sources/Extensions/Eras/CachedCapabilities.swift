package import Client
import KubernetesAPI
package import Manifest
import Platform

/// What was learnt of one cluster some time ago, as a file keeps it.
package struct CachedCapabilities: Hashable, Sendable {
  /// A name that is the same whenever it is the same cluster, such as its URL.
  package var cluster: String
  package var capabilities: Capabilities
  /// Seconds since 1970; 0 when the cluster was never asked, so that the next one asks.
  package var learned: Int

  /// How long they are believed, in seconds.
  package static let lifetime = 3600

  package init(_ capabilities: Capabilities, of cluster: String, learned: Int) {
    self.cluster = cluster
    self.capabilities = capabilities
    self.learned = capabilities.basis == .assumption ? 0 : learned
  }

  /// Whether they may be used at `now`; what comes from the future may not.
  package func isFresh(at now: Int) -> Bool { (0..<Self.lifetime).contains(now - learned) }

  package var value: Value {
    var reasons = Mapping()
    // Every feature is written, so that one a later program knows is not taken for present.
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

  /// `nil` when `value` was not written by this version of the program, or not by any.
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
  /// The name of the file among those of other clusters.
  package static func fileName(cluster: String) -> String { ConfigHash.of(cluster) + ".json" }

  /// Reads what `json` wrote; `nil` when it is anything else.
  package init?(json bytes: some Collection<UInt8>) {
    guard let value = try? JSON.parse(bytes) else { return nil }
    self.init(value)
  }

  package var json: [UInt8] { JSON.bytes(value) }
}

extension ClusterError {
  /// Whether this says that the cluster does not have the kind at all, so that what was learnt of it is outdated.
  ///
  /// A missing object is named in its refusal, a missing kind is not.
  package var isOfMissingKind: Bool {
    guard case .refused(let status) = self else { return false }
    return status.isMissingKind
  }
}
