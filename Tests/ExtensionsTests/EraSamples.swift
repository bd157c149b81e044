import Client
import Manifest

@testable import Extensions
@testable import KubernetesAPI

extension Era {
  /// What discovery finds in a cluster of this era: its kinds, and the fields of an installation with their types.
  var discovered: DiscoveryResult {
    var discovered = DiscoveryResult(plurals: [Dialect.coreGroup: [], Dialect.defaultServingGroup: []])
    discovered.plurals[Dialect(era: self).installations.group]?.insert(Dialect(era: self).installations.plural)
    discovered.plurals[Dialect(era: self).servingGroup]?.insert("jsbundles")
    if self == .plugin { discovered.plurals[Dialect.defaultServingGroup]?.insert("plugins") }
    discovered.installationSchema = Self.schema(spec: specFields, status: statusFields)
    return discovered
  }

  var capabilities: Capabilities { Capabilities(discovered, era: discovered.era ?? self) }

  private var specFields: [String: String] {
    switch self {
    case .plugin, .subscription, .splitSubscription:
      ["config": "string", "enabled": "boolean", "releaseName": "string", "targetNamespace": "string"]
    case .scheduledSubscription, .installPlan:
      ["config": "string", "enabled": "boolean", "upgradeStrategy": "string", "clusterScheduling": "object"]
    case .seed: ["config": "object", "enabled": "boolean", "targetNamespace": "string"]
    }
  }

  private var statusFields: [String: String] {
    switch self {
    case .plugin, .subscription, .splitSubscription, .seed: ["state": "string"]
    case .scheduledSubscription: ["state": "string", "stateHistory": "array"]
    case .installPlan: ["state": "string", "stateHistory": "array", "configHash": "string", "version": "string"]
    }
  }

  private static func schema(spec: [String: String] = [:], status: [String: String] = [:]) -> Value {
    var schema: Value = ["type": "object"]
    for (part, fields) in [("spec", spec), ("status", status)] {
      for (name, type) in fields {
        schema = schema.setting(["properties", part, "properties", name, "type"], to: .string(type))
      }
    }
    return schema
  }

  /// An installation of whizard 1.0.0 as this era writes it, with the config `a: 1`.
  var installation: Installation {
    let wanted: Value = ["name": "whizard", "version": "1.0.0"]
    var spec: Mapping = [self == .plugin ? "plugin" : "extension": wanted, "enabled": true]
    spec["config"] = self == .seed ? ["a": 1] : "a: 1\n"
    var status: Mapping = ["state": .string(self == .seed ? "deployed" : "Installed")]
    if self == .installPlan { status["configHash"] = .string(ConfigHash.of("a: 1\n")) }
    var object = Object(
      Dialect(era: self).installations, name: "whizard", ["spec": .mapping(spec), "status": .mapping(status)])
    object.value = object.value.setting(["metadata", "resourceVersion"], to: "7").setting(
      ["metadata", "uid"], to: "u-1")
    return Installation(object)
  }

  /// A cluster of this era in which whizard is installed, or is not.
  func context(isInstalled: Bool = true) -> PlanContext {
    let dialect = Dialect(era: self)
    let versions = ["0.9.0", "1.0.0", "1.1.0"].map { Sample.version($0, dialect: dialect) }
    return PlanContext(
      capabilities: capabilities, cluster: "production", extensions: ["whizard": Sample.extension(dialect: dialect)],
      installations: Installations(isInstalled ? [installation] : []),
      versions: Dictionary(uniqueKeysWithValues: versions.map { ($0.version, $0) }))
  }
}
