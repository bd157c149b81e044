import Client
import KubernetesAPI
import Manifest
import Packages

// A change as the cluster is told of it: as little as the rules of its dialect allow (docs/KUBESPHERE.md: Admission, Changes).
extension Change {
  /// The one write that brings this change about, after `preparation` where there is one.
  ///
  /// `installation` is what the user saw; its resource version makes the server refuse the write
  /// when another writer was faster.
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

  /// It asks for the very release that failed: nothing would happen unless the controllers are told to try it again.
  package func triesAgain(_ installation: Installation?) -> Bool {
    guard let installation, installation.canBeTriedAgain, version != nil || config != nil else { return false }
    let isSameVersion = version.map { VersionText($0) == VersionText(installation.version) } ?? true
    return isSameVersion && (config.map(installation.hasConfig) ?? true)
  }

  /// The fields of `spec` that this change sets, and no others.
  private func specPatch(of installation: Installation?, _ capabilities: Capabilities) -> Mapping {
    var spec: Mapping = [:]
    if let version { spec["extension"] = ["version": .string(version)] }
    if let config { spec["config"] = Self.config(config, installation, capabilities) }
    if let isEnabled = row.enables { spec["enabled"] = .bool(isEnabled) }
    if let clusters { spec["clusterScheduling"] = Self.placement(clusters, installation) }
    return spec
  }

  /// What must be written first, so that the cluster takes `write` as it is meant.
  package func preparation(to name: String, installation: Installation?, in capabilities: Capabilities) -> Write? {
    guard row.annotatesFirst else { return nil }
    let body: Value = ["metadata": ["annotations": [Self.forceDeleteAnnotation: ""]]]
    return .patch(
      capabilities.dialect.installations, name: installation?.name ?? name, Self.versioned(body, installation))
  }

  /// Its presence makes the controller take the release away without hooks (docs/KUBESPHERE.md: Changes).
  package static let forceDeleteAnnotation = "kubesphere.io/force-delete"

  static func versioned(_ body: Value, _ installation: Installation?) -> Value {
    guard let version = installation?.resourceVersion else { return body }
    var patch: Mapping = ["metadata": body["metadata"] ?? [:]]
    for pair in body.mapping?.pairs ?? [] { patch[pair.key] = pair.value }
    return Value.mapping(patch).setting(["metadata", "resourceVersion"], to: .string(version))
  }

  /// The controller fails on a scheduling that has no placement (docs/KUBESPHERE.md: Placements), so every write
  /// there puts one in; an empty one places nothing anywhere.
  private static func withPlacement(_ spec: Mapping, _ installation: Installation?) -> Mapping {
    guard installation?.lacksPlacement == true, spec["clusterScheduling"] == nil else { return spec }
    var spec = spec
    spec["clusterScheduling"] = ["placement": ["clusters": []]]
    return spec
  }

  /// Always a placement, and never none at all: that would leave the agents behind (docs/KUBESPHERE.md: Placements).
  private static func placement(_ clusters: [String], _ installation: Installation?) -> Value {
    var placement: Mapping = ["clusters": .sequence(clusters.map(Value.string))]
    // Where no cluster is named the selector counts, and would place what was to be removed.
    if installation?.hasClusterSelector == true { placement["clusterSelector"] = .null }
    return ["placement": .mapping(placement)]
  }

  /// The installation's name must be the extension's (docs/KUBESPHERE.md: Admission).
  private func installationObject(_ name: String, _ capabilities: Capabilities) -> Object {
    var spec: Mapping = [
      "extension": ["name": .string(name), "version": .string(version ?? "")], "enabled": .bool(isEnabled),
    ]
    if capabilities.has(.clusterScheduling) { spec["upgradeStrategy"] = "Manual" }
    // Before 2023 the namespace and the release were the author's to say (docs/KUBESPHERE.md: Eras).
    if capabilities.has(.targetNamespace) {
      spec["targetNamespace"] = .string(namespace ?? Self.usualNamespace(of: name))
    }
    if capabilities.has(.releaseName) { spec["releaseName"] = .string(name) }
    if let config, !config.isEmpty { spec["config"] = Self.config(config, nil, capabilities) }
    return Object(capabilities.dialect.installations, name: name, ["spec": .mapping(spec)])
  }

  /// Config stays text where the cluster has text: comments matter to users.
  ///
  /// Where it is an object, the patch names what was taken out as well.
  private static func config(_ text: String, _ installation: Installation?, _ capabilities: Capabilities) -> Value {
    let isObject =
      capabilities.configForm == .object || (installation?.configForm == .object && installation?.config != "")
    // Over a text an object is put whole: a patch has nothing there to change.
    let former = installation?.configForm == .object ? installation?.config ?? "" : ""
    guard isObject, let old = try? YAML.parse(former), let new = try? YAML.parse(text),
      new == .null || new.mapping != nil
    else { return .string(text) }
    let empty = Value.mapping([:])
    return MergePatch.difference(from: old.mapping == nil ? empty : old, to: new == .null ? empty : new)
  }
}
