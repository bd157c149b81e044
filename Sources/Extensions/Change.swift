public import Client
public import Manifest

/// Something a person wants changed, before anything has happened.
public enum Change: Hashable, Sendable {
  case install(version: String, config: String)
  case upgrade(to: String)
  /// Back to an earlier version with the config it had.
  case rollback(to: String, config: String)
  case enable, disable
  case configure(config: String)
  case uninstall
}

/// One write to the cluster, as data: it can be compared, shown, journalled and refused.
public enum Write: Hashable, Sendable {
  case create(Resource, Object)
  case patch(Resource, name: String, Value)
  case delete(Resource, name: String, uid: String?)
}

extension Write {
  /// Sends this write and returns the object as the server has it now; a deletion returns `nil`.
  @discardableResult
  public func send(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) -> Object? {
    switch self {
    case .create(let resource, let object): return try await cluster.create(resource, object, dryRun: dryRun)
    case .patch(let resource, let name, let patch):
      return try await cluster.patch(resource, name, .merge(patch), dryRun: dryRun)
    case .delete(let resource, let name, let uid):
      try await cluster.delete(resource, name, uid: uid, dryRun: dryRun)
      return nil
    }
  }
}

extension Change {
  /// The config this change sets, or `nil` when it leaves the config alone.
  public var config: String? {
    switch self {
    case .install(_, let config), .rollback(_, let config), .configure(let config): config
    case .upgrade, .enable, .disable, .uninstall: nil
    }
  }

  /// The version this change asks for, or `nil` when it leaves the version alone.
  public var version: String? {
    switch self {
    case .install(let version, _), .upgrade(let version), .rollback(let version, _): version
    case .enable, .disable, .configure, .uninstall: nil
    }
  }

  /// The change in a few words, as a history shows it.
  public var words: String {
    switch self {
    case .install(let version, _): "install \(version)"
    case .upgrade(let version): "upgrade to \(version)"
    case .rollback(let version, _): "roll back to \(version)"
    case .enable: "enable"
    case .disable: "disable"
    case .configure: "configure"
    case .uninstall: "uninstall"
    }
  }

  /// The one write that brings this change about, as small as the dialect's rules allow.
  ///
  /// `installation` is what the person saw; its resource version makes the server refuse the write
  /// when somebody was faster.
  public func write(
    to name: String, installation: Installation?, dialect: Dialect
  ) -> Write {
    let resource = dialect.installations
    func patch(_ spec: Value) -> Write {
      var metadata = Mapping()
      if let installation { metadata["resourceVersion"] = .string(installation.resourceVersion) }
      var patch = Mapping()
      if !metadata.isEmpty { patch["metadata"] = .mapping(metadata) }
      patch["spec"] = spec
      return .patch(resource, name: installation?.name ?? name, .mapping(patch))
    }
    switch self {
    case .install(let version, let config):
      return .create(resource, Self.installation(name, version, config, dialect))
    case .upgrade(let version): return patch(["extension": ["version": .string(version)]])
    case .rollback(let version, let config):
      return patch([
        "extension": ["version": .string(version)], "config": Self.config(config, installation),
      ])
    case .enable: return patch(["enabled": true])
    case .disable: return patch(["enabled": false])
    case .configure(let config): return patch(["config": Self.config(config, installation)])
    case .uninstall: return .delete(resource, name: installation?.name ?? name, uid: installation?.uid)
    }
  }

  /// The installation's name must be the extension's (facts §2.3).
  private static func installation(
    _ name: String, _ version: String, _ config: String, _ dialect: Dialect
  ) -> Object {
    var spec: Mapping = [
      "extension": ["name": .string(name), "version": .string(version)], "enabled": true,
    ]
    switch dialect.name {
    case .installPlan: spec["upgradeStrategy"] = "Manual"
    case .subscription:
      // Before InstallPlans the namespace and the release were the author's to say (facts §1.10).
      spec["targetNamespace"] = .string("extension-\(name)")
      spec["releaseName"] = .string(name)
    }
    if !config.isEmpty { spec["config"] = .string(config) }
    return Object(dialect.installations, name: name, ["spec": .mapping(spec)])
  }

  /// Config stays text where the cluster has text: comments matter to people.
  ///
  /// Where it is an object, the patch names what was taken out as well.
  private static func config(_ text: String, _ installation: Installation?) -> Value {
    guard let installation, installation.configForm == .object,
      let old = try? YAML.parse(installation.config), let new = try? YAML.parse(text),
      new == .null || new.mapping != nil
    else { return .string(text) }
    let empty = Value.mapping([:])
    return MergePatch.difference(from: old == .null ? empty : old, to: new == .null ? empty : new)
  }
}
