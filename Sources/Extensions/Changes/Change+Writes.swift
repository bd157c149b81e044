import Client
import KubernetesAPI
import Manifest
import Packages

// The writes of a change, as small as its dialect allows (docs/KUBESPHERE.md: Admission, Changes).
extension Change {
  /// The write of this change, after `preparation` if there is one.
  ///
  /// `installation` is what the user saw; its resourceVersion makes the server refuse the write if another
  /// client wrote first.
  package func write(to name: String, installation: Installation?, in capabilities: Capabilities) -> Write {
    let resource = capabilities.dialect.installations
    func patch(_ spec: Mapping) -> Write {
      var body: Mapping = ["spec": .mapping(Self.withPlacement(spec, installation))]
      if triesAgain(installation) { body["status"] = Retry.anotherTry }
      return .patch(resource, name: installation?.name ?? name, Self.versioned(.mapping(body), installation))
    }
    if row.triesAgain {
      let body = Retry.body(installation, capabilities.dialect)
      return .patch(resource, name: installation?.name ?? name, Self.versioned(body, installation))
    }
    switch row.write {
    case .create: return .create(resource, installationObject(name, capabilities))
    case .patch: return patch(specPatch(of: installation, capabilities))
    case .delete: return .delete(resource, name: installation?.name ?? name, uid: installation?.uid)
    }
  }

  /// Whether it requests the failed version and config again, so that the controllers must be told to try again.
  package func triesAgain(_ installation: Installation?) -> Bool {
    guard let installation, installation.canBeTriedAgain, version != nil || config != nil else { return false }
    let isSameVersion = version.map { VersionText($0) == VersionText(installation.version) } ?? true
    return isSameVersion && (config.map(installation.hasConfig) ?? true)
  }

  /// The fields of `spec` that this change sets.
  private func specPatch(of installation: Installation?, _ capabilities: Capabilities) -> Mapping {
    var spec: Mapping = [:]
    if let version { spec["extension"] = ["version": .string(version)] }
    if let config { spec["config"] = Self.config(config, installation, capabilities) }
    if let isEnabled = row.enables { spec["enabled"] = .bool(isEnabled) }
    if let clusters { spec["clusterScheduling"] = Self.placement(clusters, installation) }
    return spec
  }

  /// The write that must precede `write` for its intended effect; `nil` for most kinds.
  package func preparation(to name: String, installation: Installation?, in capabilities: Capabilities) -> Write? {
    guard row.needsForceAnnotation else { return nil }
    let body: Value = ["metadata": ["annotations": [Self.forceDeleteAnnotation: ""]]]
    return .patch(
      capabilities.dialect.installations, name: installation?.name ?? name, Self.versioned(body, installation))
  }

  /// If present, the controller removes the release without hooks (docs/KUBESPHERE.md: Changes).
  package static let forceDeleteAnnotation = "kubesphere.io/force-delete"

  static func versioned(_ body: Value, _ installation: Installation?) -> Value {
    guard let version = installation?.resourceVersion else { return body }
    var patch: Mapping = ["metadata": body["metadata"] ?? [:]]
    for pair in body.mapping?.pairs ?? [] { patch[pair.key] = pair.value }
    return Value.mapping(patch).setting(["metadata", "resourceVersion"], to: .string(version))
  }

  /// The controller fails on a scheduling without a placement (docs/KUBESPHERE.md: Placements), so every write
  /// to such an installation adds an empty one, which places no agents.
  private static func withPlacement(_ spec: Mapping, _ installation: Installation?) -> Mapping {
    guard installation?.lacksPlacement == true, spec["clusterScheduling"] == nil else { return spec }
    var spec = spec
    spec["clusterScheduling"] = ["placement": ["clusters": []]]
    return spec
  }

  /// Always a placement: without one the agents would be left behind (docs/KUBESPHERE.md: Placements).
  private static func placement(_ clusters: [String], _ installation: Installation?) -> Value {
    var placement: Mapping = ["clusters": .sequence(clusters.map(Value.string))]
    // If no cluster is named, the selector applies, and would place the agents that are to be removed.
    if installation?.hasClusterSelector == true { placement["clusterSelector"] = .null }
    return ["placement": .mapping(placement)]
  }

  /// The installation's name must be the extension's (docs/KUBESPHERE.md: Admission).
  private func installationObject(_ name: String, _ capabilities: Capabilities) -> Object {
    var spec: Mapping = [
      "extension": ["name": .string(name), "version": .string(version ?? "")], "enabled": .bool(isEnabled),
    ]
    if capabilities.has(.clusterScheduling) { spec["upgradeStrategy"] = "Manual" }
    // Before 2023 the client chose the namespace and the release (docs/KUBESPHERE.md: Eras).
    if capabilities.has(.targetNamespace) {
      spec["targetNamespace"] = .string(namespace ?? Self.usualNamespace(of: name))
    }
    if capabilities.has(.releaseName) { spec["releaseName"] = .string(name) }
    if let config, !config.isEmpty { spec["config"] = Self.config(config, nil, capabilities) }
    return Object(capabilities.dialect.installations, name: name, ["spec": .mapping(spec)])
  }

  /// The config as text if the cluster stores text, because comments matter to users.
  ///
  /// For an object, the patch also sets removed keys to null.
  private static func config(_ text: String, _ installation: Installation?, _ capabilities: Capabilities) -> Value {
    let isObject =
      capabilities.configForm == .object || (installation?.configForm == .object && installation?.config != "")
    // An object that replaces a text is sent as a whole, because there is nothing to patch.
    let former = installation?.configForm == .object ? installation?.config ?? "" : ""
    guard isObject, let old = try? YAML.parse(former), let new = try? YAML.parse(text),
      new == .null || new.mapping != nil
    else { return .string(text) }
    let empty = Value.mapping([:])
    return MergePatch.difference(from: old.mapping == nil ? empty : old, to: new == .null ? empty : new)
  }
}
